import { beforeEach, describe, expect, test } from 'vitest';
import { AppError } from '../../../../shared/errors.ts';
import { sha256 } from '../../../../main/engine/platform/crypto.ts';
import { collect } from '../../../../main/engine/platform/concurrency.ts';
import { poly1305Ready } from '../../../../main/engine/platform/poly1305.ts';
import { systemRandom } from '../../../../main/engine/platform/random.ts';
import { BlobIndex } from '../../../../main/engine/repository/blob-index.ts';
import { BlobWriter } from '../../../../main/engine/repository/blob-writer.ts';
import { encodeConfig } from '../../../../main/engine/repository/config.ts';
import { initRepository, openRepository } from '../../../../main/engine/repository/open-repository.ts';
import { parseObject } from '../../../../main/engine/repository/json.ts';
import { readPackHeader } from '../../../../main/engine/repository/pack-reader.ts';
import type { Repository } from '../../../../main/engine/repository/repository.ts';
import type { BlobType, FinishedPack } from '../../../../main/engine/repository/types.ts';
import { MemoryStorage } from '../../../../main/engine/storage/memory-storage.ts';
import type { FileType } from '../../../../main/engine/storage/storage.ts';
import { quickInit, quickKdf, quickRepository, storeBlobs, testPassword } from '../../../helpers/repository.ts';

let storage: MemoryStorage;
let repository: Repository;
const environment = { clock: quickInit().clock, random: systemRandom };

beforeEach(async () => {
  storage = new MemoryStorage();
  repository = await quickRepository(storage);
});

async function names(type: FileType): Promise<string[]> {
  return (await collect(storage.list(type))).map(({ name }) => name).sort();
}

function reopen(password: string | readonly string[] = testPassword): Promise<Repository> {
  return openRepository(storage, { ...environment, password });
}

/** Changes the stored bytes of a file behind the repository's back. */
async function tamper(type: FileType, name: string, change: (bytes: Buffer) => Buffer): Promise<void> {
  await storage.save({ type, name }, [change(await storage.load({ type, name }))], { replace: true });
}

function flip(bytes: Buffer, at = bytes.length >> 1): Buffer {
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  return bytes;
}

const alterations: readonly (readonly [string, (bytes: Buffer) => Buffer])[] = [
  ['a flipped bit', (bytes) => flip(bytes)],
  ['a cut', (bytes) => bytes.subarray(0, -3)],
  ['no content', () => Buffer.alloc(0)],
  ['other content', () => Buffer.from('{"kdf":"scrypt"}')],
  ['absurd length', () => Buffer.alloc(2 * 1024 * 1024)],
];

function halve(bytes: Buffer): Buffer {
  return bytes.subarray(0, bytes.length >> 1);
}

const blobs: readonly (readonly [BlobType, Uint8Array])[] = [
  ['data', Buffer.from('first')],
  ['data', Buffer.alloc(300_000, 'second')],
  ['tree', Buffer.from('{"nodes":[]}\n')],
  ['data', systemRandom.bytes(200_000)],
];

describe('making a repository', () => {
  test('refuses places that hold one, even without config', async () => {
    await expect(quickRepository(storage)).rejects.toMatchObject({ code: 'repository-exists' });
    await storage.remove({ type: 'config', name: '' });
    await expect(quickRepository(storage)).rejects.toMatchObject({ code: 'repository-exists' });
    await expect(reopen()).rejects.toMatchObject({ code: 'damaged', message: expect.stringContaining('missing') });
  });

  test('refuses empty passwords and unusable polynomials without leaving a config', async () => {
    const empty = new MemoryStorage();
    await expect(initRepository(empty, quickInit({ password: '' }))).rejects.toMatchObject({ code: 'invalid-input' });
    await expect(initRepository(empty, quickInit({ polynomial: 4n }))).rejects.toMatchObject({ code: 'damaged' });
    expect(await empty.exists({ type: 'config', name: '' })).toBe(false);
  });

  test('calibrates the cost of its key to this machine', async () => {
    const { kdf: _, ...settings } = quickInit();
    const other = new MemoryStorage();
    let now = 0;
    await initRepository(other, { ...settings, clock: { now: () => (now += 100) } });
    const [key] = await collect(other.list('key'));
    const json = parseObject(await other.load({ type: 'key', name: key?.name ?? '' })) ?? {};
    expect(json).toMatchObject({ kdf: 'scrypt', N: 32768, r: 8, p: 5, hostname: 'test-host', username: 'tester' });
    expect(Object.keys(json)).toEqual(['created', 'username', 'hostname', 'kdf', 'N', 'r', 'p', 'salt', 'data']);
  });
});

