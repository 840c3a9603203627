import { z } from 'zod';
import { call, stream } from '../rpc/descriptors.ts';
import { count, instant, nothing, planId, runId, token } from './common.ts';

/** A folder Tidemark proposes to protect. `bytes` is null until counted; it grows while `counting`. */
export const proposedFolder = z.strictObject({
  token,
  name: z.string(),
  path: z.string(),
  bytes: count.nullable(),
  files: count.nullable(),
  counting: z.boolean(),
  selected: z.boolean(),
});
export type ProposedFolder = z.infer<typeof proposedFolder>;

/** A place that could hold the backup. Sizes are null where the system does not tell them. */
export const proposedDestination = z.strictObject({
  token,
  name: z.string(),
  path: z.string(),
  kind: z.enum(['drive', 'folder']),
  freeBytes: count.nullable(),
  totalBytes: count.nullable(),
  /** A sentence where the place is poor (same disk as the folders, FAT-like), else empty. */
  warning: z.string(),
});
export type ProposedDestination = z.infer<typeof proposedDestination>;

/** A repository that is already there, ours or restic's. Nothing about its content is known before it is opened. */
export const foundRepository = z.strictObject({
  token,
  name: z.string(),
  path: z.string(),
  /** Whether this computer's keychain holds its key, so that no password is asked. */
  keyKnown: z.boolean(),
  versions: count,
  lastChanged: instant.nullable(),
});
export type FoundRepository = z.infer<typeof foundRepository>;

/** Things to leave out, offered only where they occur. */
export const excludePreset = z.strictObject({
  id: z.string(),
  label: z.string(),
  bytes: count,
  selected: z.boolean(),
});

/** What the first screen offers, all of it changeable. */
export const proposal = z.strictObject({
  folders: z.array(proposedFolder),
  destinations: z.array(proposedDestination),
  repositories: z.array(foundRepository),
  presets: z.array(excludePreset),
  /** A range for the first backup in seconds; null until sizes are known. */
  estimateSeconds: z.tuple([count, count]).nullable(),
});
export type Proposal = z.infer<typeof proposal>;

/** What is at a place someone chose as destination. */
export const destinationState = z.strictObject({
  state: z.enum(['empty', 'in-use', 'repository', 'read-only', 'missing']),
  path: z.string(),
  /** Where a new repository would be made: the folder itself when empty, a `Tidemark` folder in it otherwise. */
  repositoryPath: z.string(),
  freeBytes: count.nullable(),
  keyKnown: z.boolean(),
});
export type DestinationState = z.infer<typeof destinationState>;

/** How the new repository is locked. `device-key`: random, kept in the keychain. */
export const protection = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('device-key') }),
  z.strictObject({ kind: z.literal('passphrase'), passphrase: z.string().min(1).max(1_024) }),
]);

/** From nothing to a plan: a new backup, or one that exists. */
export const setupService = {
  propose: stream(nothing, proposal),
  inspectDestination: call(z.strictObject({ token }), destinationState),
  /** Creates repository, keys and plan and starts the first backup at once. */
  start: call(
    z.strictObject({
      sources: z.array(token).min(1).max(1_000),
      destination: token,
      presets: z.array(z.string()),
      protection,
    }),
    z.strictObject({ planId, runId }),
  ),
  /**
   * Takes over a repository that exists. With `sources` the plan backs them up there; with none it is for going back
   * only, and folders can be added later. The password (any key, recovery words included) is kept in the keychain
   * when `remember` is set. `password: null` uses the key the keychain holds.
   */
  adopt: call(
    z.strictObject({
      destination: token,
      password: z.string().max(1_024).nullable(),
      remember: z.boolean(),
      sources: z.array(token).max(1_000),
    }),
    z.strictObject({ planId }),
  ),
};
