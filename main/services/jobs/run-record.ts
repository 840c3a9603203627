import { z } from 'zod';
import { errorFacts } from '../../../shared/contract/common.ts';
import { run } from '../../../shared/contract/runs.ts';
import type { Problem, Run } from '../../../shared/contract/runs.ts';

/** A run as the profile keeps it: without progress, which only a running one has. */
export const runRecord = run.omit({ progress: true }).extend({ error: errorFacts.nullable() });
export type RunRecord = z.infer<typeof runRecord>;

export const runHistory = z.object({ runs: z.array(runRecord).max(5_000) });

/** Problems kept per run; the count in the record has no limit. */
export const maxProblems = 20_000;

/** What a run leaves behind when it came to its end. */
export interface RunOutcome {
  readonly summary?: NonNullable<Run['summary']>;
  readonly versionId?: string;
  readonly undoable?: boolean;
  /** Ended as asked, but something needs eyes although no single file had a problem. */
  readonly warning?: boolean;
  readonly title?: string;
}

/** Where a run is; the registry adds pace and the number of problems. */
export interface RunFacts {
  readonly phase: 'starting' | 'scanning' | 'working' | 'finishing';
  readonly bytesDone: number;
  readonly bytesTotal: number | null;
  readonly filesDone: number;
  readonly filesTotal: number | null;
  readonly currentItems: readonly string[];
}

/** What running work may do with its run. */
export interface RunContext {
  readonly runId: string;
  readonly signal: AbortSignal;
  progress(facts: RunFacts): void;
  problem(problem: Problem): void;
}

export interface RunRequest {
  readonly planId: string;
  readonly kind: Run['kind'];
  readonly title: string;
  /** Runs of one lane take turns (one writer per destination); null does not wait. */
  readonly lane: string | null;
  work(context: RunContext): Promise<RunOutcome>;
}
