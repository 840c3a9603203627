/**
 * Memory shared by a pool and its workers, so that cancelling, credits, progress and the current item cost no
 * message. Layout: four int32 words (cancel all, credits, two spare), then one stripe a worker. Every stripe is
 * written by its worker only, except its cancel word, which the pool owns.
 */
const headerBytes = 64;
const counterCount = 16;
const itemBytes = 1024;
/** cancel, item sequence, item length, spare; then the counters; then the item text. */
const stripeBytes = 16 + counterCount * 8 + itemBytes;

/** Names of the counters of a stripe. All are sums over the workers' lives; units are bytes or entries. */
export const counters = {
  filesDone: 0,
  bytesDone: 1,
  problems: 2,
  bytesAdded: 3,
  bytesStored: 4,
  filesTotal: 5,
  bytesTotal: 6,
  entries: 7,
} as const;
/** Name of a counter. */
export type Counter = keyof typeof counters;

/** The pool's and the workers' view of the shared words. Cheap to create; holds no state of its own. */
export class SharedControl {
  readonly buffer: SharedArrayBuffer;
  readonly workers: number;
  readonly #words: Int32Array;

  /** Control memory for `workers` workers; pass `buffer` to attach to the memory of another thread. */
  constructor(workers: number, buffer?: SharedArrayBuffer) {
    this.workers = workers;
    this.buffer = buffer ?? new SharedArrayBuffer(headerBytes + workers * stripeBytes);
    this.#words = new Int32Array(this.buffer);
  }

  /** Asks every worker to stop at its next check; wakes those that wait for credit. */
  cancelAll(): void {
    Atomics.store(this.#words, 0, 1);
    Atomics.notify(this.#words, 1);
  }

  /** Sets or clears the wish that one worker stops its present task. */
  cancelWorker(worker: number, cancelled: boolean): void {
    Atomics.store(this.#words, this.#stripe(worker) / 4, cancelled ? 1 : 0);
    if (cancelled) Atomics.notify(this.#words, 1);
  }

  /** Whether `worker` should stop its present task. */
  isCancelled(worker: number): boolean {
    return Atomics.load(this.#words, 0) === 1 || Atomics.load(this.#words, this.#stripe(worker) / 4) === 1;
  }

  /** Adds `count` credits and wakes waiting workers. What a credit stands for is agreed between a task and its user. */
  addCredits(count: number): void {
    Atomics.add(this.#words, 1, count);
    Atomics.notify(this.#words, 1);
  }

  /** Blocks the calling worker until it gets one credit; false when it was cancelled instead. */
  takeCredit(worker: number): boolean {
    for (;;) {
      if (this.isCancelled(worker)) return false;
      const credits = Atomics.load(this.#words, 1);
      if (credits > 0) {
        if (Atomics.compareExchange(this.#words, 1, credits, credits - 1) === credits) return true;
      } else {
        Atomics.wait(this.#words, 1, credits, 1_000);
      }
    }
  }

  /** The counters of one worker, to be changed by that worker only. */
  countersOf(worker: number): Float64Array {
    return new Float64Array(this.buffer, this.#stripe(worker) + 16, counterCount);
  }

  /** Sum of one counter over all workers. */
  total(counter: Counter): number {
    let sum = 0;
    for (let worker = 0; worker < this.workers; worker += 1) sum += this.countersOf(worker)[counters[counter]] ?? 0;
    return sum;
  }

  /** Publishes what `worker` is busy with (path bytes; cut at 1 KiB; empty means nothing). */
  setItem(worker: number, path: Uint8Array): void {
    const base = this.#stripe(worker);
    const length = Math.min(path.length, itemBytes);
    Atomics.add(this.#words, base / 4 + 1, 1);
    const target = new Uint8Array(this.buffer, base + 16 + counterCount * 8, length);
    target.set(length === path.length ? path : path.subarray(0, length));
    Atomics.store(this.#words, base / 4 + 2, length);
    Atomics.add(this.#words, base / 4 + 1, 1);
  }

  /** What the workers are busy with right now, at most one item a worker; torn reads are left out. */
  items(): string[] {
    const items: string[] = [];
    for (let worker = 0; worker < this.workers; worker += 1) {
      const base = this.#stripe(worker);
      const before = Atomics.load(this.#words, base / 4 + 1);
      const length = Atomics.load(this.#words, base / 4 + 2);
      const copy = Buffer.from(new Uint8Array(this.buffer, base + 16 + counterCount * 8, length));
      const after = Atomics.load(this.#words, base / 4 + 1);
      if (length > 0 && before === after && before % 2 === 0) items.push(copy.toString('utf8'));
    }
    return items;
  }

  #stripe(worker: number): number {
    return headerBytes + worker * stripeBytes;
  }
}
