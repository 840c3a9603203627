import { spawnSync } from 'node:child_process';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { AppError } from '../../../../shared/errors.ts';
import { utcTimestamp } from '../../../../main/engine/platform/clock.ts';
import { collect } from '../../../../main/engine/platform/concurrency.ts';
import { systemIdentity } from '../../../../main/engine/platform/process-identity.ts';
import type { LockTimes } from '../../../../main/engine/repository/repository-lock.ts';
import type { Repository } from '../../../../main/engine/repository/repository.ts';
import { decodeLock, encodeLock, isStale } from '../../../../main/engine/repository/lock-file.ts';
import { MemoryStorage } from '../../../../main/engine/storage/memory-storage.ts';
import { ManualClock, quickRepository } from '../../../helpers/repository.ts';

const minute = 60_000;
const times: Partial<LockTimes> = { recheck: 5, unreadable: [1, 1], firstRetry: 5, longestRetry: 10, poll: 2 };

let storage: MemoryStorage;
let clock: ManualClock;
let repository: Repository;

beforeEach(async () => {
  storage = new MemoryStorage();
  clock = new ManualClock();
  repository = await quickRepository(storage, { clock, lockTimes: times });
});

async function lockIds(): Promise<string[]> {
  return (await collect(storage.list('lock'))).map(({ name }) => name).sort();
}

/** A lock of somebody else. */
function foreignLock(fields: { exclusive?: boolean; age?: number; hostname?: string; pid?: number } = {}): Promise<string> {
  const { exclusive = false, age = 0, hostname = 'elsewhere', pid = 1 } = fields;
  const json = { time: utcTimestamp(clock.now() - age), exclusive, hostname, username: 'ann', pid };
  return repository.saveUnpacked('lock', Buffer.from(JSON.stringify(json)));
}

function deadPid(): number {
  return spawnSync(process.execPath, ['-e', '']).pid;
}

const locked = expect.objectContaining({ code: 'locked' });

describe('lock files', () => {
  test('have the fields of the format', () => {
    const who = { hostname: 'h', username: 'u', pid: 7, uid: 0, gid: 100 };
    const json = encodeLock(1_700_000_000_000, true, who);
    expect(json.toString()).toBe(
      '{"time":"2023-11-14T22:13:20.000Z","exclusive":true,"hostname":"h","username":"u","pid":7,"gid":100}',
    );
    expect(decodeLock(json)).toEqual({ time: 1_700_000_000_000, exclusive: true, hostname: 'h', username: 'u', pid: 7 });
    const bad = ['', '[]', '{}', '{"time":"x","exclusive":true,"pid":1}', '{"time":"2026-01-01T00:00:00Z","pid":1}'];
    expect(bad.map((text) => decodeLock(Buffer.from(text)))).toEqual(bad.map(() => undefined));
  });

  test('are stale after 30 minutes, or at once when their process is gone from this machine', () => {
    const who = systemIdentity();
    const lock = { time: 0, exclusive: false, hostname: who.hostname, username: '', pid: 5 };
    const alive = () => true;
    const gone = () => false;
    expect(isStale(lock, 30 * minute, who, alive)).toBe(false);
    expect(isStale(lock, 30 * minute + 1, who, alive)).toBe(true);
    expect(isStale(lock, 0, who, gone)).toBe(true);
    expect(isStale({ ...lock, hostname: 'other' }, 0, who, gone)).toBe(false);
  });
});

