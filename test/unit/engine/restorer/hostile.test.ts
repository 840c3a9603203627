import fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { zstdCompress } from '../../../../main/engine/platform/zstd.ts';
import { sha256 } from '../../../../main/engine/platform/crypto.ts';
import { systemRandom } from '../../../../main/engine/platform/random.ts';
import { planRestore } from '../../../../main/engine/restorer/plan.ts';
import { targetNameProblem } from '../../../../main/engine/restorer/target-names.ts';
import type { Repository } from '../../../../main/engine/repository/repository.ts';
import { LocalStorage } from '../../../../main/engine/storage/local-storage.ts';
import { quickRepository, storeBlobs } from '../../../helpers/repository.ts';
import { tempDir } from '../../../helpers/temp-dir.ts';
import { fileNode, restore, storeNodes, storeTree, testNode, wholeTree } from './support.ts';

async function localRepository(): Promise<Repository> {
  return quickRepository(new LocalStorage(join(tempDir(), 'repository')));
}

describe('hostile trees', () => {
  it.each(['..', '.', '', '/etc/passwd', 'a/../../b', 'nul\0byte'])('refuses the name %j and restores the rest', async (name) => {
    const repository = await localRepository();
    const outer = tempDir();
    const target = join(outer, 'target');
    const treeId = await storeNodes(repository, [
      await fileNode(repository, name, Buffer.from('bad')),
      testNode(name, 'dir', { subtree: await storeTree(repository, [['inside', 'bad']]) }),
      await fileNode(repository, 'good', Buffer.from('good')),
    ]);
    const plan = await planRestore(repository, wholeTree(treeId, target));
    expect(plan.refused.total).toBe(2);
    const report = await restore(repository, wholeTree(treeId, target));
    expect(report.problems.map(({ kind }) => kind)).toEqual(['not-written', 'not-written']);
    expect(fs.readdirSync(outer)).toEqual(['target']);
    expect(fs.readdirSync(target)).toEqual(['good']);
  });

  it('takes the first of two entries of one name, also when they are not neighbours', async () => {
    const repository = await localRepository();
    const target = tempDir();
    const outside = tempDir();
    const treeId = await storeNodes(repository, [
      testNode('x', 'symlink', { linkTarget: Buffer.from(outside) }),
      testNode('x', 'dir', { subtree: await storeTree(repository, [['escaped', 'bad']]) }),
      await fileNode(repository, 'a', Buffer.from('unsorted')),
      await fileNode(repository, 'x', Buffer.from('bad')),
    ]);
    const report = await restore(repository, wholeTree(treeId, target));
    expect(report.problemCount).toBe(2);
    expect(fs.readlinkSync(join(target, 'x'))).toBe(outside);
    expect(fs.readFileSync(join(target, 'a'), 'utf8')).toBe('unsorted');
    expect(fs.readdirSync(outside)).toEqual([]);
  });

  it('never goes through a link that is in the way of a folder', async () => {
    const repository = await localRepository();
    const target = tempDir();
    const outside = tempDir();
    fs.symlinkSync(outside, join(target, 'folder'));
    const treeId = await storeTree(repository, [['folder', [['file', 'bad']]], ['other', 'good']]);
    const plan = await planRestore(repository, wholeTree(treeId, target));
    expect(plan.refused.sample.map(({ path, reason }) => [path.toString(), reason])).toEqual([
      ['/folder', 'a link is in the way of this folder'],
    ]);
    const report = await restore(repository, wholeTree(treeId, target));
    expect(report.problemCount).toBe(1);
    expect(fs.readdirSync(outside)).toEqual([]);
    expect(fs.readFileSync(join(target, 'other'), 'utf8')).toBe('good');
  });

  it('replaces a link in the place of a file without touching what it points to', async () => {
    const repository = await localRepository();
    const target = tempDir();
    const victim = join(tempDir(), 'victim');
    fs.writeFileSync(victim, 'mine');
    fs.symlinkSync(victim, join(target, 'file'));
    const treeId = await storeTree(repository, [['file', 'restored']]);
    await restore(repository, wholeTree(treeId, target));
    expect(fs.readFileSync(victim, 'utf8')).toBe('mine');
    expect(fs.lstatSync(join(target, 'file')).isFile()).toBe(true);
  });

  it('refuses paths longer than the system takes', async () => {
    const repository = await localRepository();
    let treeId = await storeTree(repository, [['end', 'x']]);
    for (let depth = 0; depth < 20; depth++) {
      treeId = await storeNodes(repository, [testNode('d'.repeat(255), 'dir', { subtree: treeId })]);
    }
    const report = await restore(repository, wholeTree(treeId, tempDir()));
    expect(report.problems.map(({ message }) => message)).toEqual([
      'It cannot be restored: the path is too long for this system.',
    ]);
  });

  it('bounds a blob that unpacks to more than it says', async () => {
    const repository = await localRepository();
    const bomb = Buffer.alloc(64 * 1024 * 1024);
    const id = sha256(bomb).toString('hex');
    const sealed = repository.sealer.seal(zstdCompress(bomb, 3), systemRandom);
    const entry = { id, type: 'data' as const, offset: 0, length: sealed.length, uncompressedLength: 1000 };
    const sink = repository.createPackSink();
    await sink.merge([{ packs: [{ type: 'data', parts: [sealed], size: sealed.length, entries: [entry] }] }]);
    await sink.flush();
    const good = await fileNode(repository, 'good', Buffer.from('good'));
    const treeId = await storeNodes(repository, [testNode('bomb', 'file', { size: 1000n, content: [id] }), good]);
    const target = tempDir();
    const report = await restore(repository, wholeTree(treeId, target));
    expect(report.problems.map(({ kind, path }) => [kind, path])).toEqual([['damaged', join(target, 'bomb')]]);
    expect(fs.readdirSync(target)).toEqual(['good']);
  });

  it('delivers everything but the file with a damaged or missing blob', async () => {
    const repository = await localRepository();
    const nodes = [];
    for (const name of ['a', 'b', 'c']) {
      const [id] = await storeBlobs(repository, [['data', Buffer.from(`content of ${name}`)]]);
      nodes.push(testNode(name, 'file', { size: 12n, content: [id ?? ''] }));
    }
    nodes.push(testNode('d', 'file', { size: 1n, content: ['ab'.repeat(32)] }));
    const treeId = await storeNodes(repository, nodes);
    const location = repository.index.find('data', nodes[1]?.content?.[0] ?? '');
    const pack = repository.storage.localPath({ type: 'pack', name: location?.packId ?? '' }) ?? '';
    fs.chmodSync(pack, 0o600);
    const bytes = fs.readFileSync(pack);
    bytes[20] = (bytes[20] ?? 0) ^ 1;
    fs.writeFileSync(pack, bytes);
    const target = tempDir();
    fs.writeFileSync(join(target, 'b'), 'present content');
    const report = await restore(repository, wholeTree(treeId, target));
    expect(report.problems.map(({ kind, path }) => `${kind} ${path}`).sort()).toEqual([
      `damaged ${join(target, 'b')}`,
      `damaged ${join(target, 'd')}`,
    ]);
    expect(fs.readdirSync(target).sort()).toEqual(['a', 'b', 'c']);
    expect(fs.readFileSync(join(target, 'b'), 'utf8')).toBe('present content');
    expect(report).toMatchObject({ created: 2, replaced: 0 });
  });

  it('reports a folder that cannot be read and restores its neighbours', async () => {
    const repository = await localRepository();
    const treeId = await storeNodes(repository, [
      testNode('gone', 'dir', { subtree: 'cd'.repeat(32) }),
      await fileNode(repository, 'here', Buffer.from('x')),
    ]);
    const target = tempDir();
    const report = await restore(repository, wholeTree(treeId, target));
    expect(report.problems.map(({ kind, path }) => [kind, path])).toEqual([['damaged', '/gone']]);
    expect(fs.readdirSync(target).sort()).toEqual(['gone', 'here']);
  });

  it('knows what Windows does not allow', () => {
    for (const name of ['CON', 'nul.txt', 'a:b', 'a*', 'dot.', 'space ', 'back\\slash']) {
      expect(targetNameProblem(Buffer.from(name), 'win32'), name).toBeDefined();
    }
    for (const name of ['console', 'a b', '.hidden', 'é中😀']) {
      expect(targetNameProblem(Buffer.from(name), 'win32'), name).toBeUndefined();
    }
    expect(targetNameProblem(Buffer.from('a:b'), 'linux')).toBeUndefined();
  });

  it('refuses names that differ only in case where the system ignores it', async () => {
    const repository = await localRepository();
    const treeId = await storeTree(repository, [['File', '1'], ['file', '2']]);
    const plan = await planRestore(repository, wholeTree(treeId, tempDir()), { platform: 'darwin' });
    expect(plan).toMatchObject({ files: 1, refused: { total: 1 } });
  });
});
