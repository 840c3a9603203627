/** What has been done so far; totals are null while unknown. */
export interface WorkFacts {
  readonly bytesDone: number;
  readonly bytesTotal: number | null;
  readonly filesDone: number;
  readonly filesTotal: number | null;
}

export interface Pace {
  /** Bytes a second over the last seconds. */
  readonly bytesPerSecond: number;
  /** What is left in seconds, from and to; null while nothing can be said. */
  readonly remainingSeconds: readonly [number, number] | null;
}

interface Sample {
  readonly at: number;
  readonly bytes: number;
  readonly work: number;
}

/** A file costs about as much as reading this many bytes. */
const bytesPerFile = 24 * 1024;
const sliceMs = 1_000;
const windowMs = 60_000;
const rateWindowMs = 5_000;
const minimumMs = 3_000;
const minimumSlices = 3;

/**
 * Rate and an honest range of the time left. The range comes from how much the pace varied from second to second: two
 * standard errors each way, so it narrows with steady progress and stays wide while the pace jumps.
 */
export class ProgressMeter {
  readonly #started: number;
  #samples: Sample[] = [];

  constructor(now: number) {
    this.#started = now;
    this.#samples.push({ at: now, bytes: 0, work: 0 });
  }

  /** Takes in where the work is at `now` (milliseconds, a clock that may jump) and says how it goes. */
  observe(now: number, facts: WorkFacts): Pace {
    const work = facts.bytesDone + facts.filesDone * bytesPerFile;
    const last = this.#samples.at(-1);
    if (last !== undefined && (now < last.at || facts.bytesDone < last.bytes)) this.#samples = [];
    if (last === undefined || now - last.at >= sliceMs || this.#samples.length === 0) {
      this.#samples.push({ at: now, bytes: facts.bytesDone, work });
      this.#samples = this.#samples.filter((sample) => now - sample.at <= windowMs);
    }
    return { bytesPerSecond: this.#rate(now, facts.bytesDone), remainingSeconds: this.#remaining(now, work, facts) };
  }

  #rate(now: number, bytes: number): number {
    const from = this.#samples.find((sample) => now - sample.at <= rateWindowMs) ?? this.#samples.at(-1);
    if (from === undefined || now - from.at < 250) return 0;
    return Math.max(0, Math.round(((bytes - from.bytes) * 1000) / (now - from.at)));
  }

  #remaining(now: number, work: number, facts: WorkFacts): readonly [number, number] | null {
    if (facts.bytesTotal === null || now - this.#started < minimumMs) return null;
    const left = facts.bytesTotal + (facts.filesTotal ?? facts.filesDone) * bytesPerFile - work;
    if (left <= 0) return [0, 1];
    const rates: number[] = [];
    for (let at = 1; at < this.#samples.length; at += 1) {
      const before = this.#samples[at - 1];
      const after = this.#samples[at];
      if (before === undefined || after === undefined || after.at === before.at) continue;
      rates.push((after.work - before.work) / (after.at - before.at));
    }
    if (rates.length < minimumSlices) return null;
    const mean = rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
    if (mean <= 0) return null;
    const variance = rates.reduce((sum, rate) => sum + (rate - mean) ** 2, 0) / (rates.length - 1);
    // What comes is never exactly like what was: five percent stay uncertain however steady the pace.
    const error = Math.max(2 * Math.sqrt(variance / rates.length), mean * 0.05);
    const fast = left / (mean + error) / 1000;
    const slow = left / Math.max(mean - error, mean / 5) / 1000;
    return [Math.floor(fast), Math.max(1, Math.ceil(slow))];
  }
}
