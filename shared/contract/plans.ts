import { z } from 'zod';
import { call, stream } from '../rpc/descriptors.ts';
import { count, errorFacts, instant, nothing, place, planId, runId, token } from './common.ts';

/** Kept in the plan; deciding when is the scheduler's. Hours of 24; 0 means only on demand. */
export const schedule = z.strictObject({
  everyHours: z.number().int().min(0).max(24 * 31),
  deadlineHours: z.number().int().min(1).max(24 * 365),
});

/** A folder that a plan backs up. `present` is whether it is there now; an absent one is kept, not deleted. */
export const planSource = z.strictObject({
  token,
  /** The same folder as a place in the history; null until a version holds it. */
  place,
  path: z.string(),
  name: z.string(),
  present: z.boolean(),
});

/** Where a plan keeps its versions, and whether that can be used now. `error` goes with `failed`. */
export const planDestination = z.strictObject({
  path: z.string(),
  name: z.string(),
  /** `needs-passphrase`: no key at hand, call `plans.unlock`. `absent`: the drive or folder is not there. */
  state: z.enum(['ready', 'needs-passphrase', 'keychain-locked', 'absent', 'failed']),
  error: errorFacts.nullable(),
  freeBytes: count.nullable(),
  repositoryBytes: count.nullable(),
});

/** Worst wins; what Home says about a plan in one sentence. */
export const health = z.enum(['never', 'working', 'safe', 'waiting', 'attention', 'overdue', 'risk']);

/** A plan as the page shows it. Sizes in bytes. */
export const plan = z.strictObject({
  id: planId,
  name: z.string(),
  sources: z.array(planSource),
  destination: planDestination,
  excludes: z.array(z.string()),
  excludeCaches: z.boolean(),
  excludeLargerThan: count.nullable(),
  oneFileSystem: z.boolean(),
  schedule,
  health,
  /** One sentence, and one reason (empty when all is well). */
  sentence: z.string(),
  reason: z.string(),
  lastRun: z
    .strictObject({
      runId,
      finished: instant,
      outcome: z.enum(['done', 'warning', 'failed', 'cancelled']),
      problems: count,
    })
    .nullable(),
  versions: count,
  lastVersion: instant.nullable(),
  kit: z.enum(['unconfirmed', 'confirmed', 'none']),
  activeRun: runId.nullable(),
});
export type Plan = z.infer<typeof plan>;

/** What a person needs to open the backups on another computer. Secret. */
export const recoveryKit = z.strictObject({
  /** The recovery key as words; joined by single spaces they are a password that plain restic takes. */
  words: z.array(z.string()),
  location: z.string(),
  repositoryId: z.string(),
  created: instant,
});
export type RecoveryKit = z.infer<typeof recoveryKit>;

/** Plans, their keys and their recovery kits. */
export const plansService = {
  watch: stream(nothing, z.array(plan)),
  update: call(
    z.strictObject({
      planId,
      name: z.string().min(1).max(200).optional(),
      sources: z.array(token).max(1_000).optional(),
      excludes: z.array(z.string().min(1).max(4_096)).max(10_000).optional(),
      excludeCaches: z.boolean().optional(),
      excludeLargerThan: count.nullable().optional(),
      oneFileSystem: z.boolean().optional(),
      schedule: schedule.optional(),
    }),
    nothing,
  ),
  /** Forgets the plan on this computer. What is in the destination stays. */
  remove: call(z.strictObject({ planId }), nothing),
  unlock: call(
    z.strictObject({ planId, passphrase: z.string().min(1).max(1_024), remember: z.boolean() }),
    nothing,
  ),
  /** Only until confirmed; afterwards `not-found`. */
  recoveryKit: call(z.strictObject({ planId }), recoveryKit),
  /** Proof instead of a tick: four words by their position (0-based). Wrong words answer `invalid-input`. */
  confirmRecoveryKit: call(
    z.strictObject({
      planId,
      words: z.array(z.strictObject({ position: z.number().int().min(0).max(47), word: z.string().max(40) })).length(4),
    }),
    nothing,
  ),
  stats: call(
    z.strictObject({ planId }),
    z.strictObject({
      versions: count,
      restoreBytes: count,
      restoreFiles: count,
      rawBytes: count,
      uncompressedBytes: count,
      compressionRatio: z.number(),
      deduplicationRatio: z.number(),
      blobs: count,
    }),
  ),
};
