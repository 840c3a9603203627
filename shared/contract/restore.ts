import { z } from 'zod';
import { call } from '../rpc/descriptors.ts';
import { count, nothing, place, planId, runId, token, versionId } from './common.ts';

/** What happens to a file that is there already and differs. */
export const policy = z.enum(['only-missing', 'keep-both', 'replace-if-newer', 'replace-all']);
export type Policy = z.infer<typeof policy>;

/** Where restored items land. `folder` puts them, by their own names, into a folder someone chose. */
export const restoreTarget = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('original') }),
  /** Into the present folder at this place (a drop on the Now pane). */
  z.strictObject({ kind: z.literal('place'), place }),
  z.strictObject({ kind: z.literal('folder'), token }),
]);
export type RestoreTarget = z.infer<typeof restoreTarget>;

/** What a policy would do with the items of the plan, in files. */
export const policyEffect = z.strictObject({
  policy,
  create: count,
  replace: count,
  keepBoth: count,
  skip: count,
  bytes: count,
});

/** What a restore would write, before anything is written. Counts are files, sizes bytes. */
export const restorePlan = z.strictObject({
  sessionId: z.string(),
  /** Each chosen item with the exact path it lands at. At most 100. */
  landings: z.array(z.strictObject({ name: z.string(), path: z.string(), conflict: z.boolean() })),
  files: count,
  folders: count,
  bytes: count,
  /** Files that are there already and equal in type, size and time. */
  identical: count,
  conflicts: z.strictObject({
    total: count,
    sample: z.array(
      z.strictObject({ path: z.string(), pastSize: count, nowSize: count, versionIsNewer: z.boolean() }),
    ),
  }),
  effects: z.array(policyEffect),
  /** Names that cannot be restored here and why. At most 100. */
  refused: z.array(z.strictObject({ path: z.string(), reason: z.string() })),
  freeBytes: count.nullable(),
});
export type RestorePlan = z.infer<typeof restorePlan>;

/** Going back: plan, then execute; a session is used once and is dropped when it is left alone. */
export const restoreService = {
  plan: call(
    z.strictObject({ planId, versionId, places: z.array(place).min(1).max(10_000), target: restoreTarget }),
    restorePlan,
  ),
  execute: call(z.strictObject({ sessionId: z.string(), policy, verify: z.boolean() }), z.strictObject({ runId })),
  discard: call(z.strictObject({ sessionId: z.string() }), nothing),
  /** Puts back what a restore replaced and takes away what it added, unless changed since. */
  undo: call(z.strictObject({ runId }), z.strictObject({ runId })),
  /** Saves places of one version as a tar file in a folder; never replaces a file. */
  saveArchive: call(
    z.strictObject({ planId, versionId, places: z.array(place).min(1).max(10_000), folder: token }),
    z.strictObject({ runId, path: z.string() }),
  ),
};