describe('opening a repository', () => {
  test('finds the right one of several passwords and keys', async () => {
    const second = await repository.addKey('second', { hostname: 'h', username: 'u', kdf: quickKdf });
    expect((await reopen(['wrong', 'second'])).keyId).toBe(second);
    const hinted = await openRepository(storage, { ...environment, password: 'second', keyHint: second.slice(0, 8) });
    expect(hinted.config).toEqual(repository.config);
    expect(hinted.masterKey).toEqual(repository.masterKey);
  });

  test('tells wrong passwords, missing repositories and old layouts apart', async () => {
    await expect(reopen('Correct horse')).rejects.toMatchObject({ code: 'wrong-password', retry: 'after-action' });
    await expect(reopen('')).rejects.toMatchObject({ code: 'wrong-password' });
    await expect(openRepository(new MemoryStorage(), { ...environment, password: 'x' })).rejects.toMatchObject({
      code: 'no-repository',
    });
  });

  test('gives up after 20 keys', async () => {
    for (let key = 0; key < 25; key += 1) await repository.addKey(`other ${key}`, { hostname: 'h', username: 'u', kdf: quickKdf });
    let loads = 0;
    const load = storage.load.bind(storage);
    storage.load = (handle, range) => {
      if (handle.type === 'key') loads += 1;
      return load(handle, range);
    };
    await expect(reopen('none of them')).rejects.toMatchObject({ code: 'wrong-password' });
    expect(loads).toBe(20);
  });

  test.each(alterations)('with a config with %s is damaged', async (_, change) => {
    await tamper('config', '', change);
    await expect(reopen()).rejects.toMatchObject({ code: 'damaged', hint: expect.stringMatching(/.+/) });
  });

  test.each(alterations)('with its only key file with %s is damaged, and opens with an intact one', async (_, change) => {
    const [first = ''] = await names('key');
    await tamper('key', first, change);
    await expect(reopen()).rejects.toMatchObject({ code: 'damaged' });
    await repository.addKey('second', { hostname: 'h', username: 'u', kdf: quickKdf });
    expect((await reopen('second')).config.id).toBe(repository.config.id);
    const listed = await repository.listKeys();
    expect(listed.map(({ problem }) => problem !== undefined).toSorted((a, b) => Number(a) - Number(b))).toEqual([false, true]);
  });

  test('without any key file is damaged', async () => {
    for (const name of await names('key')) await storage.remove({ type: 'key', name });
    await expect(reopen()).rejects.toMatchObject({ code: 'damaged', message: expect.stringContaining('missing') });
  });

  test.each([
    { N: 3 }, { N: 2 ** 40 }, { N: 2 ** 30, r: 8 }, { r: 0 }, { p: 2 ** 29 }, { N: '16' }, { kdf: 'argon2' },
    { salt: 'AAAA' }, { salt: 5 }, { data: '***' },
  ])('never computes a key file with %j', async (fields) => {
    const [name = ''] = await names('key');
    const json = parseObject(await storage.load({ type: 'key', name }));
    const bytes = Buffer.from(JSON.stringify({ ...json, ...fields }));
    await storage.remove({ type: 'key', name });
    await storage.save({ type: 'key', name: sha256(bytes).toString('hex') }, [bytes]);
    await expect(reopen()).rejects.toMatchObject({ code: 'damaged' });
  });

  test('with a version from the future is refused', async () => {
    const config = encodeConfig(repository.config).toString().replace('"version":2', '"version":3');
    const sealed = repository.sealer.seal(Buffer.from(config), systemRandom);
    await storage.save({ type: 'config', name: '' }, [sealed], { replace: true });
    await expect(reopen()).rejects.toMatchObject({ code: 'unsupported-version' });
  });
});

