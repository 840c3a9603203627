import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../../main/engine/platform/clock.ts';
import { systemRandom } from '../../../../main/engine/platform/random.ts';
import { openRepository } from '../../../../main/engine/repository/open-repository.ts';
import type { Repository } from '../../../../main/engine/repository/repository.ts';
import { dumpFile } from '../../../../main/engine/restorer/dump.ts';
import { dumpTar } from '../../../../main/engine/restorer/tar.ts';
import { openSnapshot } from '../../../../main/engine/snapshot/snapshots.ts';
import { LocalStorage } from '../../../../main/engine/storage/local-storage.ts';
import { MemoryStorage } from '../../../../main/engine/storage/memory-storage.ts';
import { quickRepository, storeBlobs, unpackFixture } from '../../../helpers/repository.ts';
import { tempDir } from '../../../helpers/temp-dir.ts';
import { describeTree, fileNode, restore, storeNodes, storeTree, testNode, wholeTree } from './support.ts';

async function writeTar(repository: Repository, treeId: string, paths: readonly (readonly Buffer[])[] = [[]]) {
  const archive = join(tempDir(), 'archive.tar');
  const output = fs.createWriteStream(archive);
  const report = await dumpTar(repository, treeId, paths, output);
  await new Promise((resolve) => output.end(resolve));
  expect(fs.statSync(archive).size).toBe(report.bytes);
  expect(report.bytes % 10_240).toBe(0);
  return { archive, report };
}

/** Unpacks as root with everything that GNU tar can keep. */
function unpack(archive: string): string {
  const folder = tempDir();
  const { status, stderr } = spawnSync('tar', ['-xpf', archive, '-C', folder, '--xattrs', '--xattrs-include=*', '--numeric-owner', '--warning=no-timestamp']);
  expect(stderr.toString()).toBe('');
  expect(status).toBe(0);
  return folder;
}

describe('archives', () => {
  it.runIf(process.getuid?.() === 0)('hold everything that a restore gives, in the words of GNU tar', async () => {
    const storage = new LocalStorage(unpackFixture(tempDir()));
    const repository = await openRepository(storage, { password: 'fixture-password', clock: systemClock, random: systemRandom });
    await repository.loadIndex();
    const { treeId } = await openSnapshot(repository, 'b8a66943');
    const restored = join(tempDir(), 'restored');
    await restore(repository, wholeTree(treeId, restored));
    const { archive, report } = await writeTar(repository, treeId);
    expect(report.problems).toEqual([]);
    expect(describeTree(unpack(archive))).toEqual(describeTree(restored));
    expect(execFileSync('tar', ['--xattrs', '-tvvf', archive]).toString()).toContain('user.comment');
  });

  it('keep long names, names that are no text, far times and large numbers', async () => {
    const repository = await quickRepository(new MemoryStorage());
    const long = 'n'.repeat(250);
    const owner = { uid: 3_000_000, gid: 4_000_000 };
    const treeId = await storeNodes(repository, [
      await fileNode(repository, Buffer.from([0x61, 0xff, 0xe9]), Buffer.from('bytes'), { mtime: '1960-02-03T04:05:06.000000007Z' }),
      testNode('deep', 'dir', { subtree: await storeTree(repository, [[long, [[long, 'deep']]]]) }),
      testNode('link', 'symlink', { linkTarget: Buffer.from(`${'t'.repeat(200)}\xff`, 'latin1') }),
      await fileNode(repository, 'owner', Buffer.from('x'), process.getuid?.() === 0 ? owner : {}),
      await fileNode(repository, 'ünïcode', Buffer.from('x'), { mtime: '2260-01-01T00:00:00.5Z' }),
    ]);
    const { archive } = await writeTar(repository, treeId);
    const restored = tempDir();
    await restore(repository, wholeTree(treeId, restored));
    expect(describeTree(unpack(archive))).toEqual(describeTree(restored));
  });

  it('announce sizes that the plain header cannot hold', async () => {
    const repository = await quickRepository(new MemoryStorage());
    const [id] = await storeBlobs(repository, [['data', Buffer.alloc(1 << 20)]]);
    const count = 8193;
    const treeId = await storeNodes(repository, [
      testNode('huge', 'file', { size: BigInt(count) << 20n, content: Array.from({ length: count }, () => id ?? '') }),
    ]);
    let written = 0;
    let start = Buffer.alloc(0);
    const output = new Writable({
      write(chunk: Buffer, _, done) {
        if (start.length < 2048) start = Buffer.concat([start, chunk.subarray(0, 2048)]);
        written += chunk.length;
        done();
      },
    });
    const blob = await repository.loadBlob('data', id ?? '');
    const source = { index: repository.index, loadBlob: async (type: 'data' | 'tree', name: string) => (type === 'data' ? blob : repository.loadBlob(type, name)) };
    const report = await dumpTar(source, treeId, [[]], output);
    expect(report.bytes).toBe(written);
    expect(written).toBeGreaterThan(count * (1 << 20));
    expect(start.toString('latin1')).toContain(`size=${count * (1 << 20)}\n`);
  });

  it('leave out what cannot be read and say so', async () => {
    const repository = await quickRepository(new MemoryStorage());
    const treeId = await storeNodes(repository, [
      testNode('broken', 'file', { size: 4n, content: ['ab'.repeat(32)] }),
      await fileNode(repository, 'good', Buffer.from('good')),
    ]);
    const { archive, report } = await writeTar(repository, treeId);
    expect(report.problems.map(({ kind, path }) => [kind, path])).toEqual([['damaged', '/broken']]);
    expect(fs.readdirSync(unpack(archive))).toEqual(['good']);
  });

  it('wait for whoever takes them, and notice when nobody does', async () => {
    const repository = await quickRepository(new MemoryStorage());
    const blobs = Array.from({ length: 20 }, (_, index) => ['data', Buffer.alloc(1 << 20, index)] as const);
    const ids = await storeBlobs(repository, blobs);
    const treeId = await storeNodes(repository, [testNode('file', 'file', { size: 20n << 20n, content: ids })]);
    const slow = new PassThrough();
    const running = dumpTar(repository, treeId, [[]], slow);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(slow.readableLength + slow.writableLength).toBeLessThan(3 << 20);
    slow.destroy();
    await expect(running).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('one file', () => {
  it('is written to a stream', async () => {
    const repository = await quickRepository(new MemoryStorage());
    const ids = await storeBlobs(repository, [['data', Buffer.from('one ')], ['data', Buffer.from('two')]]);
    const treeId = await storeTree(repository, [['folder', [['file', testNode('file', 'file', { size: 7n, content: ids })]]]]);
    const output = new PassThrough();
    await dumpFile(repository, treeId, [Buffer.from('folder'), Buffer.from('file')], output);
    output.end();
    expect(Buffer.concat(await output.toArray()).toString()).toBe('one two');
    await expect(dumpFile(repository, treeId, [Buffer.from('folder')], output)).rejects.toMatchObject({ code: 'invalid-input' });
    await expect(dumpFile(repository, treeId, [Buffer.from('no')], output)).rejects.toMatchObject({ code: 'not-found' });
  });
});
