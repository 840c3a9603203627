import type { Repository } from './repository.ts';
import type { LockOptions } from './repository-lock.ts';

/**
 * Runs work under a lock and releases it whatever happens. The signal that the work gets is aborted with the one of
 * the options and when the lock is lost; the error is then `lock-lost`, whatever the work made of being stopped.
 */
export async function withLock<T>(
  repository: Pick<Repository, 'lock'>,
  options: LockOptions,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  await using lock = await repository.lock(options);
  const { signal } = options;
  try {
    return await work(signal === undefined ? lock.signal : AbortSignal.any([signal, lock.signal]));
  } catch (error) {
    throw lock.signal.aborted && signal?.aborted !== true ? lock.signal.reason : error;
  }
}
