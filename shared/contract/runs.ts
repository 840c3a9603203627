import { z } from 'zod';
import { call, stream } from '../rpc/descriptors.ts';
import { count, errorFacts, instant, nothing, planId, runId } from './common.ts';

/** What a run does. */
export const runKind = z.enum(['backup', 'restore', 'undo', 'check', 'archive']);

/** How far a run is. Sizes in bytes. */
export const runProgress = z.strictObject({
  phase: z.enum(['starting', 'scanning', 'working', 'finishing']),
  bytesDone: count,
  /** Null while not known. */
  bytesTotal: count.nullable(),
  filesDone: count,
  filesTotal: count.nullable(),
  bytesPerSecond: count,
  /** An honest range of what is left in seconds; null while nothing can be said. */
  remainingSeconds: z.tuple([count, count]).nullable(),
  currentItems: z.array(z.string()),
  problems: count,
});
export type RunProgress = z.infer<typeof runProgress>;

/** What a run did: files by how they compared with the version before, bytes read, new, and stored compressed. */
export const runSummary = z.strictObject({
  filesNew: count,
  filesChanged: count,
  filesUnmodified: count,
  files: count,
  bytes: count,
  bytesAdded: count,
  bytesStored: count,
});

/** One execution of something long, kept in the history after it ended. */
export const run = z.strictObject({
  id: runId,
  planId,
  kind: runKind,
  state: z.enum(['running', 'done', 'warning', 'failed', 'cancelled']),
  /** What this run does, as a person would say it ("Restoring 12 files to Documents"). */
  title: z.string(),
  started: instant,
  finished: instant.nullable(),
  progress: runProgress.nullable(),
  summary: runSummary.nullable(),
  versionId: z.string().nullable(),
  problems: count,
  error: errorFacts.nullable(),
  /** Whether `restore.undo` can bring back what this run replaced. */
  undoable: z.boolean(),
});
export type Run = z.infer<typeof run>;

/** One file that could not be handled: a value of the report, never a thrown error. */
export const problem = z.strictObject({
  path: z.string(),
  kind: z.enum(['unreadable', 'changed-while-read', 'vanished', 'metadata', 'damaged', 'not-written', 'skipped']),
  message: z.string(),
  hint: z.string(),
});
export type Problem = z.infer<typeof problem>;

/** Starting, watching and ending runs. */
export const runsService = {
  /** Active runs and the most recent ended ones, newest first. */
  watch: stream(nothing, z.array(run)),
  backUp: call(z.strictObject({ planId }), z.strictObject({ runId })),
  check: call(
    z.strictObject({ planId, readData: z.enum(['none', 'sample', 'all']) }),
    z.strictObject({ runId }),
  ),
  cancel: call(z.strictObject({ runId }), nothing),
  problems: call(z.strictObject({ runId, offset: count }), z.strictObject({ items: z.array(problem), total: count })),
};
