import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256 } from '../../main/engine/platform/crypto.ts';
import { systemRandom } from '../../main/engine/platform/random.ts';
import { zstdCompress } from '../../main/engine/platform/zstd.ts';
import { encodeConfig } from '../../main/engine/repository/config.ts';
import {
  copyTo, damages, expectFailure, expectNoStack, filesOf, inventory, measured, openForging, overwrite, type Measured,
} from '../helpers/faults.ts';
import { jsonLines, noise, temporaryFolder, TestRepository, writeFiles } from '../helpers/tidemark-cli.ts';

const folder = temporaryFolder('damage');
const source = join(folder, 'source');
const pristine = new TestRepository(join(folder, 'pristine'));
let copies = 0;

function copy(): TestRepository {
  return copyTo(pristine, join(folder, `copy-${(copies += 1)}`));
}

/** Where a restore of this test puts what the source holds. */
function target(): string {
  return join(folder, `target-${(copies += 1)}`);
}

beforeAll(async () => {
  writeFiles(source, { 'letter.txt': 'Dear reader', 'deep/picture.bin': noise(1_500_000, 7) });
  await pristine.quickInit();
  await pristine.done('backup', source, '-q');
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(damages)('with %s', (_, change) => {
  it.each(['config', 'keys'])('%s is called damaged by everything, and nothing is written', async (kind) => {
    const repository = copy();
    const [path = ''] = filesOf(repository, kind);
    overwrite(path, change(readFileSync(path)));
    const before = inventory(repository);
    for (const args of [['snapshots'], ['backup', source]]) {
      expectFailure(await repository.tidemark([...args, '--json']), 1, 'damaged', /config|key file/);
    }
    expect(inventory(repository)).toEqual(before);
  });

  it('the index is reported with what to do; a backup goes on and says so', async () => {
    const repository = copy();
    const [path = ''] = filesOf(repository, 'index');
    const good = readFileSync(path);
    overwrite(path, change(good));
    const check = await repository.tidemark(['check']);
    expectNoStack(check);
    expect([check.code, check.stderr]).toEqual([1, expect.stringContaining('repair index')]);
    const at = target();
    const restore = await repository.tidemark(['restore', 'latest', '--target', at]);
    expectNoStack(restore);
    expect([restore.code, restore.stderr]).toEqual([1, expect.stringMatching(/index file .* is damaged[^]*is not in the repository/)]);
    const backup = await repository.tidemark(['backup', source]);
    expectNoStack(backup);
    expect([backup.code, backup.stderr]).toEqual([3, expect.stringContaining('index/')]);
    await repository.done('repair', 'index');
    await repository.resticDone('check', '--read-data');
  });

  it('a snapshot is reported; the others are not affected', async () => {
    const repository = copy();
    const [path = ''] = filesOf(repository, 'snapshots');
    const id = path.slice(-64);
    const other = await repository.done('backup', source, '--json', '--skip-if-unchanged', '--tag', 'second');
    const otherId = jsonLines(other).at(-1)?.['snapshot_id'] as string;
    overwrite(path, change(readFileSync(path)));
    for (const name of [id, 'latest']) {
      expectFailure(await repository.tidemark(['restore', name, '--target', target(), '--json']), 1, 'damaged', /snapshot/i);
    }
    const check = await repository.tidemark(['check']);
    expectNoStack(check);
    expect([check.code, check.stderr]).toEqual([1, expect.stringContaining(id.slice(0, 8))]);
    const before = inventory(repository);
    const forget = await repository.tidemark(['forget', '--keep-last', '1', '--prune']);
    expectNoStack(forget);
    expect(forget.code).toBe(1);
    expect(inventory(repository)).toEqual(before);
    const at = target();
    await repository.done('restore', otherId, '--target', at);
    expect(readFileSync(join(at, source, 'letter.txt'), 'utf8')).toBe('Dear reader');
    await repository.done('forget', id.slice(0, 12));
    await repository.resticDone('check', '--read-data');
    expect(jsonLines(await repository.done('snapshots', '--json'))[0]).toEqual([expect.objectContaining({ id: otherId })]);
  });

  it('a pack of folders is reported and nothing is invented', async () => {
    const repository = copy();
    const path = filesOf(repository, 'data').at(-1) ?? '';
    overwrite(path, change(readFileSync(path)));
    const check = await repository.tidemark(['check']);
    expectNoStack(check);
    expect(check.code).toBe(1);
    expect(check.stderr).toContain(path.slice(-64, -56));
    for (const args of [['restore', 'latest', '--target', target()], ['ls', 'latest']]) {
      const ended = await repository.tidemark(args);
      expectNoStack(ended);
      expect([args[0], ended.code]).toEqual([args[0], 1]);
    }
  });

  it('a pack of content costs its files only, by name, and is never restored as if it were right', async () => {
    const repository = copy();
    const [path = ''] = filesOf(repository, 'data');
    overwrite(path, change(readFileSync(path)));
    const check = await repository.tidemark(['check', '--read-data']);
    expectNoStack(check);
    expect([check.code, check.stderr]).toEqual([1, expect.stringContaining('repair packs')]);
    const at = target();
    const restore = await repository.tidemark(['restore', 'latest', '--target', at]);
    expectNoStack(restore);
    expect(restore.code).toBe(1);
    expect(restore.stderr).toContain('picture.bin');
    const { code } = await repository.tidemark(['dump', 'latest', join(source, 'deep/picture.bin')]);
    expect(code).toBe(1);
    expect(() => readFileSync(join(at, source, 'deep/picture.bin'))).toThrow('ENOENT');
  });
});

/** Far more than a command needs, far less than what the forged numbers ask for. */
const generous = { bytes: 700 * 1024 * 1024, milliseconds: 90_000 };

function expectBounded({ peakBytes, milliseconds }: Measured): void {
  expect(peakBytes).toBeGreaterThan(0);
  expect(peakBytes).toBeLessThan(generous.bytes);
  expect(milliseconds).toBeLessThan(generous.milliseconds);
}

describe.runIf(process.platform === 'linux')('numbers that cannot be true', () => {
  it.each([3])('a repository of version %d is refused, unchanged', async (version) => {
    const copied = copy();
    const repository = await openForging(copied);
    const json = JSON.parse(encodeConfig(repository.config).toString()) as object;
    const config = Buffer.from(JSON.stringify({ ...json, version }));
    overwrite(join(copied.location, 'config'), repository.sealer.seal(config, systemRandom));
    const before = inventory(copied);
    for (const args of [['snapshots'], ['backup', source], ['prune']]) {
      expectFailure(await copied.tidemark([...args, '--json']), 1, 'unsupported-version', new RegExp(String(version)));
    }
    expect(inventory(copied)).toEqual(before);
  });

  it.each([
    { N: 2 ** 31, r: 8, p: 1 },
    { N: 2 ** 20, r: 2 ** 20, p: 1 },
    { N: 32_768, r: 8, p: 2 ** 26 },
    { N: 1e308, r: 1e308, p: 1e308 },
  ])('a key that costs %j is refused at once', async (cost) => {
    const copied = copy();
    const [path = ''] = filesOf(copied, 'keys');
    const key = Buffer.from(JSON.stringify({ ...(JSON.parse(readFileSync(path, 'utf8')) as object), ...cost }));
    rmSync(path);
    writeFileSync(join(dirname(path), sha256(key).toString('hex')), key);
    const ended = await measured(copied, ['snapshots', '--json']);
    expectFailure(ended, 1, 'damaged', /cost numbers/);
    expectBounded(ended);
  });

  it.each([
    ['offsets and lengths near 4 GiB', { offset: 2 ** 32 - 200, length: 100 }],
    ['lengths of almost 4 GiB', { offset: 0, length: 2 ** 32 - 1 }],
    ['lengths beyond 4 GiB', { offset: 0, length: 2 ** 40 }],
    ['a blob that unpacks to 4 GiB', { uncompressed_length: 2 ** 32 - 1 }],
    ['negative and broken lengths', { offset: -1, length: 1.5 }],
  ] as const)('an index with %s is read in bounded memory', async (_, numbers) => {
    const copied = copy();
    const repository = await openForging(copied);
    const [path = ''] = filesOf(copied, 'index');
    type Index = { packs: { id: string; blobs: object[] }[] };
    const index = JSON.parse((await repository.loadUnpacked('index', path.slice(-64))).toString()) as Index;
    for (const pack of index.packs) pack.blobs = pack.blobs.map((blob) => ({ ...blob, ...numbers }));
    await repository.saveUnpacked('index', Buffer.from(JSON.stringify(index)));
    rmSync(path);
    for (const args of [['restore', 'latest', '--target', target()], ['check', '--read-data']]) {
      const ended = await measured(copied, args);
      expectNoStack(ended);
      expect([args[0], ended.code]).toEqual([args[0], 1]);
      expectBounded(ended);
    }
    await copied.done('repair', 'index', '--read-all-packs');
    await copied.resticDone('check', '--read-data');
  });

  it('packs whose header has an absurd length are read in bounded memory, and named', async () => {
    const copied = copy();
    const names = [0xffff_fff0, 17 * 1024 * 1024, 4_000, 0].map((length) => {
      const tail = Buffer.alloc(4);
      tail.writeUInt32LE(length);
      const bytes = Buffer.concat([noise(3_000, length + 1), tail]);
      const name = sha256(bytes).toString('hex');
      writeFiles(join(copied.location, 'data', name.slice(0, 2)), { [name]: bytes });
      return name;
    });
    // No index knows them, so only rebuilding looks into them.
    const check = await copied.tidemark(['check', '--read-data']);
    expectNoStack(check);
    expect(check.code).toBe(0);
    const repair = await measured(copied, ['repair', 'index', '--read-all-packs']);
    expectNoStack(repair);
    expectBounded(repair);
    for (const name of names) {
      expect(check.stdout + check.stderr).toContain(name.slice(0, 8));
      expect(repair.stdout + repair.stderr).toContain(name.slice(0, 8));
    }
    await copied.done('restore', 'latest', '--target', target(), '-q');
  });

  it('a snapshot, a folder or an index that unpacks to gigabytes is refused in bounded memory', async () => {
    const copied = copy();
    const repository = await openForging(copied);
    const bomb = zstdCompress(Buffer.alloc(600 * 1024 * 1024, 0x20), 3);
    const bytes = repository.sealer.seal(Buffer.concat([Buffer.of(2), bomb]), systemRandom);
    const name = sha256(bytes).toString('hex');
    writeFiles(join(copied.location, 'snapshots'), { [name]: bytes });
    const restore = await measured(copied, ['restore', name, '--target', target(), '--json']);
    expectFailure(restore, 1, 'damaged', /snapshot/i);
    expectBounded(restore);
    rmSync(join(copied.location, 'snapshots', name));
    writeFiles(join(copied.location, 'index'), { [name]: bytes });
    const check = await measured(copied, ['check']);
    expectNoStack(check);
    expect(check.code).toBe(1);
    await copied.done('restore', 'latest', '--target', target(), '-q');
  });
});
