import type { FileProblem } from '../../../shared/model/problem.ts';
import type { WorkerPool } from '../workers/pool.ts';
import { addCounts, emptyCounts } from './archive-protocol.ts';
import type { ArchiveCounts, Budget, Job, OpenPart } from './archive-protocol.ts';
import { PartTree, type PlacedJob } from './part-tree.ts';

const fullBudget: Budget = { entries: 2048, bytes: 64 * 1024 * 1024 };
/** While there is not enough work for everybody, tasks are short, so that they give up work soon. */
const smallBudget: Budget = { entries: 256, bytes: 8 * 1024 * 1024 };
const mostJobs = 32;
const mostTreeBytes = 8 * 1024 * 1024;

/** What a scheduler works with; the pool's workers must have been started for the run. */
export interface ScheduleOptions {
  readonly pool: WorkerPool;
  readonly workers: number;
  readonly signal: AbortSignal;
  /** Loads trees of the parent snapshot for jobs when workers cannot read packs themselves. */
  readonly loadTree: ((id: string) => Promise<Uint8Array<ArrayBuffer> | undefined>) | undefined;
  /** Called with the first failure, so that work in other threads is stopped. */
  readonly onFailure: (error: unknown) => void;
  readonly onProblem: (found: FileProblem) => void;
}

/**
 * Hands jobs to workers until the root tree is saved: deepest and first come first, so that what is unfinished stays
 * small. Rejects with what the first failing task says.
 */
export class Scheduler {
  readonly counts: ArchiveCounts = { ...emptyCounts };
  readonly #options: ScheduleOptions;
  readonly #parts: PartTree;
  /** A stack: the next job is the last. */
  readonly #jobs: PlacedJob[] = [];
  readonly #trees: PlacedJob[] = [];
  #emitted: PlacedJob[] = [];
  #wake: (() => void)[] = [];
  #failure: { readonly error: unknown } | undefined;

  constructor(options: ScheduleOptions) {
    this.#options = options;
    this.#parts = new PartTree(this.counts, (job) => this.#emitted.push(job));
  }

  /** Does everything below `root`, a root directory whose holes are the targets; gives the id of its tree. */
  async run(root: OpenPart): Promise<string> {
    this.#parts.begin(root);
    this.#enqueue();
    await Promise.all(Array.from({ length: this.#options.workers }, () => this.#lane()));
    if (this.#failure !== undefined) throw this.#failure.error;
    return this.#parts.rootId as string;
  }

  async #lane(): Promise<void> {
    while (this.#failure === undefined && this.#parts.rootId === undefined) {
      const batch = this.#take();
      if (batch.length === 0) {
        await new Promise<void>((resolve) => this.#wake.push(resolve));
        continue;
      }
      try {
        await this.#do(batch);
      } catch (error) {
        if (this.#failure === undefined) this.#options.onFailure(error);
        this.#failure ??= { error };
      }
      for (const wake of this.#wake.splice(0)) wake();
    }
  }

  async #do(batch: readonly PlacedJob[]): Promise<void> {
    const { pool, signal, onProblem } = this.#options;
    const jobs = await Promise.all(batch.map(({ job }) => this.#withParent(job)));
    const transfer = batch.flatMap(({ job }) => (job.kind === 'tree' ? [job.bytes.buffer] : []));
    const budget = this.#jobs.length < this.#options.workers * 2 ? smallBudget : fullBudget;
    const output = await pool.run('archive', { kind: 'work', jobs, budget }, { signal, transfer });
    addCounts(this.counts, output.counts);
    for (const found of output.problems) onProblem(found);
    for (const [index, result] of output.results.entries()) {
      const placed = batch[index];
      if (placed !== undefined) this.#parts.finish(placed, result);
    }
    this.#enqueue();
  }

  #enqueue(): void {
    const emitted = this.#emitted;
    this.#emitted = [];
    for (let index = emitted.length - 1; index >= 0; index -= 1) {
      const placed = emitted[index] as PlacedJob;
      if (placed.job.kind === 'tree') this.#trees.push(placed);
      else this.#jobs.push(placed);
    }
  }

  /** Trees that are ready, and a fair share of the other jobs; a large file goes alone. */
  #take(): PlacedJob[] {
    const batch: PlacedJob[] = [];
    let bytes = 0;
    while (this.#trees.length > 0 && bytes < mostTreeBytes) {
      const placed = this.#trees.pop() as PlacedJob;
      batch.push(placed);
      bytes += placed.job.kind === 'tree' ? placed.job.bytes.length : 0;
    }
    const share = Math.min(mostJobs, Math.ceil(this.#jobs.length / (2 * this.#options.workers)));
    for (let count = 0; count < share; count += 1) {
      const next = this.#jobs.at(-1);
      if (next === undefined || (next.job.kind === 'file' && count > 0)) break;
      this.#jobs.pop();
      batch.push(next);
      if (next.job.kind === 'file') break;
    }
    return batch;
  }

  async #withParent(job: Job): Promise<Job> {
    const { loadTree } = this.#options;
    if (loadTree === undefined || !('parent' in job) || job.parent === undefined || !('id' in job.parent)) return job;
    const bytes = await loadTree(job.parent.id);
    return { ...job, parent: bytes === undefined ? undefined : { bytes } };
  }
}
