/** A value and its followers: what a stream of main looks like from the page. */
export class Watched<T> {
  #value: T;
  readonly #followers = new Set<() => void>();

  constructor(value: T) {
    this.#value = value;
  }

  get value(): T {
    return this.#value;
  }

  set(value: T): void {
    this.#value = value;
    for (const wake of this.#followers) wake();
  }

  async *follow(signal?: AbortSignal): AsyncGenerator<T> {
    let changed = true;
    let wake: (() => void) | undefined;
    const follower = (): void => {
      changed = true;
      wake?.();
    };
    this.#followers.add(follower);
    signal?.addEventListener('abort', follower);
    try {
      for (;;) {
        if (signal?.aborted === true) return;
        if (changed) {
          changed = false;
          yield this.#value;
        } else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    } finally {
      this.#followers.delete(follower);
    }
  }
}
