import fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { planRestore } from '../../../../main/engine/restorer/plan.ts';
import type { RestorePolicy } from '../../../../main/engine/restorer/restore-plan.ts';
import { MemoryStorage } from '../../../../main/engine/storage/memory-storage.ts';
import { quickRepository } from '../../../helpers/repository.ts';
import { tempDir } from '../../../helpers/temp-dir.ts';
import { fileNode, restore, storeTree, testNode, wholeTree } from './support.ts';

const nodeTime = new Date('2026-03-03T09:12:00Z');
const older = new Date('2020-01-01T00:00:00Z');
const newer = new Date('2026-10-01T00:00:00Z');

function put(path: string, content: string, time: Date): void {
  fs.writeFileSync(path, content);
  fs.utimesSync(path, time, time);
}

/** A version with four files, and a folder where one is missing, one equal, one older and one newer than the version. */
async function scene() {
  process.env['TZ'] = 'UTC';
  const repository = await quickRepository(new MemoryStorage());
  const time = '2026-03-03T09:12:00Z';
  const files = await Promise.all(
    ['equal', 'missing', 'newer.txt', 'older.txt'].map((name) =>
      fileNode(repository, name, Buffer.from(`past ${name}`), { mtime: time }),
    ),
  );
  const treeId = await storeTree(repository, files.map((node) => [node.name, node]));
  const target = tempDir();
  put(join(target, 'equal'), 'past equal', nodeTime);
  fs.chmodSync(join(target, 'equal'), 0o644);
  put(join(target, 'newer.txt'), 'now', newer);
  put(join(target, 'older.txt'), 'now, longer', older);
  return { repository, treeId, target };
}

function contents(target: string): Record<string, string> {
  const names = fs.readdirSync(target).sort();
  return Object.fromEntries(names.map((name) => [name, fs.readFileSync(join(target, name), 'utf8')]));
}

