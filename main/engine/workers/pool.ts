import { getCompileCacheDir } from 'node:module';
import { dirname } from 'node:path';
import { Worker, type Transferable } from 'node:worker_threads';
import { AppError, cancelledError } from '../../../shared/errors.ts';
import type { WorkerRepository } from '../repository/types.ts';
import { fromWire, type RunMessage, type WorkerMessage, type WorkerStart } from './protocol.ts';
import { SharedControl } from './shared-control.ts';
import type { TaskInput, TaskName, TaskOutput } from './tasks.ts';

/**
 * Room for young objects of each worker. V8's own choice (3 x 16 MiB) is for programs that live on such objects;
 * workers live on buffers outside the heap, and three quarters of that room would only be touched and never given back.
 */
const youngMegabytes = 12;

/** How a pool is made. */
export interface WorkerPoolOptions {
  /** Number of threads, at least 1. */
  readonly size: number;
  /** What the workers attach to; leave it out for tasks that need no repository. */
  readonly repository?: WorkerRepository;
  /** Gets what tasks post, in the order in which they posted it. */
  readonly onEvent?: (event: unknown, worker: number) => void;
}

/** How one task is run. */
export interface RunOptions {
  /** Aborting asks a running task to stop and drops a waiting one; the promise then rejects with `cancelled`. */
  readonly signal?: AbortSignal;
  readonly transfer?: readonly Transferable[];
  /** Run on this worker only (0-based), to reach what a task keeps there. */
  readonly worker?: number;
}

interface Job {
  readonly message: RunMessage;
  readonly transfer: readonly Transferable[];
  readonly worker: number | undefined;
  readonly signal: AbortSignal | undefined;
  readonly resolve: (output: never) => void;
  readonly reject: (error: unknown) => void;
  onAbort: (() => void) | undefined;
}

interface Seat {
  readonly thread: Worker;
  job: Job | undefined;
  broken: AppError | undefined;
}

/**
 * A fixed set of threads that run tasks one at a time each, first come first served. Dispose ends the threads at
 * once; a caller that needs their state saved runs a task for that first. A crashed thread rejects its task with
 * `internal` and is not replaced: whoever owns the pool gives up the operation.
 */
export class WorkerPool implements AsyncDisposable {
  readonly control: SharedControl;
  readonly size: number;
  readonly #seats: Seat[] = [];
  readonly #waiting: Job[] = [];
  readonly #onEvent: ((event: unknown, worker: number) => void) | undefined;
  #disposed = false;

  constructor(options: WorkerPoolOptions) {
    this.size = Math.max(1, options.size);
    this.control = new SharedControl(this.size);
    this.#onEvent = options.onEvent;
    for (let worker = 0; worker < this.size; worker += 1) this.#seats.push(this.#start(worker, options.repository));
  }

  /** Runs one task on the next free worker. Rejects with the task's AppError, `cancelled`, or `internal`. */
  run<T extends TaskName>(task: T, input: TaskInput<T>, options: RunOptions = {}): Promise<TaskOutput<T>> {
    return new Promise((resolve, reject) => {
      if (this.#disposed) {
        reject(new AppError('internal', 'The worker pool has been closed.'));
        return;
      }
      if (options.signal?.aborted === true) {
        reject(cancelledError());
        return;
      }
      const job: Job = {
        message: { task, input },
        transfer: options.transfer ?? [],
        worker: options.worker,
        signal: options.signal,
        resolve,
        reject,
        onAbort: undefined,
      };
      job.onAbort = () => this.#abort(job);
      options.signal?.addEventListener('abort', job.onAbort, { once: true });
      this.#waiting.push(job);
      this.#dispatch();
    });
  }

