import type { BackupProgress, RunPhase } from '../../../shared/model/progress.ts';
import type { SharedControl } from '../workers/shared-control.ts';

const intervalMilliseconds = 100;

/** Totals of files and bytes, as far as they are known. */
export interface Totals {
  readonly files: number;
  readonly bytes: number;
}

/** Reads the workers' counters ten times a second and passes them on. */
export class ProgressReporter implements Disposable {
  readonly #control: SharedControl;
  readonly #problems: () => number;
  readonly #onProgress: ((progress: BackupProgress) => void) | undefined;
  readonly #timer: NodeJS.Timeout | undefined;
  #totals: Totals | undefined;
  #phase: RunPhase = 'scanning';

  constructor(
    control: SharedControl,
    problems: () => number,
    onProgress: ((progress: BackupProgress) => void) | undefined,
  ) {
    this.#control = control;
    this.#problems = problems;
    this.#onProgress = onProgress;
    if (onProgress !== undefined) this.#timer = setInterval(() => this.report(), intervalMilliseconds);
  }

  /** From now on the totals are known. */
  setTotals(totals: Totals): void {
    this.#totals = totals;
    if (this.#phase === 'scanning') this.#phase = 'working';
  }

  /** Everything is read; what is left is writing it down. */
  finishing(): void {
    this.#phase = 'finishing';
    this.report();
  }

  report(): void {
    const bytesDone = this.#control.total('bytesDone');
    const filesDone = this.#control.total('filesDone');
    this.#onProgress?.({
      phase: this.#phase,
      bytesDone,
      bytesTotal: this.#totals === undefined ? null : Math.max(this.#totals.bytes, bytesDone),
      filesDone,
      filesTotal: this.#totals === undefined ? null : Math.max(this.#totals.files, filesDone),
      currentItems: this.#control.items(),
      problems: Math.max(this.#problems(), this.#control.total('problems')),
      bytesAdded: this.#control.total('bytesAdded'),
      bytesStored: this.#control.total('bytesStored'),
    });
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
