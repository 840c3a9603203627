import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { BackupReport } from '../../../../main/engine/archiver/archiver.ts';
import { scanSize } from '../../../../main/engine/archiver/scan.ts';
import { selectEverything } from '../../../../main/engine/archiver/select.ts';
import { systemClock } from '../../../../main/engine/platform/clock.ts';
import { systemRandom } from '../../../../main/engine/platform/random.ts';
import { openRepository } from '../../../../main/engine/repository/open-repository.ts';
import type { Repository } from '../../../../main/engine/repository/repository.ts';
import { loadSnapshot } from '../../../../main/engine/snapshot/snapshots.ts';
import { findNode, walkTree } from '../../../../main/engine/snapshot/tree-reader.ts';
import { openStorage } from '../../../../main/engine/storage/location.ts';
import { MemoryStorage } from '../../../../main/engine/storage/memory-storage.ts';
import type { BackupProgress } from '../../../../shared/model/progress.ts';
import { backUp } from '../../../helpers/backup.ts';
import { quickRepository, testPassword } from '../../../helpers/repository.ts';
import { tempDir } from '../../../helpers/temp-dir.ts';
import { canMount, tmpfs } from '../../../helpers/tmpfs.ts';

interface Setup {
  readonly folder: string;
  readonly source: string;
  readonly path: string;
  readonly repository: Repository;
}

async function setUp(files: Readonly<Record<string, string | Buffer>> = {}): Promise<Setup> {
  const folder = tempDir();
  const source = join(folder, 'source');
  mkdirSync(source);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(source, name, '..'), { recursive: true });
    writeFileSync(join(source, name), content);
  }
  const path = join(folder, 'repository');
  return { folder, source, path, repository: await quickRepository(openStorage(path)) };
}

function reopen(path: string): Promise<Repository> {
  return openRepository(openStorage(path), { password: testPassword, clock: systemClock, random: systemRandom });
}

async function pathsIn(repository: Repository, treeId: string): Promise<string[]> {
  const paths: string[] = [];
  await walkTree(repository, treeId, ({ path }) => {
    paths.push(path.toString());
  });
  return paths;
}

function noise(bytes: number): Buffer {
  return systemRandom.bytes(bytes);
}

function filesIn(path: string): number {
  return readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length;
}

