import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../main/engine/platform/clock.ts';
import { collect } from '../../main/engine/platform/concurrency.ts';
import { systemRandom } from '../../main/engine/platform/random.ts';
import { encodeMasterKey } from '../../main/engine/repository/master-key.ts';
import { openRepository } from '../../main/engine/repository/open-repository.ts';
import { readPackHeader, readPackSync } from '../../main/engine/repository/pack-reader.ts';
import { decodeBlob } from '../../main/engine/repository/blob-codec.ts';
import type { Repository } from '../../main/engine/repository/repository.ts';
import { LocalStorage } from '../../main/engine/storage/local-storage.ts';
import { quickRepository, storeBlobs, testPassword, unpackFixture, type GoldenPack } from '../helpers/repository.ts';
import { hasRestic, Restic } from '../helpers/restic.ts';
import { tempDir } from '../helpers/temp-dir.ts';

const golden = join(import.meta.dirname, '../fixtures/golden-v2');

function json(...path: string[]): unknown {
  return JSON.parse(readFileSync(join(golden, ...path), 'utf8'));
}

function goldenPacks(): readonly GoldenPack[] {
  const packs: readonly GoldenPack[] = JSON.parse(readFileSync(join(golden, 'packs.json'), 'utf8'));
  return packs;
}

async function open(root: string, password: string): Promise<Repository> {
  const repository = await openRepository(new LocalStorage(root), { password, clock: systemClock, random: systemRandom });
  await repository.loadIndex();
  return repository;
}

/** Reads every blob of a repository through the index, and each pack's header. */
async function readEverything(repository: Repository): Promise<number> {
  let blobs = 0;
  for await (const { name, size } of repository.storage.list('pack')) {
    const { entries } = await readPackHeader(repository.storage, repository.sealer, repository.config.version, name, size);
    expect(entries).toEqual(repository.index.packEntries(name));
    expect(repository.index.packSize(name)).toBe(size);
    for (const { type, id } of entries) {
      await repository.loadBlob(type, id);
      blobs += 1;
    }
  }
  return blobs;
}

describe('the repository that restic 0.14 made', () => {
  test.each(['fixture-password', 'second-password'])('opens with %s and equals what restic says of it', async (password) => {
    const repository = await open(unpackFixture(tempDir()), password);
    const { version, id, polynomial } = repository.config;
    expect({ version, id, chunker_polynomial: polynomial.toString(16) }).toEqual(json('config.json'));
    expect(JSON.parse(encodeMasterKey(repository.masterKey).toString())).toEqual(json('masterkey.json'));

    const snapshotFiles = readdirSync(join(golden, 'snapshots'));
    expect(await repository.listSnapshotIds()).toEqual(snapshotFiles.map((name) => name.slice(0, 64)).sort());
    for (const name of snapshotFiles) {
      const content = await repository.loadUnpacked('snapshot', name.slice(0, 64));
      expect(JSON.parse(content.toString())).toEqual(json('snapshots', name));
    }
    for (const name of readdirSync(join(golden, 'trees'))) {
      const content = await repository.loadBlob('tree', name.slice(0, 64));
      expect(JSON.parse(content.toString())).toEqual(json('trees', name));
    }
    for (const pack of goldenPacks()) {
      const header = await readPackHeader(repository.storage, repository.sealer, 2, pack.id, pack.size);
      const plain = header.entries.map(({ uncompressedLength, ...entry }) => ({
        ...entry,
        ...(uncompressedLength === 0 ? {} : { uncompressed_length: uncompressedLength }),
      }));
      expect([header.headerLength, plain]).toEqual([pack.header_length + 4, pack.blobs]);
    }
    expect(await readEverything(repository)).toBeGreaterThan(20);
  });
});

