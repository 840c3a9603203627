import { AppError, cancelledError, hasCode } from '../../../shared/errors.ts';
import type { Clock } from '../platform/clock.ts';
import { processExists, type ProcessIdentity } from '../platform/process-identity.ts';
import { sleep } from '../platform/sleep.ts';
import { decodeLock, encodeLock, isStale, type LockInfo } from './lock-file.ts';

/** What locking needs of a repository. */
export interface LockStore {
  list(): Promise<readonly { readonly name: string; readonly size: number }[]>;
  load(id: string): Promise<Buffer>;
  save(json: Uint8Array): Promise<string>;
  remove(id: string): Promise<void>;
}

/** Times in milliseconds, by format section 13; tests shorten them. */
export interface LockTimes {
  /** Between writing a lock and looking again. */
  readonly recheck: number;
  readonly refresh: number;
  /** Without a refresh for this long the lock counts as lost. */
  readonly lost: number;
  readonly poll: number;
  /** Pauses before an unreadable lock is believed to be one. */
  readonly unreadable: readonly number[];
  readonly firstRetry: number;
  readonly longestRetry: number;
}

/** The times of format section 13, in milliseconds. */
export const lockTimes: LockTimes = {
  recheck: 200,
  refresh: 5 * 60_000,
  lost: 22.5 * 60_000,
  poll: 1000,
  unreadable: [1000, 4000, 10_000],
  firstRetry: 5000,
  longestRetry: 60_000,
};

/** What taking, refreshing and judging locks needs; `times` in milliseconds. */
export interface LockContext {
  readonly store: LockStore;
  readonly clock: Clock;
  readonly identity: ProcessIdentity;
  readonly times: LockTimes;
}

/** Which lock to take: a shared one lives beside other shared ones, an exclusive one only alone. */
export interface LockOptions {
  readonly exclusive: boolean;
  readonly signal?: AbortSignal;
  /** Keep trying for this many milliseconds while another client holds a lock. */
  readonly retryFor?: number;
}

/**
 * A held lock. It refreshes itself every 5 minutes; `signal` is aborted with `lock-lost` when that did not succeed for
 * 22.5 minutes (sleep of the machine counts) or somebody removed it meanwhile. Disposing removes the lock file.
 */
export class RepositoryLock implements AsyncDisposable {
  readonly exclusive: boolean;
  readonly #context: LockContext;
  readonly #lost = new AbortController();
  readonly #timer: NodeJS.Timeout;
  #id: string;
  #refreshed: number;
  #nextRefresh: number;
  #working: Promise<void> | undefined;
  #released = false;

  constructor(context: LockContext, id: string, exclusive: boolean) {
    this.#context = context;
    this.#id = id;
    this.exclusive = exclusive;
    this.#refreshed = context.clock.now();
    this.#nextRefresh = this.#refreshed + context.times.refresh;
    this.#timer = setInterval(() => this.#poll(), context.times.poll);
    this.#timer.unref();
  }

  /** Aborted when the lock is lost: whoever holds it must stop writing. */
  get signal(): AbortSignal {
    return this.#lost.signal;
  }

  /** Throws `lock-lost` when the lock is lost; to be asked right before anything irrevocable. */
  throwIfLost(): void {
    if (this.#lost.signal.aborted) throw this.#lost.signal.reason;
  }

  #poll(): void {
    if (this.#working !== undefined || this.#lost.signal.aborted) return;
    const now = this.#context.clock.now();
    const overdue = now - this.#refreshed >= this.#context.times.lost;
    if (!overdue && now < this.#nextRefresh) return;
    this.#working = (overdue ? this.#recover() : this.#refresh(now)).finally(() => {
      this.#working = undefined;
    });
  }

