import path from 'node:path';
import { z } from 'zod';
import { schedule } from '../../../shared/contract/plans.ts';
import { exactText, pathBytes } from '../paths.ts';

const base64Prefix = 'base64:';

/** A path as it is kept: text where text can say it, else its bytes. */
export function storePath(bytes: Uint8Array): string {
  return exactText(bytes) ?? base64Prefix + Buffer.from(bytes).toString('base64');
}

/** The bytes of a kept path. */
export function storedPathBytes(stored: string): Buffer {
  return stored.startsWith(base64Prefix) ? Buffer.from(stored.slice(base64Prefix.length), 'base64') : pathBytes(stored);
}

const absolutePath = z.string().min(1).max(40_000)
  .refine((stored) => stored.startsWith(base64Prefix) || path.isAbsolute(stored), 'not an absolute path');

/** What of a plan goes into the destination as well, so that another computer or a fresh profile can have it back. */
export const planSettings = z.object({
  name: z.string().min(1).max(200),
  hostname: z.string().max(255),
  sources: z.array(absolutePath).max(1_000),
  excludes: z.array(z.string().min(1).max(4_096)).max(10_000),
  excludeCaches: z.boolean(),
  excludeLargerThan: z.number().int().nonnegative().nullable(),
  oneFileSystem: z.boolean(),
  schedule,
});
export type PlanSettings = z.infer<typeof planSettings>;

/** A plan as the profile keeps it. */
export const planRecord = planSettings.extend({
  id: z.string().regex(/^[0-9a-z]{8,64}$/),
  created: z.string().max(40),
  /** The location grammar's text. */
  location: z.string().min(1).max(40_000),
  repositoryId: z.string().regex(/^[0-9a-f]{64}$/),
  kit: z.enum(['unconfirmed', 'confirmed', 'none']),
  /** Where the recovery words wait until they are confirmed. */
  kitCreated: z.string().max(40).nullable(),
  /** Last known facts, for when the destination is away. */
  known: z.object({
    versions: z.number().int().nonnegative(),
    lastVersion: z.string().max(40).nullable(),
    repositoryBytes: z.number().int().nonnegative().nullable(),
  }),
});
export type PlanRecord = z.infer<typeof planRecord>;

/** The settings part of a record. */
export function settingsOf(record: PlanRecord): PlanSettings {
  const { name, hostname, sources, excludes, excludeCaches, excludeLargerThan, oneFileSystem, schedule } = record;
  return { name, hostname, sources, excludes, excludeCaches, excludeLargerThan, oneFileSystem, schedule };
}

/** Hourly, and never later than a day. */
export const defaultSchedule = { everyHours: 1, deadlineHours: 24 } as const;
