import { cancelledError } from '../../../shared/errors.ts';

/** Throws AppError `cancelled` once the signal is aborted. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) {
    throw cancelledError();
  }
}