describe('keys', () => {
  test('can be changed; the old password stops working', async () => {
    const old = repository.keyId;
    const id = await repository.changePassword('new one', { hostname: 'h', username: 'u', kdf: quickKdf });
    expect(id).not.toBe(old);
    expect(await names('key')).toEqual([id]);
    await expect(reopen()).rejects.toMatchObject({ code: 'wrong-password' });
    expect((await reopen('new one')).masterKey).toEqual(repository.masterKey);
  });

  test('in use or unknown are not removed', async () => {
    await expect(repository.removeKey(repository.keyId)).rejects.toMatchObject({ code: 'conflict' });
    await expect(repository.removeKey('ab'.repeat(32))).rejects.toMatchObject({ code: 'not-found' });
    const second = await repository.addKey('second', { hostname: 'h2', username: 'u2', kdf: quickKdf });
    expect(await repository.listKeys()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ id: second, hostname: 'h2', username: 'u2', current: false }),
        expect.objectContaining({ id: repository.keyId, current: true }),
      ]),
    );
    await repository.removeKey(second);
    expect(await names('key')).toEqual([repository.keyId]);
  });
});

describe('blobs', () => {
  test.each([1, 2] as const)('of a version %i repository are stored once and read back elsewhere', async (version) => {
    storage = new MemoryStorage();
    repository = await quickRepository(storage, { version });
    const ids = await storeBlobs(repository, [...blobs, ...blobs]);
    await storeBlobs(repository, blobs);
    expect(await names('pack')).toHaveLength(2);
    expect(await names('index')).toHaveLength(1);
    const other = await reopen();
    expect(await other.loadIndex()).toEqual({ files: 1, problems: [] });
    expect(await other.loadIndex()).toEqual({ files: 0, problems: [] });
    for (const [at, [type, content]] of blobs.entries()) {
      expect(Buffer.compare(await other.loadBlob(type, ids[at] ?? ''), content)).toBe(0);
    }
    for await (const { name, size } of storage.list('pack')) {
      expect(other.index.packSize(name)).toBe(size);
      const header = await readPackHeader(storage, other.sealer, version, name, size);
      expect(header.entries).toEqual(other.index.packEntries(name));
    }
  });

  test('larger than a pack get packs of their own, and full packs are closed', async () => {
    const many = Array.from({ length: 60 }, (_, at) => ['data', systemRandom.bytes(1000 + at)] as const);
    await storeBlobs(repository, [...many, ['data', systemRandom.bytes(30_000)]], { packSize: 10_000, level: 3 });
    const other = await reopen();
    await other.loadIndex();
    const counts = [...other.index.packIds()].map((pack) => other.index.packEntries(pack).length);
    expect(counts).toContain(1);
    // Two leftovers of less than a pack each may be joined.
    expect(Math.max(...counts)).toBeLessThan(20);
    expect(other.index.blobCount('data')).toBe(61);
  });

  test('of one type never share a pack with the other', async () => {
    await storeBlobs(repository, blobs);
    for (const pack of repository.index.packIds()) {
      expect(new Set(repository.index.packEntries(pack).map(({ type }) => type)).size).toBe(1);
    }
  });

  test('stored plain when asked to, trees never', async () => {
    const [data = '', , tree = ''] = await storeBlobs(repository, blobs, { level: undefined });
    expect(repository.index.find('data', data)?.uncompressedLength).toBe(0);
    expect(repository.index.find('tree', tree)?.uncompressedLength).toBe(13);
  });

  const inPack = alterations.map(([title, change]) => [title, title === 'a cut' ? halve : change] as const);

  test.each(inPack)('in a pack with %s are damaged, and read from another copy', async (_, change) => {
    const content = systemRandom.bytes(5000);
    const [id = ''] = await storeBlobs(repository, [['data', content]]);
    const [pack = ''] = await names('pack');
    await tamper('pack', pack, change);
    await expect(repository.loadBlob('data', id)).rejects.toMatchObject({
      code: 'damaged',
      message: expect.stringContaining(pack.slice(0, 8)),
    });
    const second = await reopen();
    await storeBlobs(second, [['data', content]]);
    const third = await reopen();
    await third.loadIndex();
    expect(third.index.findAll('data', id)).toHaveLength(2);
    expect(await third.loadBlob('data', id)).toEqual(content);
  });

  test('of missing packs and unknown blobs are missing, not damaged', async () => {
    const [id = ''] = await storeBlobs(repository, [['data', Buffer.from('x')]]);
    const [pack = ''] = await names('pack');
    await storage.remove({ type: 'pack', name: pack });
    await expect(repository.loadBlob('data', id)).rejects.toMatchObject({ code: 'missing-data' });
    await expect(repository.loadBlob('tree', id)).rejects.toMatchObject({ code: 'missing-data' });
  });

  test('claimed by one writer are not stored by another', async () => {
    await poly1305Ready();
    const index = BlobIndex.create();
    const packs: FinishedPack[] = [];
    const make = () =>
      new BlobWriter({
        key: repository.masterKey, version: 2, level: 3, verify: true, index, random: systemRandom, onPack: (p) => packs.push(p),
      });
    const [one, two] = [make(), make()];
    const content = Buffer.from('shared');
    expect(one.save('data', content)).toMatchObject({ isNew: true, storedBytes: expect.any(Number) });
    expect(two.save('data', content)).toEqual({ id: sha256(content), isNew: false, storedBytes: 0 });
    expect(two.drain().packs).toEqual([]);
    expect(one.drain().packs.map(({ entries }) => entries.length)).toEqual([1]);
    expect(one.drain().packs).toEqual([]);
    expect(packs).toEqual([]);
  });
});

