import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { MemoryStorage } from '../../../../main/engine/storage/memory-storage.ts';
import type { StoredSnapshot } from '../../../../main/engine/snapshot/snapshot-codec.ts';
import { Session } from '../../../../main/services/repositories/session.ts';
import { saveArchiveFile } from '../../../../main/services/restore/save-archive.ts';
import { ManualClock, quickRepository, storeBlobs } from '../../../helpers/repository.ts';
import { tempDir } from '../../../helpers/temp-dir.ts';

const logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

async function world() {
  const repository = await quickRepository(new MemoryStorage());
  const [tree = ''] = await storeBlobs(repository, [['tree', Buffer.from('{"nodes":[]}\n')]]);
  const snapshot = { tree, time: '2026-11-20T10:00:00Z' } as StoredSnapshot;
  const context = {
    runId: 'r', signal: new AbortController().signal, progress: () => undefined, problem: () => undefined,
  };
  return { session: new Session(repository, new ManualClock(), logger), snapshot, context };
}

test('an archive takes a free name and leaves nothing else behind', async () => {
  const { session, snapshot, context } = await world();
  const folder = tempDir();
  const archive = await saveArchiveFile(Buffer.from(folder), Buffer.from('docs'), snapshot);
  await archive.write(session, [[]], context);
  expect(readdirSync(folder)).toEqual(['docs 2026-11-20 10-00.tar']);
  expect(readFileSync(archive.path).length).toBeGreaterThan(0);
});

test('a file where the archive grows is not touched', async () => {
  const { session, snapshot, context } = await world();
  const archive = await saveArchiveFile(Buffer.from(tempDir()), Buffer.from('docs'), snapshot);
  const partial = `${archive.path}.partial`;
  writeFileSync(partial, 'of somebody else');
  await expect(archive.write(session, [[]], context)).rejects.toMatchObject({ code: 'conflict' });
  expect(readFileSync(partial, 'utf8')).toBe('of somebody else');
  expect(existsSync(archive.path)).toBe(false);
});

test('a failed archive is taken away', async () => {
  const { session, snapshot, context } = await world();
  const folder = tempDir();
  const archive = await saveArchiveFile(Buffer.from(folder), Buffer.from('docs'), snapshot);
  const missing = { ...context, signal: AbortSignal.abort() };
  await expect(archive.write(session, [[]], missing)).rejects.toThrow();
  expect(readdirSync(folder)).toEqual([]);
});
