import type { FileProblem } from '../../../shared/model/problem.ts';

/** State of a running restore, at most ten times a second. Totals come from the plan. */
export interface RestoreProgress {
  readonly phase: 'starting' | 'working' | 'finishing';
  readonly filesDone: number;
  readonly filesTotal: number;
  readonly bytesDone: number;
  readonly bytesTotal: number;
  readonly currentItems: readonly string[];
  readonly problems: number;
}

/** What a restore did, in entries other than folders; `bytesWritten` is plain bytes. */
export interface RestoreReport {
  readonly created: number;
  readonly replaced: number;
  readonly keptBoth: number;
  readonly skipped: number;
  readonly identical: number;
  readonly foldersCreated: number;
  readonly bytesWritten: number;
  /** At most 10,000; `problemCount` is the true number. */
  readonly problems: readonly FileProblem[];
  readonly problemCount: number;
}

/** Collects problems up to a bound, so that a restore of millions of broken files stays small. */
export class ProblemList {
  readonly items: FileProblem[] = [];
  count = 0;

  add(problem: FileProblem): void {
    this.count += 1;
    if (this.items.length < 10_000) this.items.push(problem);
  }
}
