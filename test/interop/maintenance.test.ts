import { chmodSync, cpSync, existsSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkRepository } from '../../main/engine/maintenance/check.ts';
import type { CheckReport, ReadData } from '../../main/engine/maintenance/check-report.ts';
import { executePrune, makePrunePlan } from '../../main/engine/maintenance/prune.ts';
import { defaultPruneOptions } from '../../main/engine/maintenance/prune-types.ts';
import { noise, temporaryFolder, TestRepository, writeFiles } from '../helpers/tidemark-cli.ts';

const folder = temporaryFolder('maintenance');
const source = join(folder, 'source');
const pristine = new TestRepository(join(folder, 'pristine'));
let copies = 0;

/** A copy of a repository that a test may damage. */
function copyOf(repository: TestRepository): TestRepository {
  const copy = new TestRepository(join(folder, `copy-${(copies += 1)}`), repository.password);
  cpSync(repository.location, copy.location, { recursive: true });
  return copy;
}

function filesOf(repository: TestRepository, type: string): string[] {
  const at = join(repository.location, type);
  return readdirSync(at, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}

/** A pack of file data: folder listings are smaller here. */
function largestPack(repository: TestRepository): string {
  return filesOf(repository, 'data').toSorted((a, b) => statSync(b).size - statSync(a).size)[0] ?? '';
}

function flipBit(file: string, at: number): void {
  const bytes = readFileSync(file);
  const place = at < 0 ? bytes.length + at : Math.floor(at * bytes.length);
  bytes[place] = (bytes[place] ?? 0) ^ 0x10;
  chmodSync(file, 0o600);
  writeFileSync(file, bytes);
}

async function check(repository: TestRepository, readData: ReadData = { kind: 'all' }): Promise<CheckReport> {
  return await checkRepository(await repository.open(), { readData, workers: 2 });
}

beforeAll(async () => {
  await pristine.quickInit();
  for (let round = 0; round < 4; round += 1) {
    writeFiles(source, {
      [`round-${round}/a.bin`]: noise(900_000, 10 + round),
      [`round-${round}/b.txt`]: `text of round ${round}\n`.repeat(500),
      'steady/c.bin': noise(1_500_000, 5),
      'changing.txt': `round ${round}`,
    });
    if (round > 0) rmSync(join(source, `round-${round - 1}`), { recursive: true });
    await (round === 2 ? pristine.resticDone('backup', source, '-q') : pristine.done('backup', source, '-q'));
  }
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('check', () => {
  it('finds nothing wrong with a sound repository', async () => {
    const report = await check(pristine);
    expect(report).toMatchObject({ errors: [], hints: [], damagedPacks: [], snapshots: 4 });
    expect(report.packsRead).toBe(filesOf(pristine, 'data').length);
    await pristine.resticDone('check', '--read-data');
  });

  it('finds a flipped bit anywhere in every kind of file', async () => {
    const copy = copyOf(pristine);
    for (const at of [0, 0.3, 0.9, -1]) {
      const packs = filesOf(copy, 'data');
      const before = packs.map((file) => readFileSync(file));
      for (const file of packs) flipBit(file, at);
      const damaged = new Set((await check(copy)).errors.map(({ id }) => id));
      expect(packs.filter((file) => !damaged.has(file.slice(-64))), `packs at ${at}`).toEqual([]);
      for (const [index, file] of packs.entries()) writeFileSync(file, before[index] ?? '');
      for (const file of [...filesOf(copy, 'index'), ...filesOf(copy, 'snapshots')]) {
        const sound = readFileSync(file);
        flipBit(file, at);
        expect((await check(copy, { kind: 'none' })).errors.map(({ id }) => id), `${file} at ${at}`).toContain(file.slice(-64));
        writeFileSync(file, sound);
      }
      for (const file of [...filesOf(copy, 'keys'), join(copy.location, 'config')]) {
        const sound = readFileSync(file);
        flipBit(file, at);
        await expect(copy.open(), `${file} at ${at}`).rejects.toMatchObject({ code: 'damaged' });
        writeFileSync(file, sound);
      }
    }
    expect((await check(copy)).errors).toEqual([]);
  });

  it('finds a damaged key beside the one in use', async () => {
    const copy = copyOf(pristine);
    const repository = await copy.open();
    const id = await repository.addKey('other', { hostname: 'h', username: 'u', kdf: { N: 1024, r: 8, p: 1 } });
    flipBit(join(copy.location, 'keys', id), 0.5);
    const { errors } = await checkRepository(repository, { readData: { kind: 'none' } });
    expect(errors).toEqual([expect.objectContaining({ kind: 'key-damaged', id })]);
  });

  it('finds cut, empty and missing files', async () => {
    const copy = copyOf(pristine);
    for (const type of ['data', 'index', 'snapshots']) {
      for (const file of filesOf(copy, type)) {
        const sound = readFileSync(file);
        chmodSync(file, 0o600);
        for (const damage of ['cut', 'empty', 'missing'] as const) {
          // A snapshot that is gone left no trace in the format.
          if (type === 'snapshots' && damage === 'missing') continue;
          if (damage === 'missing') rmSync(file);
          else truncateSync(file, damage === 'empty' ? 0 : sound.length - 7);
          const { errors } = await check(copy, { kind: 'none' });
          expect(errors.length, `${damage} ${type}`).toBeGreaterThan(0);
          writeFileSync(file, sound);
        }
      }
    }
  });

  it('has restic’s exit codes and names what to do', async () => {
    const copy = copyOf(pristine);
    expect((await copy.tidemark(['check', '--read-data-subset', '1/2'])).code).toBe(0);
    expect((await copy.tidemark(['check', '--read-data-subset', '0/2'])).code).toBe(1);
    const pack = largestPack(copy);
    flipBit(pack, 0.5);
    expect((await copy.tidemark(['check'])).code).toBe(0);
    const ended = await copy.tidemark(['check', '--read-data']);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain(`repair packs ${pack.slice(-64)}`);
    const json = await copy.tidemark(['check', '--read-data', '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({ message_type: 'summary', broken_packs: [pack.slice(-64)] });
    expect(readdirSync(join(copy.location, 'locks'))).toEqual([]);
  });

  it('only hints at files that no index knows', async () => {
    const copy = copyOf(pristine);
    const other = new TestRepository(join(folder, 'other'));
    await other.quickInit();
    await other.done('backup', join(source, 'steady'), '-q');
    const [stray = ''] = filesOf(other, 'data');
    cpSync(stray, join(copy.location, 'data', stray.slice(-64, -62), stray.slice(-64)));
    const report = await check(copy);
    expect(report.errors).toEqual([]);
    expect(report.hints.map(({ kind }) => kind)).toEqual(['pack-unindexed']);
    expect((await copy.tidemark(['check'])).code).toBe(0);
  });
});

describe('forget and prune', () => {
  it('keeps what the policy keeps, like restic', async () => {
    const [mine, theirs] = [copyOf(pristine), copyOf(pristine)];
    const policy = ['--keep-last', '2', '--keep-tag', 'none'];
    const dry = JSON.parse(await mine.done('forget', ...policy, '--dry-run', '--json')) as { remove: { id: string }[] }[];
    expect(dry[0]?.remove).toHaveLength(2);
    expect(filesOf(mine, 'snapshots')).toHaveLength(4);
    await mine.done('forget', ...policy, '--prune', '--max-unused', '0');
    await theirs.resticDone('forget', ...policy, '--prune', '--max-unused', '0');
    const names = (repository: TestRepository) => filesOf(repository, 'snapshots').map((file) => file.slice(-64));
    expect(names(mine)).toEqual(names(theirs));
    await mine.resticDone('check', '--read-data');
    expect(await check(mine)).toMatchObject({ errors: [], hints: [] });
    const raw = async (repository: TestRepository) => JSON.parse(await repository.resticDone('stats', '--mode', 'raw-data', '--json')) as unknown;
    const size = (repository: TestRepository) => filesOf(repository, 'data').reduce((sum, file) => sum + readFileSync(file).length, 0);
    expect(await raw(mine)).toMatchObject({ total_blob_count: ((await raw(theirs)) as { total_blob_count: number }).total_blob_count });
    expect(Math.abs(size(mine) - size(theirs)) / size(theirs)).toBeLessThan(0.02);
    await mine.resticDone('backup', source, '-q');
    await mine.resticDone('prune', '-q');
  });

  it('refuses what would lose everything', async () => {
    const copy = copyOf(pristine);
    expect((await copy.tidemark(['forget'])).code).toBe(1);
    expect((await copy.tidemark(['forget', '--keep-daily', '-2'])).code).toBe(1);
    expect((await copy.tidemark(['forget', '--keep-tag', 'none'])).code).toBe(1);
    expect((await copy.tidemark(['forget', '--unsafe-allow-remove-all'])).code).toBe(1);
    expect(filesOf(copy, 'snapshots')).toHaveLength(4);
  });

  it('changes nothing when something needed is missing or the repository moved on', async () => {
    const copy = copyOf(pristine);
    const before = filesOf(copy, '.').length;
    const [pack = ''] = filesOf(copy, 'data');
    rmSync(pack);
    const ended = await copy.tidemark(['prune']);
    expect(ended.code).toBe(1);
    expect(filesOf(copy, '.')).toHaveLength(before - 1);
    const moved = copyOf(pristine);
    await moved.done('forget', 'latest');
    const repository = await moved.open();
    const plan = await makePrunePlan(repository, { ...defaultPruneOptions, maxUnused: { kind: 'bytes', bytes: 0 } });
    await moved.done('backup', source, '-q');
    const state = filesOf(moved, '.');
    await expect(executePrune(repository, plan)).rejects.toMatchObject({ code: 'conflict' });
    expect(filesOf(moved, '.')).toEqual(state);
  });

  it('stays sound when it is stopped at any point', async () => {
    const base = copyOf(pristine);
    const ids = (JSON.parse(await base.done('snapshots', '--json')) as { id: string }[]).map(({ id }) => id);
    await base.done('forget', ids[0] ?? '', ids[1] ?? '');
    const options = { maxUnused: { kind: 'bytes', bytes: 0 } } as const;
    const stopAfter = async (steps: number): Promise<boolean> => {
      const copy = copyOf(base);
      const repository = await copy.open();
      const stop = new AbortController();
      let changes = 0;
      const count = <T extends unknown[], R>(act: (...args: T) => Promise<R>) => async (...args: T): Promise<R> => {
        if (stop.signal.aborted || (changes += 1) > steps) {
          stop.abort();
          throw new Error('stopped');
        }
        return await act(...args);
      };
      const { storage } = repository;
      storage.save = count(storage.save.bind(storage));
      storage.remove = count(storage.remove.bind(storage));
      const plan = await makePrunePlan(repository, options);
      const finished = await executePrune(repository, plan, undefined, stop.signal).then(() => !stop.signal.aborted, () => false);
      const report = await check(copy);
      expect(report.errors, `after ${steps} steps`).toEqual([]);
      if (steps % 4 === 0) {
        await copy.done('prune', '--max-unused', '0');
        await copy.resticDone('check', '--read-data');
        expect(await check(copy)).toMatchObject({ errors: [], hints: [] });
      }
      rmSync(copy.location, { recursive: true });
      return finished;
    };
    let steps = 0;
    while (!(await stopAfter(steps))) {
      steps += 1;
      expect(steps).toBeLessThan(60);
    }
    expect(steps).toBeGreaterThan(3);
  });
});

describe('repair', () => {
  it('makes the index anew from the packs', async () => {
    const copy = copyOf(pristine);
    for (const file of filesOf(copy, 'index')) rmSync(file);
    expect((await copy.tidemark(['check'])).code).toBe(1);
    await copy.done('repair', 'index', '--dry-run');
    expect(filesOf(copy, 'index')).toEqual([]);
    await copy.done('repair', 'index');
    await copy.resticDone('check', '--read-data');
    const [index = ''] = filesOf(copy, 'index');
    flipBit(index, 0.5);
    expect((await copy.tidemark(['check'])).code).toBe(1);
    await copy.done('rebuild-index');
    expect((await check(copy)).errors).toEqual([]);
    await copy.done('repair', 'index', '--read-all-packs');
    await copy.resticDone('check', '--read-data');
    expect(await copy.done('repair', 'index')).toContain('nothing to do');
  });

  it('saves what is readable in a damaged pack, heals it by a backup, and cuts out the rest', async () => {
    for (const heal of [true, false]) {
      const copy = copyOf(pristine);
      const victim = largestPack(copy);
      flipBit(victim, 0.2);
      const id = victim.slice(-64);
      const report = await check(copy);
      expect(report.damagedPacks).toEqual([id]);
      const ended = await copy.tidemark(['repair', 'packs', id], { cwd: folder });
      expect(ended.code).toBe(0);
      expect(existsSync(join(folder, `pack-${id}`))).toBe(true);
      expect(existsSync(victim)).toBe(false);
      if (heal) await copy.done('backup', source, '--force', '-q');
      await copy.done('repair', 'snapshots', '--dry-run');
      await copy.done('repair', 'snapshots', '--forget');
      await copy.resticDone('check', '--read-data');
      expect((await check(copy)).errors).toEqual([]);
    }
  });

  it('keeps the damaged snapshot beside the repaired one unless told otherwise', async () => {
    const copy = copyOf(pristine);
    rmSync(largestPack(copy));
    await copy.done('repair', 'index');
    await copy.done('repair', 'snapshots');
    const snapshots = JSON.parse(await copy.done('snapshots', '--json')) as { id: string; original?: string; tags?: string[] }[];
    const repaired = snapshots.filter(({ tags }) => tags?.includes('repaired'));
    expect(repaired.length).toBeGreaterThan(0);
    for (const { original } of repaired) expect(snapshots.some(({ id }) => id === original)).toBe(true);
  });
});

describe('copy', () => {
  it('copies between repositories with different keys and cutting, once', async () => {
    const target = new TestRepository(join(folder, 'target'), 'another password');
    await target.quickInit();
    const env = { TIDEMARK_FROM_REPOSITORY: pristine.location, TIDEMARK_FROM_PASSWORD: pristine.password };
    expect((await target.tidemark(['copy'], { env })).code).toBe(0);
    const packs = filesOf(target, 'data').length;
    expect((await target.tidemark(['copy'], { env })).stdout).toContain('is here already');
    expect(filesOf(target, 'data')).toHaveLength(packs);
    await target.resticDone('check', '--read-data');
    type Listed = { id: string; tree: string; original?: string; parent?: string };
    const list = async (repository: TestRepository): Promise<Listed[]> => JSON.parse(await repository.done('snapshots', '--json')) as Listed[];
    const [from, to] = [await list(pristine), await list(target)];
    expect(to.map(({ tree, original, parent }) => ({ tree, original, parent }))).toEqual(
      from.map(({ tree, id }) => ({ tree, original: id, parent: undefined })),
    );
  });
});
