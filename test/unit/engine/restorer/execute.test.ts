import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { executeRestore } from '../../../../main/engine/restorer/execute.ts';
import { planRestore } from '../../../../main/engine/restorer/plan.ts';
import type { Storage } from '../../../../main/engine/storage/storage.ts';
import { LocalStorage } from '../../../../main/engine/storage/local-storage.ts';
import { MemoryStorage } from '../../../../main/engine/storage/memory-storage.ts';
import { quickRepository, storeBlobs, testPassword } from '../../../helpers/repository.ts';
import { tempDir } from '../../../helpers/temp-dir.ts';
import { canMount, remount, tmpfs } from '../../../helpers/tmpfs.ts';
import { describeTree, fileNode, restore, storeNodes, storeTree, testNode, wholeTree, type TreeSpec } from './support.ts';

function localStorage(): Storage {
  return new LocalStorage(join(tempDir(), 'repository'));
}

/** A file of `parts` blobs of 1 MiB each; every second one is zeros. */
async function largeFile(repository: Awaited<ReturnType<typeof quickRepository>>, name: string, parts: number) {
  const blobs = Array.from({ length: parts }, (_, index) => Buffer.alloc(1 << 20, index % 2 === 0 ? index + 1 : 0));
  const ids = await storeBlobs(repository, blobs.map((blob) => ['data', blob] as const));
  return { node: testNode(name, 'file', { size: BigInt(parts << 20), content: ids }), content: Buffer.concat(blobs) };
}

