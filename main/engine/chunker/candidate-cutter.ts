import { chunkMaximum, chunkMinimum } from './constants.ts';

/**
 * Turns the candidates of consecutive segments of a file (see `Chunker.scanCandidates`) into its cuts, by the
 * minimum and maximum rules of format section 12.1. Lives as long as one file; feed the segments in file order.
 */
export class CandidateCutter {
  #start = 0;
  #end = 0;

  /**
   * Takes the candidate runs of the next segment: they are relative to file offset `base` and complete up to file
   * offset `end`. Returns the cuts (exclusive ends, file offsets) that are now certain.
   */
  push(base: number, runs: Uint32Array, end: number): number[] {
    const cuts: number[] = [];
    this.#end = end;
    for (let i = 0; i < runs.length; i += 2) {
      const first = base + (runs[i] ?? 0);
      const last = base + (runs[i + 1] ?? 0);
      this.#forceCuts(first - 1, cuts);
      let candidate = Math.max(first, this.#start + chunkMinimum);
      while (candidate <= last) {
        this.#cut(candidate, cuts);
        candidate = this.#start + chunkMinimum;
      }
    }
    this.#forceCuts(end, cuts);
    return cuts;
  }

  /** The last cut at the end of the file (none when it is already there, as for an empty file). */
  finish(): number[] {
    const cuts: number[] = [];
    if (this.#end > this.#start) {
      this.#cut(this.#end, cuts);
    }
    return cuts;
  }

  /** The cuts the maximum demands up to and including `position`, where no candidate lies in between. */
  #forceCuts(position: number, cuts: number[]): void {
    while (position - this.#start >= chunkMaximum) {
      this.#cut(this.#start + chunkMaximum, cuts);
    }
  }

  #cut(position: number, cuts: number[]): void {
    cuts.push(position);
    this.#start = position;
  }
}