  /** Runs one task on every worker and gives the outputs in worker order. */
  runOnEach<T extends TaskName>(task: T, input: TaskInput<T>, options: RunOptions = {}): Promise<TaskOutput<T>[]> {
    return Promise.all(this.#seats.map((_, worker) => this.run(task, input, { ...options, worker })));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    this.control.cancelAll();
    await Promise.all(this.#seats.map((seat) => seat.thread.terminate()));
    const closed = new AppError('internal', 'The worker pool was closed before its work was done.');
    for (const seat of this.#seats) this.#settle(seat, (job) => job.reject(closed));
    for (const job of this.#waiting.splice(0)) this.#finish(job, () => job.reject(closed));
  }

  #start(worker: number, repository: WorkerRepository | undefined): Seat {
    const start: WorkerStart = {
      worker,
      workers: this.size,
      control: this.control.buffer,
      repository,
    };
    // Sources run as they are; a bundle has its workers as .js files beside each other.
    const file = import.meta.url.endsWith('.ts') ? './engine-worker.ts' : './engine-worker.js';
    const thread = new Worker(new URL(file, import.meta.url), {
      workerData: start,
      execArgv: [],
      env: workerEnvironment(),
      resourceLimits: { maxYoungGenerationSizeMb: youngMegabytes },
      name: `engine-${worker}`,
    });
    const seat: Seat = { thread, job: undefined, broken: undefined };
    thread.on('message', (message: WorkerMessage) => this.#onMessage(seat, worker, message));
    const fail = (message: string, cause?: unknown) => this.#break(seat, new AppError('internal', message, { cause }));
    thread.on('error', (error) => fail(`A worker failed: ${error.message}`, error));
    thread.on('exit', (code) => fail(`A worker ended (code ${code}).`));
    thread.unref();
    return seat;
  }

  #onMessage(seat: Seat, worker: number, message: WorkerMessage): void {
    if (message.kind === 'event') {
      this.#onEvent?.(message.event, worker);
      return;
    }
    this.#settle(seat, (job) => {
      if (message.kind === 'done') job.resolve(message.output as never);
      else job.reject(fromWire(message.error));
    });
    this.#dispatch();
  }

  #dispatch(): void {
    for (const [worker, seat] of this.#seats.entries()) {
      if (seat.job !== undefined) continue;
      const next = this.#waiting.findIndex((job) => job.worker === undefined || job.worker === worker);
      if (next === -1) continue;
      const [job] = this.#waiting.splice(next, 1);
      if (job === undefined) continue;
      if (seat.broken !== undefined) {
        const { broken } = seat;
        this.#finish(job, () => job.reject(broken));
        continue;
      }
      seat.job = job;
      this.control.cancelWorker(worker, false);
      // A pending task keeps the process alive, an idle pool does not.
      seat.thread.ref();
      seat.thread.postMessage(job.message, job.transfer);
    }
  }

  #abort(job: Job): void {
    const waiting = this.#waiting.indexOf(job);
    if (waiting !== -1) {
      this.#waiting.splice(waiting, 1);
      this.#finish(job, () => job.reject(cancelledError()));
      return;
    }
    const worker = this.#seats.findIndex((seat) => seat.job === job);
    if (worker !== -1) this.control.cancelWorker(worker, true);
  }

  #break(seat: Seat, error: AppError): void {
    if (this.#disposed) return;
    seat.broken ??= error;
    this.#settle(seat, (job) => job.reject(error));
    this.#dispatch();
  }

  #settle(seat: Seat, act: (job: Job) => void): void {
    const { job } = seat;
    seat.job = undefined;
    seat.thread.unref();
    if (job !== undefined) this.#finish(job, () => act(job));
  }

  #finish(job: Job, act: () => void): void {
    if (job.onAbort !== undefined) job.signal?.removeEventListener('abort', job.onAbort);
    act();
  }
}

/** Threads take over a cache of compiled code only through their environment. */
function workerEnvironment(): NodeJS.ProcessEnv {
  const cache = getCompileCacheDir();
  return cache === undefined ? process.env : { ...process.env, NODE_COMPILE_CACHE: dirname(cache) };
}
