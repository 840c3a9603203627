import { z } from 'zod';
import { call, stream } from '../rpc/descriptors.ts';
import { count, instant, place, planId, versionId } from './common.ts';

/** One mark on the tide line. Oldest first. */
export const version = z.strictObject({
  id: versionId,
  time: instant,
  hostname: z.string(),
  paths: z.array(z.string()),
  tags: z.array(z.string()),
  program: z.string(),
  /** Bytes and files this version added; null where its writer did not record it. */
  bytesAdded: count.nullable(),
  filesNew: count.nullable(),
  filesChanged: count.nullable(),
  files: count.nullable(),
  bytes: count.nullable(),
});
export type Version = z.infer<typeof version>;

/** What an entry is; `dev` is a block device, `irregular` what no system can name. */
export const nodeType = z.enum(['file', 'dir', 'symlink', 'dev', 'chardev', 'fifo', 'socket', 'irregular']);

/** What one side of the comparison knows of an entry. */
export const entryFacts = z.strictObject({
  type: nodeType,
  size: count,
  modified: instant,
  /** The lower bits as `ls` writes them, e.g. `rw-r--r--`. */
  permissions: z.string(),
  owner: z.string(),
  linkTarget: z.string(),
});
export type EntryFacts = z.infer<typeof entryFacts>;

/**
 * One name of a folder, past and present side by side. `relation` compares type, size and time (folders: presence);
 * `same` is therefore a fact about those, not a promise about every byte.
 */
export const folderItem = z.strictObject({
  place,
  name: z.string(),
  past: entryFacts.nullable(),
  now: entryFacts.nullable(),
  relation: z.enum(['same', 'changed', 'only-past', 'only-now']),
});
export type FolderItem = z.infer<typeof folderItem>;

/** One page of a folder at one moment beside the folder now; `total` counts the items of all pages. */
export const folderView = z.strictObject({
  place,
  path: z.string(),
  crumbs: z.array(z.strictObject({ place, name: z.string() })),
  /** Whether the folder exists at all on that side. */
  inPast: z.boolean(),
  inNow: z.boolean(),
  /** Why the present could not be listed (unreadable, drive away), else empty. */
  nowProblem: z.string(),
  items: z.array(folderItem),
  total: count,
});
export type FolderView = z.infer<typeof folderView>;

/** A span of versions in which a file or folder did not differ. Oldest first. */
export const moment = z.strictObject({
  versionId,
  time: instant,
  lastVersionId: versionId,
  present: z.boolean(),
  type: nodeType.nullable(),
  size: count,
  modified: instant.nullable(),
});
export type Moment = z.infer<typeof moment>;

/** One difference between two versions. Sizes in bytes, 0 where that side has no file. */
export const change = z.strictObject({
  place,
  path: z.string(),
  kind: z.enum(['added', 'removed', 'changed', 'metadata', 'type']),
  type: nodeType,
  sizeBefore: count,
  sizeAfter: count,
});
export type Change = z.infer<typeof change>;

/** Looking into the past of a plan. */
export const versionsService = {
  timeline: stream(z.strictObject({ planId }), z.array(version)),
  /** `place: null` is the top of the plan. Pages of at most 5,000 items, sorted by name, folders first. */
  folder: call(
    z.strictObject({ planId, versionId: versionId.nullable(), place: place.nullable(), offset: count }),
    folderView,
  ),
  /** All moments at which this file or folder differed, across every version of the plan. */
  history: call(z.strictObject({ planId, place }), z.array(moment)),
  /** What changed from one version to another, or to now. `from: null` means the version before `to`. */
  changes: call(
    z.strictObject({ planId, from: versionId.nullable(), to: z.union([versionId, z.literal('now')]) }),
    z.strictObject({
      items: z.array(change),
      truncated: z.boolean(),
      added: count,
      removed: count,
      changed: count,
      bytesAdded: count,
      bytesRemoved: count,
    }),
  ),
  /** Files and folders whose name contains `text`, in any version, newest first. */
  search: call(
    z.strictObject({ planId, text: z.string().min(1).max(255) }),
    z.strictObject({
      items: z.array(
        z.strictObject({
          place,
          folder: place,
          name: z.string(),
          path: z.string(),
          type: nodeType,
          size: count,
          modified: instant,
          versionId,
          time: instant,
          inNewest: z.boolean(),
        }),
      ),
      truncated: z.boolean(),
    }),
  ),
};
