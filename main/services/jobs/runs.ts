import { AppError, cancelledError, errorFacts, hasCode } from '../../../shared/errors.ts';
import type { Problem, Run, RunProgress } from '../../../shared/contract/runs.ts';
import { isFailure } from '../../../shared/model/problem.ts';
import type { Logger } from '../../ports/logger.ts';
import type { PowerPort } from '../../ports/ports.ts';
import type { Clock } from '../../engine/platform/clock.ts';
import type { RandomSource } from '../../engine/platform/random.ts';
import { Observable } from '../observable.ts';
import { ProgressMeter } from './progress-meter.ts';
import { maxProblems } from './run-record.ts';
import type { RunFacts, RunOutcome, RunRecord, RunRequest } from './run-record.ts';
import type { RunStore } from './run-store.ts';

export interface RunsOptions {
  readonly store: RunStore;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly logger: Logger;
  readonly power: PowerPort | null;
}

interface Active {
  record: RunRecord;
  readonly abort: AbortController;
  readonly meter: ProgressMeter;
  readonly problems: Problem[];
  problemCount: number;
  failures: number;
  progress: RunProgress;
  ended: Promise<RunRecord>;
}

const shownEnded = 50;
const pageSize = 500;
const maxCurrentItems = 8;

/** Runs everything that takes time: in lanes, with progress, cancel, and a record that outlives the process. */
export class Runs {
  readonly #options: RunsOptions;
  readonly #active = new Map<string, Active>();
  readonly #lanes = new Map<string, Promise<unknown>>();
  readonly changes = new Observable<null>(null);
  readonly #endListeners = new Set<(run: RunRecord) => void>();
  #stopped = false;

  constructor(options: RunsOptions) {
    this.#options = options;
  }

  /** Closes the records of runs that a crash or power cut ended, and forgets what is too old. */
  async recover(): Promise<void> {
    const { store, clock } = this.#options;
    for (const run of store.runs.filter((candidate) => candidate.state === 'running')) {
      await store.put({
        ...run,
        state: 'failed',
        finished: new Date(clock.now()).toISOString(),
        error: {
          code: 'cancelled',
          message: 'Tidemark or the computer stopped before this was finished.',
          hint: 'Nothing saved before is affected; the next run continues from there.',
          retry: 'later',
        },
      });
    }
    await store.sweep();
  }

