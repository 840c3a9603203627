import {
  appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, truncateSync, writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { encodeLock } from '../../main/engine/repository/lock-file.ts';
import { systemIdentity } from '../../main/engine/platform/process-identity.ts';
import { zstdCompress } from '../../main/engine/platform/zstd.ts';
import { sha256 } from '../../main/engine/platform/crypto.ts';
import { systemRandom } from '../../main/engine/platform/random.ts';
import { encodeSnapshot } from '../../main/engine/snapshot/snapshot-codec.ts';
import { copyTo, expectFailure, expectNoStack, filesOf, inventory, measured, openForging } from '../helpers/faults.ts';
import { jsonLines, noise, temporaryFolder, TestRepository, writeFiles } from '../helpers/tidemark-cli.ts';
import { canMount, remount, tmpfs } from '../helpers/tmpfs.ts';
import { fileNode, storeNodes, storeTree, testNode } from '../unit/engine/restorer/support.ts';

const folder = temporaryFolder('bad-input');
const source = join(folder, 'source');
const pristine = new TestRepository(join(folder, 'pristine'));
let places = 0;

function place(): string {
  return join(folder, `place-${(places += 1)}`);
}

function copy(): TestRepository {
  return copyTo(pristine, place());
}

async function empty(location: string): Promise<TestRepository> {
  const repository = new TestRepository(location);
  await repository.quickInit();
  return repository;
}

async function snapshotsOf(repository: TestRepository): Promise<Record<string, unknown>[]> {
  return JSON.parse(await repository.done('snapshots', '--json')) as Record<string, unknown>[];
}

beforeAll(async () => {
  writeFiles(source, { 'letter.txt': 'Dear reader', 'deep/picture.bin': noise(1_500_000, 7) });
  await pristine.quickInit();
  await pristine.done('backup', source, '-q');
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('places and passwords', () => {
  it('a wrong password ends with 12 and changes nothing', async () => {
    const before = inventory(pristine);
    const env = { TIDEMARK_PASSWORD: 'wrong' };
    for (const args of [['snapshots'], ['backup', source]]) {
      expectFailure(await pristine.tidemark([...args, '--json'], { env }), 12, 'wrong-password');
    }
    expect(inventory(pristine)).toEqual(before);
  });

  it('a place without repository ends with 10 and gets none', async () => {
    const nowhere = new TestRepository(place());
    expectFailure(await nowhere.tidemark(['backup', source, '--json']), 10, 'no-repository');
    expect(existsSync(nowhere.location)).toBe(false);
    mkdirSync(nowhere.location);
    expectFailure(await nowhere.tidemark(['restore', 'latest', '--target', place(), '--json']), 10, 'no-repository');
    expect(readdirSync(nowhere.location)).toEqual([]);
  });

  it('a second repository is not made where one is', async () => {
    const before = inventory(pristine);
    expectFailure(await pristine.tidemark(['init', '--json']), 1, 'repository-exists');
    expect(inventory(pristine)).toEqual(before);
  });

  it('a target that is the repository, or lies in it, is refused; one around it leaves it out', async () => {
    const around = place();
    const inside = await empty(join(around, 'repository'));
    writeFileSync(join(around, 'letter.txt'), 'x');
    for (const target of [inside.location, join(inside.location, 'data')]) {
      expectFailure(await inside.tidemark(['backup', target, '--json']), 1, 'destination-inside-source');
    }
    expect(filesOf(inside, 'snapshots')).toEqual([]);
    await inside.done('backup', around, '-q');
    const listed = await inside.done('ls', 'latest', '-q');
    expect(listed).toContain('letter.txt');
    expect(listed).not.toContain('/repository/config');
  });
});

describe('sources', () => {
  it('one that is not there is reported and the rest kept; without any there is no version', async () => {
    const repository = await empty(place());
    const gone = join(folder, 'gone');
    expectFailure(await repository.tidemark(['backup', gone, '--json']), 1, 'source-missing');
    expect(filesOf(repository, 'snapshots')).toEqual([]);
    const some = await repository.tidemark(['backup', source, gone]);
    expectNoStack(some);
    expect([some.code, some.stderr]).toEqual([3, expect.stringContaining(gone)]);
    expect(await repository.done('ls', 'latest', '-q')).toContain('letter.txt');
  });

  it('one that vanishes while it is read ends with 3, and what was read is kept', async () => {
    const repository = await empty(place());
    const vanishing = place();
    for (let at = 0; at < 60; at += 1) writeFiles(vanishing, { [`d${at}/f`]: noise(1_000_000, at + 1) });
    const ended = await repository.tidemark(['backup', vanishing, source, '--read-concurrency', '1', '--pack-size', '4', '--json'], {
      started: (child) => {
        const poll = setInterval(() => {
          if (filesOf(repository, 'data').length === 0) return;
          clearInterval(poll);
          child.kill('SIGSTOP');
          rmSync(vanishing, { recursive: true, force: true });
          child.kill('SIGCONT');
        }, 5);
        onTestFinished(() => clearInterval(poll));
      },
    });
    expectNoStack(ended);
    expect(ended.code).toBe(3);
    const errors = jsonLines(ended.stderr).filter((line) => line['message_type'] === 'error');
    expect(errors).toEqual([expect.objectContaining({ item: vanishing })]);
    await repository.resticDone('check', '--read-data');
    const at = place();
    await repository.done('restore', 'latest', '--target', at, '-q');
    expect(readFileSync(join(at, source, 'letter.txt'), 'utf8')).toBe('Dear reader');
  });

  it('files that grow, shrink and are replaced all the time never make a wrong version', async () => {
    const repository = await empty(place());
    const busy = place();
    writeFiles(busy, { grows: noise(6_000_000, 1), shrinks: noise(30_000_000, 2), replaced: noise(6_000_000, 3) });
    let size = 30_000_000;
    const poll = setInterval(() => {
      appendFileSync(join(busy, 'grows'), 'more');
      truncateSync(join(busy, 'shrinks'), (size = Math.max(1, size - 100_000)));
      writeFileSync(join(busy, 'new'), noise(1_000, size));
      renameSync(join(busy, 'new'), join(busy, 'replaced'));
    }, 3);
    onTestFinished(() => clearInterval(poll));
    const ended = await repository.tidemark(['backup', busy, source]);
    clearInterval(poll);
    expectNoStack(ended);
    expect([0, 3]).toContain(ended.code);
    if (ended.code === 3) expect(ended.stderr).toMatch(/error: .*(grows|shrinks|replaced|new): /);
    await repository.resticDone('check', '--read-data');
    await repository.done('restore', 'latest', '--target', place(), '--verify', '-q');
  });

  it('names of 255 bytes and paths beyond 4,096 are kept; what no restore can make is said', async () => {
    const repository = await empty(place());
    const deep = place();
    mkdirSync(deep);
    const name = 'n'.repeat(255);
    const script =
      'my ($deep, $name) = @ARGV; chdir $deep or die; for (1 .. 20) { mkdir $name or die; chdir $name or die }' +
      ' open my $end, ">", "end" or die; print $end "x";';
    const { runProgram } = await import('../helpers/tidemark-cli.ts');
    expect(await runProgram('perl', ['-e', script, deep, name])).toMatchObject({ code: 0, stderr: '' });
    await repository.done('backup', deep, '-q');
    const paths = jsonLines(await repository.done('ls', 'latest', '--json')).map(({ path }) => (typeof path === 'string' ? path : ''));
    expect(paths.at(-1)?.length).toBeGreaterThan(5_000);
    const restore = await repository.tidemark(['restore', 'latest', '--target', place()]);
    expectNoStack(restore);
    expect([restore.code, restore.stderr]).toEqual([1, expect.stringContaining('too long')]);
  });
});

describe.runIf(canMount())('disks', () => {
  it('a full one is left consistent, named, and completed once there is room', async () => {
    const disk = tmpfs('size=6m');
    const repository = await empty(join(disk, 'repository'));
    const large = place();
    for (let at = 0; at < 12; at += 1) writeFiles(large, { [`noise-${at}`]: noise(1_000_000, at + 100) });
    expectFailure(await repository.tidemark(['backup', large, '--json']), 1, 'no-space');
    expect(filesOf(repository, 'snapshots')).toEqual([]);
    expect(filesOf(repository, 'locks')).toEqual([]);
    expect(filesOf(repository, '.').filter((path) => path.includes('tmp-'))).toEqual([]);
    remount(disk, 'size=64m');
    await repository.done('backup', large, '-q');
    await repository.resticDone('check', '--read-data');
  });

  it('a read-only one is named, and still read', async () => {
    const disk = tmpfs('size=32m');
    const repository = copyTo(pristine, join(disk, 'repository'));
    remount(disk, 'ro');
    const before = inventory(repository);
    expectFailure(await repository.tidemark(['backup', source, '--json']), 1, 'read-only');
    expectFailure(await repository.tidemark(['prune', '--json']), 1, 'read-only');
    expect(JSON.parse(await repository.done('snapshots', '--no-lock', '--json'))).toHaveLength(1);
    const at = place();
    await repository.done('restore', 'latest', '--no-lock', '--target', at, '-q');
    expect(readFileSync(join(at, source, 'letter.txt'), 'utf8')).toBe('Dear reader');
    expect(inventory(repository)).toEqual(before);
  });

  it('a full or read-only place to restore to ends with 1 and leaves no half file', async () => {
    const full = tmpfs('size=1m');
    const ended = await pristine.tidemark(['restore', 'latest', '--target', full]);
    expectNoStack(ended);
    expect([ended.code, ended.stderr]).toEqual([1, expect.stringMatching(/full|space/i)]);
    const left = readdirSync(full, { recursive: true, encoding: 'utf8' }).filter((name) => statSync(join(full, name)).isFile());
    expect(left.filter((name) => !name.endsWith('letter.txt'))).toEqual([]);
    remount(full, 'ro');
    const refused = await pristine.tidemark(['restore', 'latest', '--target', join(full, 'new')]);
    expectNoStack(refused);
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringMatching(/read/i)]);
  });
});

describe('a hostile version', () => {
  it('writes nothing outside its target and nothing through links, and says what it refused', async () => {
    const forged = await empty(place());
    const repository = await openForging(forged);
    const outer = place();
    const outside = place();
    mkdirSync(outside);
    const bad = Buffer.from('bad');
    const treeId = await storeNodes(repository, [
      await fileNode(repository, '..', bad),
      await fileNode(repository, '../escaped', bad),
      await fileNode(repository, join(outside, 'absolute'), bad),
      await fileNode(repository, 'a/b', bad),
      testNode('x', 'symlink', { linkTarget: Buffer.from(outside) }),
      testNode('x', 'dir', { subtree: await storeTree(repository, [['escaped', 'bad']]) }),
      await fileNode(repository, 'twice', Buffer.from('first')),
      await fileNode(repository, 'twice', Buffer.from('second')),
      await fileNode(repository, 'good', Buffer.from('good')),
      testNode('round', 'symlink', { linkTarget: Buffer.from('.') }),
    ]);
    const id = await repository.saveUnpacked('snapshot', encodeSnapshot({
      time: '2026-01-02T03:04:05Z', tree: treeId, paths: ['/x'], hostname: 'h', username: 'u', uid: 0, gid: 0, excludes: [], tags: [],
    }));
    const target = join(outer, 'target');
    const ended = await forged.tidemark(['restore', id, '--target', target]);
    expectNoStack(ended);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(/escaped/);
    expect(readdirSync(outside)).toEqual([]);
    expect(readdirSync(outer)).toEqual(['target']);
    expect(readdirSync(target).toSorted()).toEqual(['good', 'round', 'twice', 'x']);
    expect(readFileSync(join(target, 'twice'), 'utf8')).toBe('first');
    const archive = await forged.tidemark(['dump', id, '/', '--archive', 'tar', '--target', join(outer, 'a.tar')]);
    expectNoStack(archive);
    for (const args of [['ls', id], ['check'], ['find', 'good'], ['stats'], ['diff', id, id]]) {
      expectNoStack(await forged.tidemark(args));
    }
  });

  it('that unpacks to gigabytes is refused in bounded memory', async () => {
    const forged = await empty(place());
    const repository = await openForging(forged);
    const content = Buffer.alloc(512 * 1024 * 1024);
    const sealed = repository.sealer.seal(zstdCompress(content, 3), systemRandom);
    const id = sha256(content).toString('hex');
    const entry = { id, type: 'data' as const, offset: 0, length: sealed.length, uncompressedLength: 1_000 };
    const sink = repository.createPackSink();
    await sink.merge([{ packs: [{ type: 'data', parts: [sealed], size: sealed.length, entries: [entry] }] }]);
    await sink.flush();
    const treeId = await storeNodes(repository, [
      testNode('bomb', 'file', { size: 1_000n, content: [id] }),
      await fileNode(repository, 'good', Buffer.from('good')),
    ]);
    await repository.saveUnpacked('snapshot', encodeSnapshot({
      time: '2026-01-02T03:04:05Z', tree: treeId, paths: ['/x'], hostname: 'h', username: 'u', uid: 0, gid: 0, excludes: [], tags: [],
    }));
    const target = place();
    const ended = await measured(forged, ['restore', 'latest', '--target', target]);
    expectNoStack(ended);
    expect(ended.code).toBe(1);
    expect(ended.peakBytes).toBeLessThan(500 * 1024 * 1024);
    expect(readdirSync(target)).toEqual(['good']);
  });
});

describe('a clock that was set back', () => {
  it('neither loses versions nor compares with one from the future', async () => {
    const repository = copy();
    await repository.done('backup', source, '-q', '--time', '2099-01-01 00:00:00');
    const summary = jsonLines(await repository.done('backup', source, '--json')).at(-1);
    expect(summary).toMatchObject({ files_new: 0, files_unmodified: 2 });
    const list = await snapshotsOf(repository);
    expect(list).toHaveLength(3);
    const made = list.find(({ id }) => id === summary?.['snapshot_id']);
    expect(String(made?.['parent'])).toBe(filesOf(pristine, 'snapshots')[0]?.slice(-64));
    const forgotten = JSON.parse(await repository.done('forget', '--keep-within', '1d', '--json')) as { remove: unknown[] | null }[];
    expect(forgotten[0]?.remove ?? []).toEqual([]);
    await repository.resticDone('check');
  });

  it('a lock from the future is believed while its process may live, and removed on request', async () => {
    const repository = copy();
    const forging = await openForging(repository);
    const future = Date.now() + 400 * 24 * 3_600_000;
    await forging.saveUnpacked('lock', encodeLock(future, true, { ...systemIdentity(), hostname: 'another-computer' }));
    expectFailure(await repository.tidemark(['backup', source, '--json']), 11, 'locked', /another-computer/);
    await repository.done('unlock', '--remove-all');
    // The process of this one is gone: no time is needed to know that nobody holds it.
    await forging.saveUnpacked('lock', encodeLock(future, true, { ...systemIdentity(), hostname: hostname(), pid: 4_194_303 }));
    await repository.done('backup', source, '-q');
  });
});

describe('kill -9', () => {
  it('in the middle of a backup loses nothing earlier, and the next run completes', async () => {
    const repository = copy();
    const large = place();
    for (let at = 0; at < 40; at += 1) writeFiles(large, { [`more-${at}`]: noise(2_000_000, at + 500) });
    const packs = filesOf(repository, 'data').length;
    for (const more of [1, 3]) {
      const ended = await repository.tidemark(['backup', large], {
        started: (child) => {
          const poll = setInterval(() => {
            if (filesOf(repository, 'data').length >= packs + more) child.kill('SIGKILL');
          }, 5);
          child.on('exit', () => clearInterval(poll));
        },
      });
      expect(ended.code).toBe(null);
      await repository.done('check', '--read-data', '-q');
    }
    await repository.done('backup', large, '-q');
    await repository.resticDone('check', '--read-data');
  });
});
