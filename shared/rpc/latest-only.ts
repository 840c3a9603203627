/** Shortest time between two states of one stream, in milliseconds: ten a second. */
export const stateInterval = 100;

/** Sends states at a bounded rate. A newer state replaces one that has not been sent; the last is never lost. */
export class LatestOnly<T> implements Disposable {
  readonly #send: (item: T) => void;
  readonly #congested: () => boolean;
  #waiting: { readonly item: T } | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(send: (item: T) => void, congested: () => boolean) {
    this.#send = send;
    this.#congested = congested;
  }

  push(item: T): void {
    this.#waiting = { item };
    if (this.#timer === undefined) this.#release();
  }

  /** Sends what waits, at once; for the end of the stream. */
  flush(): void {
    this[Symbol.dispose]();
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting !== undefined) this.#send(waiting.item);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #release(): void {
    this.#timer = undefined;
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    this.#timer = setTimeout(() => this.#release(), stateInterval);
    if (this.#congested()) return;
    this.#waiting = undefined;
    this.#send(waiting.item);
  }
}
