import fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { discardUndo, undoRestore } from '../../../../main/engine/restorer/undo.ts';
import { LocalStorage } from '../../../../main/engine/storage/local-storage.ts';
import { quickRepository } from '../../../helpers/repository.ts';
import { tempDir } from '../../../helpers/temp-dir.ts';
import { canMount, tmpfs } from '../../../helpers/tmpfs.ts';
import { describeTree, restore, storeTree, testNode, wholeTree } from './support.ts';

const old = new Date('2020-01-01T00:00:00Z');

async function scene(target = tempDir()) {
  const repository = await quickRepository(new LocalStorage(join(tempDir(), 'repository')));
  const treeId = await storeTree(repository, [
    ['folder', [['changed', 'past'], ['new', 'past'], ['newfolder', [['deep', 'past']]]]],
    ['link', testNode('link', 'symlink', { linkTarget: Buffer.from('past-target') })],
    ['was-file', [['inside', 'past']]],
    ['was-folder', 'past'],
  ]);
  fs.mkdirSync(join(target, 'folder'), { mode: 0o711 });
  fs.writeFileSync(join(target, 'folder/changed'), 'now', { mode: 0o640 });
  fs.symlinkSync('now-target', join(target, 'link'));
  fs.writeFileSync(join(target, 'was-file'), 'now');
  fs.mkdirSync(join(target, 'was-folder'));
  fs.writeFileSync(join(target, 'was-folder/mine'), 'now');
  for (const path of ['folder/changed', 'was-folder/mine', 'was-folder', 'was-file', 'folder']) {
    fs.utimesSync(join(target, path), old, old);
  }
  return { repository, treeId, target };
}

describe('undo', () => {
  it('brings back exactly what was there', async () => {
    const { repository, treeId, target } = await scene();
    const undoDirectory = join(tempDir(), 'undo');
    const before = describeTree(target);
    const report = await restore(repository, wholeTree(treeId, target), { undoDirectory });
    expect(report.problems).toEqual([]);
    expect(fs.readFileSync(join(target, 'was-folder'), 'utf8')).toBe('past');
    expect(fs.readFileSync(join(target, 'was-file/inside'), 'utf8')).toBe('past');
    const undone = await undoRestore(undoDirectory);
    expect(undone.problems).toEqual([]);
    expect(undone).toMatchObject({ putBack: 4, removed: 4 });
    expect(describeTree(target)).toEqual(before);
    expect(await undoRestore(undoDirectory)).toMatchObject({ putBack: 0, removed: 0, problems: [] });
  });

  it('leaves what was changed since, says so, and keeps what it replaced', async () => {
    const { repository, treeId, target } = await scene();
    const undoDirectory = join(tempDir(), 'undo');
    await restore(repository, wholeTree(treeId, target), { undoDirectory });
    fs.writeFileSync(join(target, 'folder/changed'), 'edited after');
    fs.writeFileSync(join(target, 'folder/newfolder/mine'), 'added after');
    const undone = await undoRestore(undoDirectory);
    expect(undone.problems.map(({ path }) => path).sort()).toEqual([
      join(target, 'folder/changed'),
      join(target, 'folder/newfolder'),
    ]);
    expect(fs.readFileSync(join(target, 'folder/changed'), 'utf8')).toBe('edited after');
    expect(fs.readFileSync(join(target, 'folder/newfolder/mine'), 'utf8')).toBe('added after');
    const saved = /in (\/.*)\.$/.exec(undone.problems.find(({ path }) => path.endsWith('changed'))?.message ?? '')?.[1];
    expect(fs.readFileSync(saved ?? '', 'utf8')).toBe('now');
    await discardUndo(undoDirectory);
    expect(fs.existsSync(saved ?? '')).toBe(false);
    expect(fs.existsSync(undoDirectory)).toBe(false);
  });

  it.runIf(canMount())('keeps entries on their own file system', async () => {
    const { repository, treeId, target } = await scene(tmpfs('size=8m'));
    const undoDirectory = join(tempDir(), 'undo');
    const before = describeTree(target);
    await restore(repository, wholeTree(treeId, target), { undoDirectory });
    const hidden = fs.readdirSync(target).filter((name) => name.startsWith('.tidemark-undo-'));
    expect(hidden).toHaveLength(1);
    await undoRestore(undoDirectory);
    expect(describeTree(target)).toEqual(before);
  });

  it('takes back a restore that ended before its files were in place', async () => {
    const { repository, treeId, target } = await scene();
    const undoDirectory = join(tempDir(), 'undo');
    await restore(repository, wholeTree(treeId, target), { undoDirectory });
    const journal = join(undoDirectory, 'journal-0.jsonl');
    fs.appendFileSync(journal, '{"op":"created","path":"L3RtcC9u');
    const gone = { op: 'replaced', path: Buffer.from(join(target, 'never')).toString('base64') };
    const made = { type: 'file', size: '1', mtimeNs: '1', inode: '1', device: '1' };
    const saved = Buffer.from(join(undoDirectory, 'files/never')).toString('base64');
    fs.appendFileSync(join(undoDirectory, 'journal-9.jsonl'), `${JSON.stringify({ ...gone, saved, made })}\n`);
    expect((await undoRestore(undoDirectory)).problems).toEqual([]);
    expect(fs.readFileSync(join(target, 'folder/changed'), 'utf8')).toBe('now');
  });
});
