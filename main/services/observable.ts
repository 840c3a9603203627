/** A value that changes: listeners hear of each change, streams see the newest value at a bounded rate. */
export class Observable<T> {
  #value: T;
  readonly #listeners = new Set<() => void>();

  constructor(value: T) {
    this.#value = value;
  }

  get value(): T {
    return this.#value;
  }

  set(value: T): void {
    this.#value = value;
    for (const listener of this.#listeners) listener();
  }

  /** Calls back after each change until disposed. */
  subscribe(listener: () => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }
}

/** What a stream of states needs of its source. */
export interface Changing {
  subscribe(listener: () => void): Disposable;
}

const minimumGap = 100;

/**
 * The state now and after changes, at most ten times a second; equal states are not repeated. Ends quietly when
 * `signal` aborts. `read` makes the state from whatever the sources hold.
 */
export async function* states<T>(
  sources: readonly Changing[],
  read: () => T | Promise<T>,
  signal: AbortSignal,
): AsyncGenerator<T> {
  let dirty = true;
  let wake: () => void = () => undefined;
  const mark = () => {
    dirty = true;
    wake();
  };
  const subscriptions = sources.map((source) => source.subscribe(mark));
  signal.addEventListener('abort', mark);
  let last: string | undefined;
  try {
    while (!signal.aborted) {
      if (!dirty) await new Promise<void>((resolve) => { wake = resolve; });
      if (signal.aborted) return;
      dirty = false;
      const state = await read();
      const text = JSON.stringify(state);
      if (text !== last) {
        last = text;
        yield state;
        await pause(minimumGap, signal);
      }
    }
  } finally {
    signal.removeEventListener('abort', mark);
    for (const subscription of subscriptions) subscription[Symbol.dispose]();
  }
}

/** Resolves after `ms`, or at once when `signal` aborts. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted === true) return;
  await new Promise<void>((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done);
  });
}
