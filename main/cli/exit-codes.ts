import { errorFacts, hasCode } from '../../shared/errors.ts';

/** restic's exit codes. */
export const exitCodes = {
  done: 0,
  failed: 1,
  incomplete: 3,
  noRepository: 10,
  locked: 11,
  wrongPassword: 12,
  interrupted: 130,
} as const;

export function exitCodeOf(error: unknown): number {
  if (hasCode(error, 'no-repository')) return exitCodes.noRepository;
  if (hasCode(error, 'locked')) return exitCodes.locked;
  if (hasCode(error, 'wrong-password')) return exitCodes.wrongPassword;
  if (hasCode(error, 'cancelled')) return exitCodes.interrupted;
  return exitCodes.failed;
}

/** An error as the lines a person reads: what happened, then what to do. */
export function errorText(error: unknown): string {
  const { message, hint } = errorFacts(error);
  return hint === '' ? message : `${message}\n${hint}`;
}
