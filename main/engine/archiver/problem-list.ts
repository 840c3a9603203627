import { isFailure, type FileProblem } from '../../../shared/model/problem.ts';

const mostKept = 10_000;

/** The problems of a run: counts all, keeps the first 10,000. */
export class ProblemList {
  readonly kept: FileProblem[] = [];
  readonly #onProblem: ((problem: FileProblem) => void) | undefined;
  #total = 0;
  #failures = 0;

  constructor(onProblem: ((problem: FileProblem) => void) | undefined) {
    this.#onProblem = onProblem;
  }

  get total(): number {
    return this.#total;
  }

  get hasFailures(): boolean {
    return this.#failures > 0;
  }

  add(problem: FileProblem): void {
    this.#total += 1;
    if (isFailure(problem)) this.#failures += 1;
    if (this.kept.length < mostKept) this.kept.push(problem);
    this.#onProblem?.(problem);
  }
}
