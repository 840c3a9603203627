import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { selectRules, selectEverything } from '../../../../main/engine/archiver/select.ts';
import { WorkerPool } from '../../../../main/engine/workers/pool.ts';
import { counters, SharedControl } from '../../../../main/engine/workers/shared-control.ts';
import { tempDir } from '../../../helpers/temp-dir.ts';

const select = selectRules(selectEverything, { excludes: [], iexcludes: [] });
const scan = (path: string) => ({ paths: [path], select, oneFileSystem: false });

function makeFolder(files: number): string {
  const folder = tempDir();
  for (let index = 0; index < files; index += 1) {
    if (index % 100 === 0) mkdirSync(join(folder, `d${index}`));
    writeFileSync(join(folder, `d${index - (index % 100)}`, `f${index}`), 'xyz');
  }
  return folder;
}

describe('WorkerPool', () => {
  it('runs tasks on all workers and gives their results', async () => {
    const folder = makeFolder(250);
    await using pool = new WorkerPool({ size: 2 });
    const results = await Promise.all(Array.from({ length: 6 }, () => pool.run('scan', scan(folder))));
    expect(results).toEqual(Array.from({ length: 6 }, () => ({ files: 250, bytes: 750 })));
    expect(await pool.runOnEach('scan', scan(folder))).toHaveLength(2);
    expect(pool.control.total('filesTotal')).toBe(500);
  });

  it('rejects with the error of the task and goes on', async () => {
    const folder = makeFolder(1);
    await using pool = new WorkerPool({ size: 1 });
    const bad = { ...scan(folder), select: { ...select, excludes: ['['] } };
    await expect(pool.run('scan', bad)).rejects.toMatchObject({ code: 'invalid-input', hint: expect.stringContaining('[') });
    await expect(pool.run('archive', { kind: 'finish' })).rejects.toMatchObject({ code: 'internal' });
    expect(await pool.run('scan', scan(folder))).toEqual({ files: 1, bytes: 3 });
  });

  it('cancels running and waiting tasks', async () => {
    await using pool = new WorkerPool({ size: 1 });
    const stop = new AbortController();
    const running = pool.run('scan', scan('/'), { signal: stop.signal });
    const waiting = pool.run('scan', scan('/'), { signal: stop.signal });
    const kept = pool.run('scan', scan(makeFolder(1)));
    setTimeout(() => stop.abort(), 150);
    const ended = await Promise.allSettled([running, waiting]);
    expect(ended).toMatchObject([{ reason: { code: 'cancelled' } }, { reason: { code: 'cancelled' } }]);
    expect(await kept).toEqual({ files: 1, bytes: 3 });
    await expect(pool.run('scan', scan('/'), { signal: stop.signal })).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('fails what is left when it is closed', async () => {
    const pool = new WorkerPool({ size: 1 });
    const running = pool.run('scan', scan('/'));
    const ended = Promise.allSettled([running]);
    await pool[Symbol.asyncDispose]();
    expect(await ended).toMatchObject([{ reason: { code: expect.stringMatching(/internal|cancelled/) } }]);
    await expect(pool.run('scan', scan('/'))).rejects.toMatchObject({ code: 'internal' });
    await pool[Symbol.asyncDispose]();
  });
});

describe('SharedControl', () => {
  it('shares counters, items, credits and the wish to stop', () => {
    const owner = new SharedControl(2);
    const worker = new SharedControl(2, owner.buffer);
    const values = worker.countersOf(1);
    values[counters.bytesDone] = 7;
    owner.countersOf(0)[counters.bytesDone] = 5;
    expect(owner.total('bytesDone')).toBe(12);
    worker.setItem(1, Buffer.from('/some/päth'));
    expect(owner.items()).toEqual(['/some/päth']);
    worker.setItem(1, Buffer.alloc(5_000, 'x'));
    expect(owner.items()[0]).toHaveLength(1_024);
    worker.setItem(1, Buffer.alloc(0));
    expect(owner.items()).toEqual([]);
    owner.addCredits(1);
    expect(worker.takeCredit(0)).toBe(true);
    owner.cancelWorker(0, true);
    expect(worker.isCancelled(0)).toBe(true);
    expect(worker.isCancelled(1)).toBe(false);
    expect(worker.takeCredit(0)).toBe(false);
    owner.cancelWorker(0, false);
    expect(worker.isCancelled(0)).toBe(false);
    owner.cancelAll();
    expect(worker.isCancelled(1)).toBe(true);
  });
});