  /** Starts (or queues) a run and answers at once; the record is on disk before the work begins. */
  async start(request: RunRequest): Promise<{ readonly runId: string; readonly ended: Promise<RunRecord> }> {
    if (this.#stopped) throw new AppError('busy', 'Tidemark is closing.', { retry: 'later' });
    const { clock, random, store } = this.#options;
    const now = clock.now();
    const record: RunRecord = {
      id: `${now.toString(36)}-${random.bytes(5).toString('hex')}`,
      planId: request.planId,
      kind: request.kind,
      state: 'running',
      title: request.title,
      started: new Date(now).toISOString(),
      finished: null,
      summary: null,
      versionId: null,
      problems: 0,
      error: null,
      undoable: false,
    };
    const active: Active = {
      record,
      abort: new AbortController(),
      meter: new ProgressMeter(now),
      problems: [],
      problemCount: 0,
      failures: 0,
      progress: startProgress,
      ended: Promise.resolve(record),
    };
    this.#active.set(record.id, active);
    active.ended = this.#perform(request, active);
    this.#changed();
    await store.settled();
    return { runId: record.id, ended: active.ended };
  }

  /** Active runs and the newest ended ones, newest first. */
  list(): Run[] {
    const ended = this.#options.store.runs.filter((run) => !this.#active.has(run.id)).slice(0, shownEnded);
    return [...[...this.#active.values()].map(runningView), ...ended.map((run) => ({ ...run, progress: null }))]
      .sort((a, b) => (a.started < b.started ? 1 : -1));
  }

  /** Ended runs of a plan, newest first. */
  history(planId: string): readonly RunRecord[] {
    return this.#options.store.runs.filter((run) => run.planId === planId && run.state !== 'running');
  }

  activeOf(planId: string, kind?: Run['kind']): RunRecord | undefined {
    for (const { record } of this.#active.values()) {
      if (record.planId === planId && (kind === undefined || record.kind === kind)) return record;
    }
    return undefined;
  }

  /** The record, active or ended; `not-found` otherwise. */
  get(runId: string): RunRecord {
    const found = this.#active.get(runId)?.record ?? this.#options.store.runs.find((run) => run.id === runId);
    if (found === undefined) throw new AppError('not-found', 'This run is not known any more.');
    return found;
  }

  /** Asks a run to stop; harmless when it has ended. */
  cancel(runId: string): void {
    this.get(runId);
    this.#active.get(runId)?.abort.abort(cancelledError());
  }

  /** Cancels what a plan is doing and waits for its end. */
  async cancelPlan(planId: string): Promise<void> {
    const mine = [...this.#active.values()].filter(({ record }) => record.planId === planId);
    for (const { abort } of mine) abort.abort(cancelledError());
    await Promise.allSettled(mine.map(({ ended }) => ended));
  }

  async problems(runId: string, offset: number): Promise<{ items: Problem[]; total: number }> {
    const record = this.get(runId);
    const active = this.#active.get(runId);
    const all = active === undefined ? await this.#options.store.loadProblems(runId) : active.problems;
    return { items: all.slice(offset, offset + pageSize), total: active?.problemCount ?? record.problems };
  }

  /** Resolves when the run has its final record. */
  async ended(runId: string): Promise<RunRecord> {
    return await (this.#active.get(runId)?.ended ?? this.get(runId));
  }

  /** Notes whether a restore can be taken back; when that cannot be saved it is only logged. */
  async setUndoable(runId: string, undoable: boolean): Promise<void> {
    const record = this.#options.store.runs.find((run) => run.id === runId);
    if (record === undefined || record.undoable === undoable) return;
    try {
      await this.#options.store.put({ ...record, undoable });
    } catch (error) {
      this.#options.logger.warn('A run could not be changed.', logFacts(record, error));
    }
    this.#changed();
  }

  onEnd(listener: (run: RunRecord) => void): Disposable {
    this.#endListeners.add(listener);
    return { [Symbol.dispose]: () => void this.#endListeners.delete(listener) };
  }

  /** Cancels all and waits until every record is written. */
  async stop(): Promise<void> {
    this.#stopped = true;
    const all = [...this.#active.values()];
    for (const { abort } of all) abort.abort(cancelledError());
    await Promise.allSettled(all.map(({ ended }) => ended));
    await this.#options.store.settled();
  }

  async #perform(request: RunRequest, active: Active): Promise<RunRecord> {
    const { store, logger, power } = this.#options;
    const started = store.put(active.record);
    let ending: Pick<RunRecord, 'state' | 'error'> & { outcome: RunOutcome };
    try {
      await started;
      const outcome = await this.#inLane(request.lane, active.abort.signal, async () => {
        const awake = power?.keepAwake();
        try {
          return await request.work({
            runId: active.record.id,
            signal: active.abort.signal,
            progress: (facts) => this.#progress(active, facts),
            problem: (problem) => this.#problem(active, problem),
          });
        } finally {
          awake?.[Symbol.dispose]();
        }
      });
      const clean = active.failures === 0 && outcome.warning !== true;
      ending = { state: clean ? 'done' : 'warning', error: null, outcome };
    } catch (error) {
      const cancelled = active.abort.signal.aborted && (hasCode(error, 'cancelled') || isAbort(error));
      if (!cancelled) logger.error('A run failed.', logFacts(active.record, error));
      ending = { state: cancelled ? 'cancelled' : 'failed', error: cancelled ? null : errorFacts(error), outcome: {} };
    }
    const { outcome } = ending;
    const record: RunRecord = {
      ...active.record,
      state: ending.state,
      error: ending.error,
      title: outcome.title ?? active.record.title,
      finished: new Date(Math.max(this.#options.clock.now(), Date.parse(active.record.started))).toISOString(),
      summary: outcome.summary ?? null,
      versionId: outcome.versionId ?? null,
      undoable: outcome.undoable ?? false,
      problems: active.problemCount,
    };
    try {
      if (active.problems.length > 0) await store.saveProblems(record.id, active.problems);
      await store.put(record);
      await store.sweep();
    } catch (error) {
      logger.error('A run could not be recorded.', logFacts(record, error));
    }
    this.#active.delete(record.id);
    this.#changed();
    this.#tellEnd(record);
    return record;
  }

  /** The run is over and recorded: what a listener makes of that (a notification, say) cannot fail it any more. */
  #tellEnd(record: RunRecord): void {
    for (const listener of this.#endListeners) {
      try {
        listener(record);
      } catch (error) {
        this.#options.logger.error('The end of a run could not be told.', logFacts(record, error));
      }
    }
  }

  async #inLane<T>(lane: string | null, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const turn = async () => {
      signal.throwIfAborted();
      return await work();
    };
    if (lane === null) return await turn();
    const mine = (this.#lanes.get(lane) ?? Promise.resolve()).then(turn);
    const settled = mine.then(() => undefined, () => undefined);
    this.#lanes.set(lane, settled);
    try {
      return await mine;
    } finally {
      if (this.#lanes.get(lane) === settled) this.#lanes.delete(lane);
    }
  }

  #progress(active: Active, facts: RunFacts): void {
    const pace = active.meter.observe(this.#options.clock.now(), facts);
    active.progress = {
      phase: facts.phase,
      bytesDone: facts.bytesDone,
      bytesTotal: facts.bytesTotal,
      filesDone: facts.filesDone,
      filesTotal: facts.filesTotal,
      currentItems: facts.currentItems.slice(0, maxCurrentItems),
      bytesPerSecond: pace.bytesPerSecond,
      remainingSeconds: facts.phase === 'working' && pace.remainingSeconds !== null ? [...pace.remainingSeconds] : null,
      problems: active.problemCount,
    };
    this.#changed();
  }

  #problem(active: Active, problem: Problem): void {
    active.problemCount += 1;
    if (isFailure(problem)) active.failures += 1;
    if (active.problems.length < maxProblems) active.problems.push(problem);
    active.progress = { ...active.progress, problems: active.problemCount };
    this.#changed();
  }

  #changed(): void {
    this.changes.set(null);
  }
}

const startProgress: RunProgress = {
  phase: 'starting',
  bytesDone: 0,
  bytesTotal: null,
  filesDone: 0,
  filesTotal: null,
  bytesPerSecond: 0,
  remainingSeconds: null,
  currentItems: [],
  problems: 0,
};

function runningView(active: Active): Run {
  return { ...active.record, problems: active.problemCount, progress: active.progress };
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError');
}

function logFacts(record: RunRecord, error: unknown): Record<string, string> {
  const { code, message } = errorFacts(error);
  const stack = code === 'internal' && error instanceof Error ? (error.stack ?? '') : '';
  return { run: record.id, kind: record.kind, code, message, stack };
}
