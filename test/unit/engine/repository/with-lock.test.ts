import { describe, expect, it } from 'vitest';
import { withLock } from '../../../../main/engine/repository/with-lock.ts';
import { MemoryStorage } from '../../../../main/engine/storage/memory-storage.ts';
import { AppError } from '../../../../shared/errors.ts';
import { quickRepository } from '../../../helpers/repository.ts';

describe('work under a lock', () => {
  it('has it while it runs and releases it after success and failure', async () => {
    const repository = await quickRepository(new MemoryStorage());
    const locks = async () => (await Array.fromAsync(repository.storage.list('lock'))).length;
    expect(await withLock(repository, { exclusive: true }, locks)).toBe(1);
    expect(await locks()).toBe(0);
    const failing = withLock(repository, { exclusive: false }, () => Promise.reject(new Error('no luck')));
    await expect(failing).rejects.toThrow('no luck');
    expect(await locks()).toBe(0);
  });

  it('is stopped when the lock is lost, and says so', async () => {
    const lost = new AbortController();
    const lock = { signal: lost.signal, [Symbol.asyncDispose]: () => Promise.resolve() };
    const repository = { lock: () => Promise.resolve(lock as never) };
    const work = (signal: AbortSignal) => {
      lost.abort(new AppError('lock-lost', 'Too long away.'));
      return Promise.reject(new Error(`stopped: ${signal.aborted}`));
    };
    await expect(withLock(repository, { exclusive: false }, work)).rejects.toMatchObject({ code: 'lock-lost' });
    const cancelled = AbortSignal.abort();
    await expect(withLock(repository, { exclusive: false, signal: cancelled }, work)).rejects.toThrow('stopped: true');
  });
});
