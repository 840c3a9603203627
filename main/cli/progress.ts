import type { Output } from './io.ts';

const terminalInterval = 100;
const jsonInterval = 1000;

/**
 * Shows where a long job is: one line that is written over on a terminal, status messages with --json, nothing
 * otherwise. Updates are cheap: only the newest is shown, a few times a second.
 */
export class ProgressLine<T> implements Disposable {
  readonly #output: Output;
  readonly #text: (status: T, seconds: number) => string;
  readonly #json: ((status: T, seconds: number) => unknown) | undefined;
  readonly #started = performance.now();
  readonly #unregister: () => void;
  #latest: T | undefined;
  #timer: NodeJS.Timeout | undefined;
  #shown = false;

  constructor(
    output: Output,
    text: (status: T, seconds: number) => string,
    json?: (status: T, seconds: number) => unknown,
  ) {
    this.#output = output;
    this.#text = text;
    this.#json = json;
    this.#unregister = output.beforeLine(() => this.#clear());
    const onTerminal = !output.json && !output.quiet && output.io.stdout.isTTY === true;
    if (onTerminal || (output.json && !output.quiet && json !== undefined)) {
      this.#timer = setInterval(() => this.#show(), output.json ? jsonInterval : terminalInterval);
      this.#timer.unref();
    }
  }

  /** Seconds since this line was made. */
  get seconds(): number {
    return (performance.now() - this.#started) / 1000;
  }

  update(status: T): void {
    this.#latest = status;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#clear();
    this.#unregister();
  }

  #show(): void {
    if (this.#latest === undefined) return;
    if (this.#output.json) {
      const message = this.#json?.(this.#latest, this.seconds);
      if (message !== undefined) this.#output.jsonLine(message);
      return;
    }
    const width = Math.max(20, this.#output.io.stdout.columns ?? 80) - 1;
    this.#output.io.stdout.write(`\r\u001b[2K${this.#text(this.#latest, this.seconds).slice(0, width)}`);
    this.#shown = true;
  }

  #clear(): void {
    if (this.#shown) this.#output.io.stdout.write('\r\u001b[2K');
    this.#shown = false;
  }
}