describe.runIf(hasRestic())('restic and Tidemark', () => {
  test.each([1, 2] as const)('read the same version %i repository', async (version) => {
    const root = join(tempDir(), 'repository');
    const repository = await quickRepository(new LocalStorage(root), { version, clock: systemClock });
    const contents = [Buffer.from('small'), Buffer.alloc(900_000, 'compressible'), systemRandom.bytes(700_000)];
    const data = await storeBlobs(repository, contents.map((content) => ['data', content] as const), {
      packSize: 800_000,
      level: 3,
    });
    const times = ['mtime', 'atime', 'ctime'].map((name) => `"${name}":"2026-01-02T03:04:05Z"`).join(',');
    const facts = `"name":"file","type":"file","mode":420,${times},"uid":0,"gid":0,"size":${Buffer.concat(contents).length}`;
    const node = `{${facts},"content":${JSON.stringify(data)}}`;
    const [tree] = await storeBlobs(repository, [['tree', Buffer.from(`{"nodes":[${node}]}\n`)]]);
    const snapshot = { time: '2026-01-02T03:04:05Z', tree, paths: ['/file'], hostname: 'h', username: 'u' };
    const id = await repository.saveUnpacked('snapshot', Buffer.from(JSON.stringify(snapshot)));

    using restic = new Restic(root, testPassword);
    expect(restic.run('check', '--read-data')).toContain('no errors were found');
    expect(JSON.parse(restic.run('cat', 'config'))).toEqual({
      version,
      id: repository.config.id,
      chunker_polynomial: repository.config.polynomial.toString(16),
    });
    expect(JSON.parse(restic.run('cat', 'snapshot', id))).toMatchObject(snapshot);
    const target = tempDir();
    restic.run('restore', id, '--target', target);
    expect(Buffer.compare(readFileSync(join(target, 'file')), Buffer.concat(contents))).toBe(0);

    await using lock = await repository.lock({ exclusive: true });
    expect(lock.signal.aborted).toBe(false);
    const [lockFile] = await collect(repository.storage.list('lock'));
    const seen: unknown = JSON.parse(restic.run('cat', 'lock', lockFile?.name ?? '', '--no-lock'));
    expect(seen).toMatchObject({ exclusive: true, pid: process.pid });
    expect(restic.try('backup', import.meta.filename).status).not.toBe(0);
  });

  test.each(['1', '2'])('open each other: restic makes version %s and adds to it', async (version) => {
    const folder = tempDir();
    const [root, source] = [join(folder, 'repository'), join(folder, 'source')];
    using restic = new Restic(root, testPassword);
    restic.run('init', '--repository-version', version);
    mkdirSync(source);
    writeFileSync(join(source, 'noise'), systemRandom.bytes(3_000_000));
    writeFileSync(join(source, 'text'), 'tide '.repeat(200_000));
    restic.run('backup', source);

    const repository = await open(root, testPassword);
    expect(repository.config.version).toBe(Number(version));
    expect(await repository.listSnapshotIds()).toHaveLength(1);
    expect(await readEverything(repository)).toBeGreaterThan(3);

    const key = await repository.addKey('second password', { hostname: 'h', username: 'u' });
    using second = new Restic(root, 'second password\n');
    expect(second.run('key', 'list')).toContain(`*${key.slice(0, 8)}`);
    expect(second.run('check', '--read-data')).toContain('no errors were found');
    await storeBlobs(repository, [['data', systemRandom.bytes(100)]]);
    expect(second.run('check', '--read-data')).toContain('no errors were found');
  });

  test('worker threads find and read packs as files', async () => {
    const root = join(tempDir(), 'repository');
    const repository = await quickRepository(new LocalStorage(root));
    const content = systemRandom.bytes(50_000);
    const [id = ''] = await storeBlobs(repository, [['data', content]]);
    const { localDataRoot = '' } = repository.workerRepository();
    expect(localDataRoot).toBe(join(root, 'data'));
    const location = repository.index.find('data', id);
    if (location === undefined) throw new Error('the blob is not known');
    const sealed = readPackSync(localDataRoot, location.packId, location);
    expect(decodeBlob(repository.sealer, sealed, location.uncompressedLength, id)).toEqual(content);
    const beyond = { offset: location.offset, length: 1_000_000 };
    expect(() => readPackSync(localDataRoot, location.packId, beyond)).toThrow(expect.objectContaining({ code: 'damaged' }));
    expect(() => readPackSync(localDataRoot, '0'.repeat(64), location)).toThrow(
      expect.objectContaining({ code: 'missing-data' }),
    );
    execFileSync('rm', ['-rf', root]);
  });
});