describe('the pack sink', () => {
  test('stores packs before the index that names them, and nothing is findable before it is durable', async () => {
    const order: string[] = [];
    const save = storage.save.bind(storage);
    let findableEarly = 0;
    storage.save = async (handle, parts, options) => {
      await new Promise((resolve) => setTimeout(resolve, handle.type === 'pack' ? 5 : 0));
      if (handle.type === 'pack') findableEarly += repository.index.packEntries(handle.name).length;
      await save(handle, parts, options);
      order.push(handle.type);
    };
    const many = Array.from({ length: 20 }, () => ['data', systemRandom.bytes(3000)] as const);
    await storeBlobs(repository, many, { packSize: 10_000, level: 3 });
    expect(findableEarly).toBe(0);
    expect(order.at(-1)).toBe('index');
    expect(order.filter((type) => type === 'index')).toHaveLength(1);
    expect(order.length).toBeGreaterThan(5);
  });

  test('fails the run for good when one pack cannot be stored, and writes no index', async () => {
    const save = storage.save.bind(storage);
    storage.save = (handle, parts, options) =>
      handle.type === 'pack' ? Promise.reject(new AppError('no-space', 'full')) : save(handle, parts, options);
    await expect(storeBlobs(repository, blobs)).rejects.toMatchObject({ code: 'no-space' });
    expect(await names('index')).toEqual([]);
    expect(repository.index.packCount).toBe(0);
    const sink = repository.createPackSink();
    await expect(sink.store({ id: 'ab'.repeat(32), type: 'data', parts: [], size: 0, entries: [] })).rejects.toMatchObject({
      code: 'no-space',
    });
    storage.save = save;
    await expect(sink.flush()).rejects.toMatchObject({ code: 'no-space' });
  });

  test('closes an index file after ten minutes', async () => {
    let now = 0;
    repository = await quickRepository(new MemoryStorage(), { clock: { now: () => now } });
    const writer = new BlobWriter({
      key: repository.masterKey, version: 2, level: 3, verify: true, index: repository.index, random: systemRandom,
      packSize: 100, onPack: (pack) => void packs.push(pack),
    });
    const packs: FinishedPack[] = [];
    for (let at = 0; at < 3; at += 1) writer.save('data', systemRandom.bytes(200));
    const sink = repository.createPackSink();
    const indexFiles = async () => (await collect(repository.storage.list('index'))).length;
    const [one, two, three] = packs;
    if (one === undefined || two === undefined || three === undefined) throw new Error('three packs were expected');
    await sink.store(one);
    expect(await indexFiles()).toBe(0);
    now += 10 * 60_000;
    await sink.store(two);
    expect(await indexFiles()).toBe(1);
    await sink.store(three);
    await sink.flush();
    await sink.flush();
    expect(await indexFiles()).toBe(2);
    expect(sink.packsStored).toBe(3);
  });
});