describe('backup', () => {
  it('writes the snapshot that was asked for', async () => {
    const { repository, source, folder } = await setUp({ a: 'a', 'b/c': 'c' });
    const options = { cwd: folder, tags: ['x', 'y'], time: Date.UTC(2024, 0, 2, 3, 4, 5, 678), programVersion: '1.2.3' };
    const report = await backUp(repository, ['source'], { ...options, select: { excludes: ['*.tmp'] } });
    const { snapshot } = await loadSnapshot(repository, 'latest');
    expect(snapshot).toMatchObject({
      id: report.snapshotId,
      tree: report.treeId,
      paths: [source],
      hostname: 'test-host',
      username: 'tester',
      tags: ['x', 'y'],
      excludes: ['*.tmp'],
      programVersion: 'tidemark 1.2.3',
      summary: { filesNew: 2, dirsNew: 2, dataBlobs: 2, treeBlobs: 3, totalFilesProcessed: 2, totalBytesProcessed: 2 },
    });
    expect(Date.parse(snapshot.time)).toBe(options.time);
    expect(snapshot.parent).toBeUndefined();
    const second = await backUp(repository, ['source'], { cwd: folder });
    expect(second.parentId).toBe(report.snapshotId);
    const other = await backUp(repository, ['source'], { cwd: folder, hostname: 'elsewhere' });
    expect(other.parentId).toBeNull();
    const earlier = await backUp(repository, ['source'], { cwd: folder, time: Date.UTC(2020, 1, 1) });
    expect(earlier.parentId).toBeNull();
  });

  it('writes nothing in a dry run and says what it would add', async () => {
    const { repository, folder, path } = await setUp({ a: noise(3_000_000), b: 'b' });
    const before = filesIn(path);
    const dry = await backUp(repository, ['source'], { cwd: folder, dryRun: true });
    expect(dry.snapshotId).toBeNull();
    expect(filesIn(path)).toBe(before);
    const real = await backUp(repository, ['source'], { cwd: folder });
    expect(real.treeId).toBe(dry.treeId);
    expect(real.summary).toMatchObject({ dataBlobs: dry.summary.dataBlobs, dataAdded: dry.summary.dataAdded });
  });

  it('works the same on storage without local files', async () => {
    const { repository, folder } = await setUp({ a: 'a', 'b/c/d': 'd', 'b/e': noise(2_000_000), 'f/g': 'g' });
    const elsewhere = await quickRepository(new MemoryStorage());
    const local = await backUp(repository, ['source'], { cwd: folder });
    const first = await backUp(elsewhere, ['source'], { cwd: folder });
    expect(first.treeId).toBe(local.treeId);
    const { summary } = await backUp(elsewhere, ['source'], { cwd: folder });
    expect(summary).toMatchObject({ filesUnmodified: 4, filesNew: 0, filesChanged: 0, dirsUnmodified: 4, dirsChanged: 0 });
  });

  it('refuses to start without anything, and to end with nothing', async () => {
    const { repository, folder, source } = await setUp({ 'a.tmp': 'a' });
    await expect(backUp(repository, ['nowhere'], { cwd: folder })).rejects.toMatchObject({ code: 'source-missing' });
    const nothing = backUp(repository, ['a.tmp'], { cwd: source, select: { excludes: ['*.tmp'] } });
    await expect(nothing).rejects.toMatchObject({ code: 'nothing-to-do' });
    const bad = backUp(repository, [source], { select: { excludes: ['['] } });
    await expect(bad).rejects.toMatchObject({ code: 'invalid-input' });
    await expect(backUp(repository, [source], { parent: 'abcdef' })).rejects.toMatchObject({ code: 'not-found' });
    expect(await repository.listSnapshotIds()).toEqual([]);
    const partly = await backUp(repository, ['nowhere', 'source'], { cwd: folder });
    expect(partly).toMatchObject({ incomplete: true, problemsTotal: 1 });
    expect(partly.problems[0]).toMatchObject({ kind: 'unreadable', path: join(folder, 'nowhere') });
  });

  it('never backs up its own destination', async () => {
    const { repository, folder, path } = await setUp({ a: 'a' });
    const report = await backUp(repository, ['.'], { cwd: folder });
    expect(await pathsIn(repository, report.treeId)).toEqual(['/source', '/source/a']);
    expect(report.problems).toMatchObject([{ kind: 'skipped', path }]);
    expect(report.incomplete).toBe(false);
    symlinkSync(path, join(folder, 'link'));
    for (const inside of [path, join(path, 'data'), join(folder, 'link', 'data')]) {
      await expect(backUp(repository, [inside])).rejects.toMatchObject({ code: 'destination-inside-source' });
    }
  });

  it('reports what cannot be read and stores the rest', async () => {
    const { folder, source } = await setUp({ a: 'a', 'closed/b': 'b', 'open/c': 'c' });
    chmodSync(join(source, 'a'), 0);
    chmodSync(join(source, 'closed'), 0);
    chmodSync(folder, 0o755);
    const script = join(import.meta.dirname, 'report-as-user.ts');
    // Root reads everything, so there the backup runs without what lets it.
    const dropped = '-dac_override,-dac_read_search';
    const asAnybody = process.getuid?.() === 0 ? ['setpriv', '--inh-caps', dropped, '--bounding-set', dropped] : [];
    const [program, ...args] = [...asAnybody, process.execPath, script, source];
    const run = spawnSync(program, args, { encoding: 'utf8' });
    expect(run.stderr).toBe('');
    const { report, paths } = JSON.parse(run.stdout) as { report: BackupReport; paths: string[] };
    expect(report.incomplete).toBe(true);
    expect(report.problems.map(({ kind, path }) => [kind, path])).toEqual([
      ['unreadable', join(source, 'a')],
      ['unreadable', join(source, 'closed')],
    ]);
    expect(paths.filter((path) => path.includes('/source/'))).toEqual([join(source, 'open'), join(source, 'open/c')]);
  });

  it('heals what is missing in the destination', async () => {
    const { repository, folder, path } = await setUp({ a: noise(600_000), b: 'b' });
    const first = await backUp(repository, ['source'], { cwd: folder });
    const node = await findNode(repository, first.treeId, [Buffer.from('source'), Buffer.from('a')]);
    const lost = repository.index.find('data', node?.content?.[0] ?? '')?.packId ?? '';
    rmSync(join(path, 'data', lost.slice(0, 2), lost));
    for (const name of readdirSync(join(path, 'index'))) rmSync(join(path, 'index', name));
    const again = await reopen(path);
    const second = await backUp(again, ['source'], { cwd: folder });
    expect(second.treeId).toBe(first.treeId);
    expect((await again.loadBlob('data', node?.content?.[0] ?? '')).length).toBeGreaterThan(0);
  });

  it('reaches folders deeper than any path, and names of 255 bytes', async () => {
    const { repository, folder, source } = await setUp();
    const name = 'n'.repeat(255);
    const make = `chdir $ARGV[0] or die; for (1..30) { mkdir $ARGV[1]; chdir $ARGV[1] or die; }
      open F, '>', 'file'; print F 'deep!'; close F; symlink 'file', 'link';
      system('setfattr', '-n', 'user.x', '-v', 'y', 'file') == 0 or die;`;
    expect(spawnSync('perl', ['-e', make, source, name]).status).toBe(0);
    try {
      const report = await backUp(repository, ['source'], { cwd: folder });
      expect(report.problems).toEqual([]);
      const at = [Buffer.from('source'), ...Array.from({ length: 30 }, () => Buffer.from(name))];
      const file = await findNode(repository, report.treeId, [...at, Buffer.from('file')]);
      expect(file).toMatchObject({ type: 'file', size: 5n, xattrs: [{ name: 'user.x' }] });
      expect(await findNode(repository, report.treeId, [...at, Buffer.from('link')])).toMatchObject({ type: 'symlink' });
      const again = await backUp(repository, ['source'], { cwd: folder });
      expect(again.summary).toMatchObject({ filesUnmodified: 1, dirsUnmodified: 31, treeBlobs: 0 });
    } finally {
      spawnSync('rm', ['-rf', source]);
    }
  });

  it('stops when cancelled, keeps what was stored, and completes later', async () => {
    const files = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`f${index}`, noise(6_000_000)]));
    const { repository, folder, path } = await setUp(files);
    const stop = new AbortController();
    const onProgress = ({ bytesDone }: BackupProgress) => {
      if (bytesDone > 60_000_000) stop.abort();
    };
    const run = backUp(repository, ['source'], { cwd: folder, signal: stop.signal, onProgress });
    await expect(run).rejects.toMatchObject({ code: 'cancelled' });
    const later = await reopen(path);
    expect(await later.listSnapshotIds()).toEqual([]);
    await later.loadIndex();
    expect(later.index.blobCount('data')).toBeGreaterThan(20);
    const known = later.index.blobCount('data');
    const report = await backUp(repository, ['source'], { cwd: folder });
    expect(report.summary.dataBlobs).toBeLessThan(240 * 3);
    expect(report.summary.dataBlobs + known).toBeGreaterThan(100);
    const all = await backUp(await reopen(path), ['source'], { cwd: folder, force: true });
    expect(all.summary).toMatchObject({ dataBlobs: 0, treeBlobs: 0 });
    const cancelled = backUp(repository, ['source'], { cwd: folder, signal: AbortSignal.abort() });
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
  });

  it.runIf(canMount())('fails cleanly on a full destination and completes once there is room', async () => {
    const { folder } = await setUp(Object.fromEntries(Array.from({ length: 6 }, (_, i) => [`f${i}`, noise(9_000_000)])));
    const disk = tmpfs('size=30m');
    const repository = await quickRepository(openStorage(join(disk, 'repository')));
    await expect(backUp(repository, ['source'], { cwd: folder })).rejects.toMatchObject({ code: 'no-space' });
    expect(await repository.listSnapshotIds()).toEqual([]);
    execFileSync('mount', ['-o', 'remount,size=200m', disk]);
    const report = await backUp(repository, ['source'], { cwd: folder });
    const clean = await reopen(join(disk, 'repository'));
    await clean.loadIndex();
    const packs = join(disk, 'repository/data');
    for (const id of clean.index.packIds()) expect(existsSync(join(packs, id.slice(0, 2), id))).toBe(true);
    const node = await findNode(clean, report.treeId, [Buffer.from('source'), Buffer.from('f3')]);
    const content = await Promise.all((node?.content ?? []).map((id) => clean.loadBlob('data', id)));
    expect(Buffer.concat(content).equals(readFileSync(join(folder, 'source/f3')))).toBe(true);
  });

  it.runIf(canMount())('stays on one file system, but keeps the mount point', async () => {
    const { repository, folder, source } = await setUp({ a: 'a', 'mnt/hidden': 'x' });
    execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', join(source, 'mnt')]);
    try {
      mkdirSync(join(source, 'mnt/sub'));
      writeFileSync(join(source, 'mnt/sub/file'), 'x');
      const report = await backUp(repository, ['source'], { cwd: folder, oneFileSystem: true });
      expect(await pathsIn(repository, report.treeId)).toEqual(['/source', '/source/a', '/source/mnt']);
    } finally {
      execFileSync('umount', [join(source, 'mnt')]);
    }
  });

  it('tells how far it is', async () => {
    const { repository, folder } = await setUp({ a: noise(8_000_000), 'b/c': noise(8_000_000), d: 'd' });
    const seen: BackupProgress[] = [];
    const report = await backUp(repository, ['source'], { cwd: folder, onProgress: (progress) => seen.push(progress) });
    const last = seen.at(-1);
    expect(last).toMatchObject({ phase: 'finishing', filesDone: 3, bytesDone: 16_000_001, problems: 0 });
    expect(last?.bytesAdded).toBe(report.summary.dataAdded);
    for (const { bytesDone, bytesTotal } of seen) expect(bytesTotal ?? bytesDone).toBeGreaterThanOrEqual(bytesDone);
  });

  it('reports a file that is written to without end', async () => {
    const { repository, folder, source } = await setUp({ log: noise(30_000_000) });
    const writer = setInterval(() => appendFileSync(join(source, 'log'), 'x'), 1);
    try {
      const report = await backUp(repository, ['source'], { cwd: folder });
      expect(report.problems).toMatchObject([{ kind: 'changed-while-read' }]);
      expect(report.incomplete).toBe(true);
    } finally {
      clearInterval(writer);
    }
    const next = await backUp(repository, ['source'], { cwd: folder });
    expect(next.summary).toMatchObject({ filesChanged: 1, filesUnmodified: 0 });
    expect(next.problems).toEqual([]);
  });

  it('counts folders for the first screen', async () => {
    const { source } = await setUp({ a: '12345', 'b/c': '12', 'skip/d': 'x', 'cache/CACHEDIR.TAG': 'no', 'cache/e': 'ee' });
    expect(await scanSize([source], selectEverything)).toEqual({ files: 5, bytes: 12 });
    const select = { ...selectEverything, excludes: ['skip'], excludeIfPresent: ['CACHEDIR.TAG'] };
    expect(await scanSize([source], select)).toEqual({ files: 3, bytes: 9 });
    const stop = AbortSignal.timeout(100);
    await expect(scanSize(['/'], selectEverything, { signal: stop })).rejects.toMatchObject({ code: 'cancelled' });
  });
});