  async #replace(verify: boolean): Promise<void> {
    const { store, clock, identity, times } = this.#context;
    const old = this.#id;
    if (verify && !(await this.#isListed(old))) throw lockLost();
    const time = clock.now();
    const id = await store.save(encodeLock(time, this.exclusive, identity));
    if (verify) {
      await sleep(times.recheck);
      if (!(await this.#isListed(old))) {
        await store.remove(id);
        throw lockLost();
      }
    }
    this.#id = id;
    this.#refreshed = time;
    this.#nextRefresh = time + times.refresh;
    await removeLock(store, old);
  }

  async #isListed(id: string): Promise<boolean> {
    return (await this.#context.store.list()).some(({ name }) => name === id);
  }

  /** A failed refresh is tried again soon; the lock stays valid until it is overdue. */
  async #refresh(now: number): Promise<void> {
    try {
      await this.#replace(false);
    } catch {
      this.#nextRefresh = now + Math.min(30_000, this.#context.times.refresh);
    }
  }

  /** After standby: nobody may have taken the lock for dead and gone on without us. */
  async #recover(): Promise<void> {
    try {
      await this.#replace(true);
    } catch {
      this.#lost.abort(lockLost());
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#released) return;
    this.#released = true;
    clearInterval(this.#timer);
    await this.#working;
    try {
      await removeLock(this.#context.store, this.#id);
    } catch {
      // An unreachable destination: the lock is judged dead with this process, or after 30 minutes.
    }
  }
}

function lockLost(): AppError {
  return new AppError('lock-lost', 'The connection to the destination was lost for too long, so the work was stopped.', {
    hint: 'Start it again. What was stored so far is kept.',
    retry: 'later',
  });
}

async function removeLock(store: LockStore, id: string): Promise<void> {
  try {
    await store.remove(id);
  } catch (error) {
    if (!hasCode(error, 'not-found')) throw error;
  }
}

/** A lock that was found; `info` is missing when it cannot be read. */
interface FoundLock {
  readonly id: string;
  readonly info: LockInfo | undefined;
}

async function readLock({ store, times }: LockContext, id: string, signal?: AbortSignal): Promise<FoundLock | undefined> {
  for (const pause of [...times.unreadable, undefined]) {
    try {
      const info = decodeLock(await store.load(id));
      if (info !== undefined) return { id, info };
    } catch (error) {
      if (hasCode(error, 'not-found')) return undefined;
      if (!hasCode(error, 'damaged')) throw error;
    }
    if (pause !== undefined) await sleep(pause, signal);
  }
  return { id, info: undefined };
}

/** The locks of other clients that stand in the way; dead ones are removed. Empty files are ignored. */
async function findConflicts(
  context: LockContext,
  exclusive: boolean,
  own: string | undefined,
  signal?: AbortSignal,
): Promise<FoundLock[]> {
  const { store, clock, identity } = context;
  const conflicts: FoundLock[] = [];
  for (const { name, size } of await store.list()) {
    if (size === 0 || name === own) continue;
    const lock = await readLock(context, name, signal);
    if (lock === undefined) continue;
    if (lock.info !== undefined && isStale(lock.info, clock.now(), identity, processExists)) {
      await removeLock(store, name);
    } else if (exclusive || lock.info === undefined || lock.info.exclusive) {
      conflicts.push(lock);
    }
  }
  return conflicts;
}

function lockedError(conflicts: readonly FoundLock[], now: number): AppError {
  const info = conflicts[0]?.info;
  if (info === undefined) {
    return new AppError('locked', 'The destination has a lock that cannot be read.', {
      hint: 'Run "tidemark unlock --remove-all" when no other program uses the destination.',
      retry: 'after-action',
    });
  }
  const minutes = Math.max(0, Math.round((now - info.time) / 60_000));
  const who = `${info.username === '' ? 'somebody' : info.username} on ${info.hostname || 'an unknown computer'}`;
  return new AppError('locked', `The destination is in use by ${who} (process ${info.pid}, since ${minutes} min).`, {
    hint: 'Wait until the other program is done, then try again.',
    retry: 'later',
    context: { hostname: info.hostname, pid: info.pid, exclusive: info.exclusive },
  });
}

async function tryAcquire(
  context: LockContext,
  { exclusive, signal }: LockOptions,
): Promise<RepositoryLock | readonly FoundLock[]> {
  const { store, clock, identity, times } = context;
  const before = await findConflicts(context, exclusive, undefined, signal);
  if (before.length > 0) return before;
  if (signal?.aborted === true) throw cancelledError();
  const id = await store.save(encodeLock(clock.now(), exclusive, identity));
  try {
    await sleep(times.recheck, signal);
    const after = await findConflicts(context, exclusive, id, signal);
    if (after.length === 0) return new RepositoryLock(context, id, exclusive);
    await removeLock(store, id);
    return after;
  } catch (error) {
    await removeLock(store, id).catch(() => undefined);
    throw error;
  }
}

/**
 * Takes a shared or exclusive lock by the steps of format section 13. `locked` when another live client stands in the
 * way (after `retryFor`, trying again after 5 s, doubling to 60 s), `cancelled` when `signal` is aborted.
 */
export async function acquireLock(context: LockContext, options: LockOptions): Promise<RepositoryLock> {
  const { clock, times } = context;
  const deadline = clock.now() + (options.retryFor ?? 0);
  let pause = times.firstRetry;
  for (;;) {
    if (options.signal?.aborted === true) throw cancelledError();
    const result = await tryAcquire(context, options);
    if (result instanceof RepositoryLock) return result;
    const now = clock.now();
    if (now >= deadline) throw lockedError(result, now);
    await sleep(Math.min(pause, deadline - now), options.signal);
    pause = Math.min(pause * 2, times.longestRetry);
  }
}

/** Removes dead locks, or with `all` every lock; returns how many. Unreadable ones are removed with `all` only. */
export async function removeLocks({ store, clock, identity }: LockContext, all: boolean): Promise<number> {
  let removed = 0;
  for (const { name, size } of await store.list()) {
    let dead = all || size === 0;
    if (!dead) {
      try {
        const info = decodeLock(await store.load(name));
        dead = info !== undefined && isStale(info, clock.now(), identity, processExists);
      } catch (error) {
        if (!hasCode(error, 'damaged', 'not-found')) throw error;
      }
    }
    if (dead) {
      await removeLock(store, name);
      removed += 1;
    }
  }
  return removed;
}
