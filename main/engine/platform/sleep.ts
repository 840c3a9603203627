import { setTimeout as delay } from 'node:timers/promises';
import { cancelledError } from '../../../shared/errors.ts';

/** Waits; rejects with `cancelled` as soon as `signal` is aborted. */
export async function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  try {
    await delay(milliseconds, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    if (signal?.aborted === true) throw cancelledError();
    throw error;
  }
}
