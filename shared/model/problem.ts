/**
 * What can go wrong with one file without ending a run. `vanished` and `skipped` are for information; every other
 * kind makes a run amber and the command line exit with 3 (see {@link isFailure}).
 */
export type ProblemKind =
  | 'unreadable'
  | 'changed-while-read'
  | 'vanished'
  | 'metadata'
  | 'damaged'
  | 'not-written'
  | 'skipped';

/**
 * One file that could not be handled as wanted: a value of a run's report, never a thrown error. `path` is for
 * people: bytes of a name that are not UTF-8 are shown as U+FFFD. `hint` is one thing to do, or empty.
 */
export interface FileProblem {
  readonly path: string;
  readonly kind: ProblemKind;
  readonly message: string;
  readonly hint: string;
}

/** Whether a problem means that something the person wanted is not as it should be. */
export function isFailure(problem: FileProblem): boolean {
  return problem.kind !== 'vanished' && problem.kind !== 'skipped';
}