describe('restoring', () => {
  it.each([['a folder', localStorage], ['a storage that workers cannot read', () => new MemoryStorage()]])(
    'writes small, empty and large files from %s',
    async (_, storage) => {
      const repository = await quickRepository(storage());
      const large = await largeFile(repository, 'large', 70);
      const spec: TreeSpec = [['dir', [['empty', ''], ['small', 'text']]], ['large', large.node]];
      const treeId = await storeTree(repository, spec);
      const target = join(tempDir(), 'new/folder');
      const report = await restore(repository, wholeTree(treeId, target), { verify: true, workers: 2 });
      expect(report).toMatchObject({ created: 3, problems: [], bytesWritten: (70 << 20) + 4 });
      expect(fs.readFileSync(join(target, 'large')).equals(large.content)).toBe(true);
      expect(fs.readFileSync(join(target, 'dir/small'), 'utf8')).toBe('text');
      expect(fs.statSync(join(target, 'dir/empty')).size).toBe(0);
    },
  );

  it('leaves holes where zeros are, also at the end', async () => {
    const repository = await quickRepository(localStorage());
    const { node, content } = await largeFile(repository, 'holes', 8);
    const treeId = await storeTree(repository, [['holes', node]]);
    const target = tempDir();
    await restore(repository, wholeTree(treeId, target), { sparse: true, verify: true });
    const path = join(target, 'holes');
    expect(fs.readFileSync(path).equals(content)).toBe(true);
    expect(fs.statSync(path).blocks * 512).toBeLessThan(5 << 20);
  });

  it('links names of one file, also when its first name is not wanted or is there already', async () => {
    const repository = await quickRepository(localStorage());
    const shared = { inode: 77n, deviceId: 5n, links: 3n };
    const names = await Promise.all(['a', 'b', 'c'].map((name) => fileNode(repository, name, Buffer.from('shared'), shared)));
    const treeId = await storeNodes(repository, names);
    const inode = (target: string, name: string) => fs.statSync(join(target, name)).ino;
    const target = tempDir();
    await restore(repository, wholeTree(treeId, target, { items: [{ path: [Buffer.from('b')] }, { path: [Buffer.from('c')] }] }));
    expect(fs.readdirSync(target)).toEqual(['b', 'c']);
    expect(inode(target, 'b')).toBe(inode(target, 'c'));
    fs.unlinkSync(join(target, 'c'));
    await restore(repository, wholeTree(treeId, target));
    expect(fs.readdirSync(target)).toEqual(['a', 'b', 'c']);
    expect(new Set(['b', 'c', 'a'].map((name) => inode(target, name))).size).toBeLessThan(3);
    expect(describeTree(target).every(({ sha256 }) => sha256 === describeTree(target)[0]?.sha256)).toBe(true);
  });

  it('gives folders that may not be written into their content and their mode', async () => {
    const repository = await quickRepository(localStorage());
    const inner = await storeTree(repository, [['file', 'x']]);
    const treeId = await storeNodes(repository, [testNode('sealed', 'dir', { mode: 0x8000_016d, subtree: inner })]);
    const target = tempDir();
    await restore(repository, wholeTree(treeId, target));
    expect(fs.statSync(join(target, 'sealed')).mode & 0o7777).toBe(0o555);
    expect(fs.statSync(join(target, 'sealed'), { bigint: true }).mtimeNs % 1_000_000_000n).toBe(123456789n);
    fs.chmodSync(join(target, 'sealed'), 0o755);
  });

  it('reports progress and stops when asked to, leaving nothing half done', async () => {
    const repository = await quickRepository(localStorage());
    const nodes = [];
    for (let i = 0; i < 8; i++) nodes.push((await largeFile(repository, `large-${i}`, 20)).node);
    const treeId = await storeNodes(repository, nodes);
    const target = tempDir();
    const stop = new AbortController();
    const plan = await planRestore(repository, wholeTree(treeId, target));
    const seen: number[] = [];
    const running = executeRestore(repository, plan, {
      policy: 'replace-all',
      workers: 1,
      signal: stop.signal,
      onProgress: (progress) => {
        seen.push(progress.bytesDone);
        expect(progress.bytesTotal).toBe(160 << 20);
        if (progress.bytesDone > 0) stop.abort();
      },
    });
    await expect(running).rejects.toMatchObject({ code: 'cancelled' });
    expect(fs.readdirSync(target).filter((name) => name.endsWith('partial'))).toEqual([]);
    for (const name of fs.readdirSync(target)) expect(fs.statSync(join(target, name)).size).toBe(20 << 20);
    expect((await restore(repository, wholeTree(treeId, target))).problems).toEqual([]);
    expect(fs.readdirSync(target)).toHaveLength(8);
  });

  it('completes in a second run after being killed at any moment', async () => {
    const location = join(tempDir(), 'repository');
    const repository = await quickRepository(new LocalStorage(location));
    const spec: TreeSpec = Array.from({ length: 40 }, (_, folder) => [
      `folder-${String(folder).padStart(2, '0')}`,
      Array.from({ length: 25 }, (__, file) => [`file-${String(file).padStart(2, '0')}`, `${folder}/${file}/${'x'.repeat(2000)}`] as const),
    ]);
    const treeId = await storeTree(repository, spec);
    const reference = tempDir();
    await restore(repository, wholeTree(treeId, reference));
    const expected = describeTree(reference);
    const contents = new Map(expected.map((entry) => [entry.path, entry.sha256]));
    let interrupted = 0;
    for (const wait of [0, 10, 30, 80]) {
      const target = tempDir();
      await killedRestore({ location, treeId, target }, wait);
      const left = describeTree(target).filter(({ type }) => type === 'file');
      if (left.some(({ path }) => path.endsWith('partial'))) interrupted += 1;
      for (const { path, sha256 } of left) {
        if (!path.endsWith('partial')) expect(sha256, path).toBe(contents.get(path));
      }
      const report = await restore(repository, wholeTree(treeId, target));
      expect(report.problems).toEqual([]);
      expect(describeTree(target)).toEqual(expected);
    }
    expect(interrupted).toBeGreaterThan(0);
  }, 240_000);

  it.runIf(canMount())('ends clearly on a full disk and completes once there is room', async () => {
    const repository = await quickRepository(localStorage());
    const nodes = [];
    for (let i = 0; i < 6; i++) nodes.push((await largeFile(repository, `large-${i}`, 4)).node);
    const treeId = await storeNodes(repository, nodes);
    const target = tmpfs('size=10m');
    const present = join(target, 'large-5');
    fs.writeFileSync(present, 'present');
    await expect(restore(repository, wholeTree(treeId, target))).rejects.toMatchObject({ code: 'no-space' });
    expect(fs.readdirSync(target).filter((name) => name.endsWith('partial'))).toEqual([]);
    expect([7, 4 << 20]).toContain(fs.statSync(present).size);
    remount(target, 'size=64m');
    expect((await restore(repository, wholeTree(treeId, target))).problems).toEqual([]);
    expect(fs.readdirSync(target)).toHaveLength(6);
  });

  it.runIf(canMount())('says that a disk is read-only', async () => {
    const repository = await quickRepository(localStorage());
    const treeId = await storeTree(repository, [['file', 'x'], ['folder', [['y', 'z']]]]);
    const target = tmpfs('size=1m');
    remount(target, 'ro');
    await expect(restore(repository, wholeTree(treeId, target))).rejects.toMatchObject({ code: 'read-only' });
    await expect(restore(repository, wholeTree(treeId, join(target, 'new')))).rejects.toMatchObject({ code: 'read-only' });
  });
});

/** Restores in a process of its own, which is killed `wait` ms after its first file is begun. */
async function killedRestore(
  input: { readonly location: string; readonly treeId: string; readonly target: string },
  wait: number,
): Promise<void> {
  const script = join(import.meta.dirname, 'restore-process.ts');
  const child = spawn(process.execPath, [script, JSON.stringify({ ...input, password: testPassword })], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const hasBegun = () => fs.readdirSync(input.target).some((name) => fs.readdirSync(join(input.target, name)).length > 0);
  while (child.exitCode === null && !hasBegun()) await new Promise((resolve) => setTimeout(resolve, 2));
  await new Promise((resolve) => setTimeout(resolve, wait));
  child.kill('SIGKILL');
  await ended;
}