describe('taking a lock', () => {
  test('shares with other shared ones and leaves nothing behind', async () => {
    const foreign = await foreignLock();
    {
      await using one = await repository.lock({ exclusive: false });
      await using two = await repository.lock({ exclusive: false });
      expect([one.signal.aborted, two.signal.aborted]).toEqual([false, false]);
      expect(await lockIds()).toHaveLength(3);
      await expect(repository.lock({ exclusive: true })).rejects.toEqual(locked);
      expect(await lockIds()).toHaveLength(3);
    }
    expect(await lockIds()).toEqual([foreign]);
  });

  test('fails beside an exclusive one and says whose it is', async () => {
    await foreignLock({ exclusive: true, age: 5 * minute });
    for (const exclusive of [true, false]) {
      await expect(repository.lock({ exclusive })).rejects.toMatchObject({
        code: 'locked',
        retry: 'later',
        message: expect.stringContaining('ann on elsewhere (process 1, since 5 min)'),
      });
    }
    expect(await lockIds()).toHaveLength(1);
  });

  test('removes the dead locks in its way', async () => {
    await foreignLock({ exclusive: true, age: 31 * minute });
    await foreignLock({ exclusive: true, hostname: systemIdentity().hostname, pid: deadPid() });
    await using lock = await repository.lock({ exclusive: true });
    expect(lock.exclusive).toBe(true);
    expect(await lockIds()).toHaveLength(1);
  });

  test('of which two exclusive ones begin at once never gives both', async () => {
    const results = await Promise.allSettled([repository.lock({ exclusive: true }), repository.lock({ exclusive: true })]);
    const held = results.filter((result) => result.status === 'fulfilled');
    expect(held.length).toBeLessThan(2);
    for (const { value } of held) await value[Symbol.asyncDispose]();
    expect(await lockIds()).toEqual([]);
  });

  test('notices an exclusive lock written between its two looks', async () => {
    const save = storage.save.bind(storage);
    let first = true;
    storage.save = async (...parameters) => {
      await save(...parameters);
      if (first) {
        first = false;
        await foreignLock({ exclusive: true });
      }
    };
    await expect(repository.lock({ exclusive: false })).rejects.toEqual(locked);
    expect(await lockIds()).toHaveLength(1);
  });

  test('ignores empty lock files and believes in unreadable ones', async () => {
    await storage.save({ type: 'lock', name: 'ab'.repeat(32) }, []);
    await using shared = await repository.lock({ exclusive: false });
    expect(shared.signal.aborted).toBe(false);
    await storage.save({ type: 'lock', name: 'cd'.repeat(32) }, [Buffer.from('garbage')]);
    await expect(repository.lock({ exclusive: false })).rejects.toMatchObject({
      code: 'locked',
      hint: expect.stringContaining('unlock --remove-all'),
    });
  });

  test('tries again for as long as it was told', async () => {
    const foreign = await foreignLock({ exclusive: true });
    const waiting = repository.lock({ exclusive: true, retryFor: 60_000 });
    setTimeout(() => void repository.removeFile('lock', foreign), 40);
    await using lock = await waiting;
    expect(lock.exclusive).toBe(true);
  });

  test('can be cancelled and then leaves no lock', async () => {
    await foreignLock({ exclusive: true });
    const controller = new AbortController();
    const waiting = repository.lock({ exclusive: true, retryFor: 60_000, signal: controller.signal });
    setTimeout(() => controller.abort(), 20);
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
    expect(await lockIds()).toHaveLength(1);
  });
});

describe('a held lock', () => {
  test('is written anew every five minutes', async () => {
    await using lock = await repository.lock({ exclusive: false });
    const [before = ''] = await lockIds();
    clock.advance(5 * minute);
    await vi.waitFor(async () => {
      const ids = await lockIds();
      expect(ids).toHaveLength(1);
      expect(ids[0]).not.toBe(before);
    });
    expect(decodeLock(await repository.loadUnpacked('lock', (await lockIds())[0] ?? ''))?.time).toBe(clock.now());
    expect(lock.signal.aborted).toBe(false);
  });

  test('is lost after 22.5 minutes without a refresh, and says so', async () => {
    await using lock = await repository.lock({ exclusive: false });
    const save = storage.save.bind(storage);
    storage.save = () => Promise.reject(new AppError('destination-unavailable', 'away'));
    clock.advance(22 * minute);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(lock.signal.aborted).toBe(false);
    clock.advance(minute);
    await vi.waitFor(() => expect(lock.signal.aborted).toBe(true));
    expect(() => lock.throwIfLost()).toThrow(expect.objectContaining({ code: 'lock-lost' }));
    storage.save = save;
  });

  test('survives standby when nobody took it away', async () => {
    await using lock = await repository.lock({ exclusive: false });
    const [before = ''] = await lockIds();
    clock.advance(8 * 60 * minute);
    await vi.waitFor(async () => expect((await lockIds()).includes(before)).toBe(false));
    expect(lock.signal.aborted).toBe(false);
    expect(await lockIds()).toHaveLength(1);
  });

  test('is lost when somebody removed it during standby', async () => {
    await using lock = await repository.lock({ exclusive: false });
    for (const id of await lockIds()) await repository.removeFile('lock', id);
    clock.advance(23 * minute);
    await vi.waitFor(() => expect(lock.signal.aborted).toBe(true));
    expect(await lockIds()).toEqual([]);
  });
});

describe('unlock', () => {
  test('removes dead locks only, or all', async () => {
    await foreignLock({ age: 31 * minute });
    await storage.save({ type: 'lock', name: 'ab'.repeat(32) }, []);
    await storage.save({ type: 'lock', name: 'cd'.repeat(32) }, [Buffer.from('garbage')]);
    const alive = await foreignLock();
    expect(await repository.unlock({ all: false })).toBe(2);
    expect(await lockIds()).toEqual([alive, 'cd'.repeat(32)].sort());
    expect(await repository.unlock({ all: true })).toBe(2);
    expect(await lockIds()).toEqual([]);
  });
});