describe('index files', () => {
  test.each(alterations)('with %s are reported, and the others used', async (_, change) => {
    const [one = ''] = await storeBlobs(repository, [['data', Buffer.from('one')]]);
    const [bad = ''] = await names('index');
    await tamper('index', bad, change);
    const [two = ''] = await storeBlobs(repository, [['data', Buffer.from('two')]]);
    const other = await reopen();
    const { problems } = await other.loadIndex();
    expect(problems).toEqual([expect.objectContaining({ indexId: bad, kind: 'unreadable' })]);
    expect([other.index.has('data', one), other.index.has('data', two)]).toEqual([false, true]);
  });

  test('that contradict or repeat each other are told apart', async () => {
    const entry = { id: 'ab'.repeat(32), type: 'data', offset: 0, length: 50, uncompressedLength: 0 } as const;
    const pack = { id: 'cd'.repeat(32), entries: [entry] };
    await repository.saveIndex([pack, pack]);
    const other = await reopen();
    expect((await other.loadIndex()).problems.map(({ kind }) => kind)).toEqual(['duplicate']);
    await repository.saveIndex([{ ...pack, entries: [entry, { ...entry, offset: 50 }] }]);
    expect((await other.loadIndex()).problems.map(({ kind }) => kind)).toEqual(['different']);
  });
});

describe('snapshots', () => {
  test('are found by the beginning of their id', async () => {
    const ids: string[] = [];
    while (new Set(ids.map(([first]) => first)).size === ids.length) {
      ids.push(await repository.saveUnpacked('snapshot', Buffer.from('{}')));
    }
    expect(await repository.listSnapshotIds()).toEqual(ids.toSorted());
    const shared = ids.at(-1)?.slice(0, 1) ?? '';
    await expect(repository.resolveSnapshotId(shared)).rejects.toMatchObject({ code: 'ambiguous' });
    const [whole = ''] = ids;
    expect(await repository.resolveSnapshotId(whole)).toBe(whole);
    for (const unknown of ['', 'xyz', '0'.repeat(64)]) {
      await expect(repository.resolveSnapshotId(unknown)).rejects.toMatchObject({ code: 'not-found' });
    }
  });

  test.each(alterations)('with %s are damaged', async (_, change) => {
    const id = await repository.saveUnpacked('snapshot', Buffer.from('{"time":"2026-01-01T00:00:00Z"}'));
    await tamper('snapshot', id, change);
    await expect(repository.loadUnpacked('snapshot', id)).rejects.toMatchObject({ code: 'damaged', context: { name: id } });
  });

  test('that are read wrongly once are read again', async () => {
    const id = await repository.saveUnpacked('snapshot', Buffer.from('{}'));
    const load = storage.load.bind(storage);
    let reads = 0;
    storage.load = async (handle, range) => {
      const bytes = await load(handle, range);
      reads += 1;
      return reads === 1 ? flip(bytes) : bytes;
    };
    expect((await repository.loadUnpacked('snapshot', id)).toString()).toBe('{}');
  });

  test('are not removed from append-only repositories', async () => {
    const id = await repository.saveUnpacked('snapshot', Buffer.from('{}'));
    const config = { ...repository.config, extra: { append_only: true } };
    const sealed = repository.sealer.seal(encodeConfig(config), systemRandom);
    await storage.save({ type: 'config', name: '' }, [sealed], { replace: true });
    const other = await reopen();
    await expect(other.removeFile('snapshot', id)).rejects.toMatchObject({ code: 'unsupported' });
    await using lock = await other.lock({ exclusive: false });
    expect(lock.exclusive).toBe(false);
    await repository.removeFile('snapshot', id);
    expect(await names('snapshot')).toEqual([]);
  });
});