describe('policies', () => {
  const kept = { equal: 'past equal', missing: 'past missing' };
  const table: readonly [RestorePolicy, Record<string, string>][] = [
    ['only-missing', { ...kept, 'newer.txt': 'now', 'older.txt': 'now, longer' }],
    [
      'keep-both',
      {
        ...kept,
        'newer (3 March 2026 09.12).txt': 'past newer.txt',
        'newer.txt': 'now',
        'older (3 March 2026 09.12).txt': 'past older.txt',
        'older.txt': 'now, longer',
      },
    ],
    ['replace-if-newer', { ...kept, 'newer.txt': 'now', 'older.txt': 'past older.txt' }],
    ['replace-all', { ...kept, 'newer.txt': 'past newer.txt', 'older.txt': 'past older.txt' }],
  ];

  it.each(table)('%s does what its plan says', async (policy, expected) => {
    const { repository, treeId, target } = await scene();
    const request = wholeTree(treeId, target);
    const plan = await planRestore(repository, request);
    expect(plan).toMatchObject({ files: 4, folders: 0, bytes: 50, identical: 1 });
    expect(plan.conflicts.total).toBe(2);
    expect(plan.conflicts.sample.map(({ path, pastSize, nowSize, versionIsNewer }) => [
      path.toString().slice(target.length + 1), pastSize, nowSize, versionIsNewer,
    ])).toEqual([
      ['newer.txt', 14, 3, false],
      ['older.txt', 14, 11, true],
    ]);
    const report = await restore(repository, request, { policy });
    expect(report.problems).toEqual([]);
    expect(contents(target)).toEqual(expected);
    const effect = plan.effects.find((candidate) => candidate.policy === policy);
    expect(effect).toEqual({
      policy,
      create: report.created,
      replace: report.replaced,
      keepBoth: report.keptBoth,
      skip: report.skipped + report.identical,
      bytes: report.bytesWritten,
    });
  });

  it('numbers second copies and keeps names within 255 bytes', async () => {
    const { repository, target } = await scene();
    const long = `${'é'.repeat(124)}.txt`;
    const treeId = await storeTree(repository, [['older.txt', 'past'], [long, 'past']]);
    put(join(target, long), 'now', older);
    put(join(target, 'older (3 March 2026 09.12).txt'), 'also there', older);
    const report = await restore(repository, wholeTree(treeId, target), { policy: 'keep-both' });
    expect(report.problems).toEqual([]);
    const names = fs.readdirSync(target);
    expect(names).toContain('older (3 March 2026 09.12) 2.txt');
    expect(names.some((name) => /^é+ \(3 March 2026 09\.12\)\.txt$/.test(name))).toBe(true);
  });

  it('treats a file in the place of a folder, and the reverse, by the policy', async () => {
    const { repository } = await scene();
    const treeId = await storeTree(repository, [['folder', [['inside', 'past']]], ['plain', 'past']]);
    for (const [policy, folder, plain] of [
      ['only-missing', 'now', 'dir'],
      ['keep-both', 'now', 'dir'],
      ['replace-all', 'dir', 'past'],
    ] as const) {
      const target = tempDir();
      put(join(target, 'folder'), 'now', older);
      fs.mkdirSync(join(target, 'plain'));
      const report = await restore(repository, wholeTree(treeId, target), { policy });
      expect(report.problems).toEqual([]);
      const look = (name: string): string => {
        const path = join(target, name);
        return fs.statSync(path).isDirectory() ? 'dir' : fs.readFileSync(path, 'utf8');
      };
      expect([look('folder'), look('plain')]).toEqual([folder, plain]);
      if (policy === 'keep-both') expect(look('folder (3 March 2026 09.12)/inside')).toBe('past');
      if (policy === 'replace-all') expect(look('folder/inside')).toBe('past');
    }
  });

  it('does not remove a folder with files in it unless it can be brought back', async () => {
    const { repository } = await scene();
    const treeId = await storeTree(repository, [['plain', 'past']]);
    const target = tempDir();
    fs.mkdirSync(join(target, 'plain'));
    put(join(target, 'plain', 'mine'), 'now', older);
    const refused = await restore(repository, wholeTree(treeId, target));
    expect(refused.problems.map(({ kind }) => kind)).toEqual(['not-written']);
    expect(fs.readFileSync(join(target, 'plain', 'mine'), 'utf8')).toBe('now');
    const done = await restore(repository, wholeTree(treeId, target), { undoDirectory: tempDir() });
    expect(done.problems).toEqual([]);
    expect(fs.readFileSync(join(target, 'plain'), 'utf8')).toBe('past');
  });

  it('replaces equal files of another mode, and rewrites equal ones when asked to', async () => {
    const { repository, treeId, target } = await scene();
    fs.chmodSync(join(target, 'equal'), 0o600);
    expect(await restore(repository, wholeTree(treeId, target))).toMatchObject({ identical: 0, replaced: 3 });
    expect(fs.statSync(join(target, 'equal')).mode & 0o777).toBe(0o644);
    const again = await restore(repository, wholeTree(treeId, target, { trustTimes: false }));
    expect(again).toMatchObject({ identical: 0, replaced: 4 });
  });

  it('replaces a file with several names instead of writing into it', async () => {
    const { repository, treeId, target } = await scene();
    fs.linkSync(join(target, 'older.txt'), join(target, 'other-name'));
    await restore(repository, wholeTree(treeId, target));
    expect(fs.readFileSync(join(target, 'other-name'), 'utf8')).toBe('now, longer');
  });

  it('puts items into a folder by their own names, and finds out what is not there', async () => {
    const { repository } = await scene();
    const treeId = await storeTree(repository, [['a', [['deep', [['x', 'one']]], ['y', 'two']]], ['b', 'three']]);
    const target = tempDir();
    const items = [
      { path: [Buffer.from('a'), Buffer.from('deep')] },
      { path: [Buffer.from('b')] },
    ];
    const request = wholeTree(treeId, target, { items, destination: { kind: 'into', path: target } });
    const plan = await planRestore(repository, request);
    expect(plan.landings.map(({ path }) => path.toString())).toEqual([join(target, 'deep'), join(target, 'b')]);
    await restore(repository, request);
    expect(fs.readFileSync(join(target, 'deep/x'), 'utf8')).toBe('one');
    expect(fs.readdirSync(target).sort()).toEqual(['b', 'deep']);
    const missing = { ...request, items: [{ path: [Buffer.from('nope')] }] };
    await expect(planRestore(repository, missing)).rejects.toMatchObject({ code: 'not-found' });
    await expect(
      planRestore(repository, { ...missing, destination: { kind: 'root', path: target } }),
    ).rejects.toMatchObject({ code: 'not-found' });
  });

  it('restores one item below its whole path, with the folders above it', async () => {
    const { repository } = await scene();
    const deep = testNode('deep', 'dir', { mode: 0x8000_01c9, subtree: await storeTree(repository, [['x', 'one']]) });
    const treeId = await storeTree(repository, [['a', [['deep', deep], ['y', 'two']]], ['b', 'three']]);
    const target = tempDir();
    const items = [{ path: [Buffer.from('a'), Buffer.from('deep'), Buffer.from('x')] }];
    await restore(repository, wholeTree(treeId, target, { items }));
    expect(fs.readdirSync(target)).toEqual(['a']);
    expect(fs.readdirSync(join(target, 'a'))).toEqual(['deep']);
    expect(fs.readFileSync(join(target, 'a/deep/x'), 'utf8')).toBe('one');
    expect(fs.statSync(join(target, 'a/deep')).mode & 0o777).toBe(0o711);
  });

  it('takes include and exclude rules, and makes only the folders that are needed', async () => {
    const { repository } = await scene();
    const treeId = await storeTree(repository, [['a', [['keep.txt', '1'], ['z.log', '2']]], ['b', [['z.log', '3']]]]);
    const target = tempDir();
    const select = (path: Buffer, isDirectory: boolean) => ({ take: path.toString().endsWith('.txt'), descend: isDirectory });
    const report = await restore(repository, wholeTree(treeId, target, { select }));
    expect(report.created).toBe(1);
    expect(fs.readdirSync(target)).toEqual(['a']);
    expect(fs.readdirSync(join(target, 'a'))).toEqual(['keep.txt']);
  });
});
