import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../../../main/engine/platform/crypto.ts';
import { BlobIndex } from '../../../../main/engine/repository/blob-index.ts';
import type { TaskResult } from './blob-index-worker.ts';
import type { PackEntry } from '../../../../main/engine/repository/types.ts';

function id(text: string): string {
  return sha256(Buffer.from(text)).toString('hex');
}

function entry(text: string, fields: Partial<PackEntry> = {}): PackEntry {
  return { id: id(text), type: 'data', offset: 0, length: 100, uncompressedLength: 0, ...fields };
}

const packA = id('pack a');
const packB = id('pack b');

describe('the blob index', () => {
  test('knows what was added, by type and full id', () => {
    const index = BlobIndex.create();
    const one = entry('one', { uncompressedLength: 500 });
    const two = entry('two', { type: 'tree', offset: 100, length: 2 ** 32 - 200 });
    expect(index.addPack(packA, [one, two])).toBe('added');
    const { id: _, type, ...location } = one;
    expect(index.find(type, one.id)).toEqual({ packId: packA, ...location });
    expect(index.find('tree', Buffer.from(two.id, 'hex'))).toMatchObject({ packId: packA, length: 2 ** 32 - 200 });
    expect([index.has('tree', one.id), index.has('data', two.id)]).toEqual([false, false]);
    const similar = `${one.id.slice(0, 63)}${one.id.endsWith('0') ? '1' : '0'}`;
    expect(index.find('data', similar)).toBeUndefined();
    expect([index.blobCount('data'), index.blobCount('tree'), index.packCount]).toEqual([1, 1, 1]);
    expect([...index.packIds()]).toEqual([packA]);
    expect(index.packEntries(packA)).toEqual([one, two]);
    expect(index.packSize(packA)).toBe(100 + 2 ** 32 - 200 + 36 + 41 + 37);
    expect(index.packSize(packB)).toBeUndefined();
    expect(index.packEntries(packB)).toEqual([]);
  });

  test('keeps every location of a blob, and tells repeated from contradicting packs', () => {
    const index = BlobIndex.create();
    const one = entry('one');
    index.addPack(packA, [one]);
    expect(index.addPack(packB, [entry('two'), { ...one, offset: 100 }])).toBe('added');
    expect(index.findAll('data', one.id).map(({ packId, offset }) => [packId, offset])).toEqual([[packA, 0], [packB, 100]]);
    expect(index.blobCount('data')).toBe(2);
    expect(index.addPack(packA, [one])).toBe('duplicate');
    expect(index.addPack(packA, [])).toBe('different');
    expect(index.addPack(packA, [one, entry('three', { offset: 100 })])).toBe('different');
    expect(index.findAll('data', one.id)).toHaveLength(2);
    expect([...index.blobs()].map((blob) => blob.packId).sort()).toEqual([packA, packA, packB, packB].sort());
  });

  test('holds claimed blobs as pending until their pack is added', () => {
    const index = BlobIndex.create();
    const one = entry('one');
    expect([index.claim('data', one.id), index.claim('data', one.id), index.claim('tree', one.id)]).toEqual([true, false, true]);
    expect(index.has('data', one.id)).toBe(true);
    expect(index.find('data', one.id)).toBeUndefined();
    expect(index.packEntries(packA)).toEqual([]);
    expect(index.addPack(packA, [one])).toBe('added');
    expect(index.find('data', one.id)?.packId).toBe(packA);
    expect(index.packEntries(packA)).toEqual([one]);
    expect(index.find('tree', one.id)).toBeUndefined();
    expect(index.claim('data', one.id)).toBe(false);
  });

  test('refuses ids of another length', () => {
    const index = BlobIndex.create();
    for (const bad of ['', 'ab', 'zz'.repeat(32), Buffer.alloc(31)]) {
      expect(() => index.has('data', bad)).toThrow('32 bytes');
    }
  });

  test('stays exact and small while it grows', () => {
    const index = BlobIndex.create();
    const count = 200_000;
    const perPack = 500;
    const ids = Array.from({ length: count }, (_, number) => sha256(Buffer.from(`${number}`)));
    for (let start = 0; start < count; start += perPack) {
      const entries = ids.slice(start, start + perPack).map((bytes, at): PackEntry => ({
        id: bytes.toString('hex'), type: 'data', offset: at * 64, length: 64, uncompressedLength: start + at + 1,
      }));
      index.addPack(id(`pack ${start}`), entries);
    }
    const wrong = ids.filter((bytes, number) => index.find('data', bytes)?.uncompressedLength !== number + 1);
    expect(wrong).toHaveLength(0);
    expect(ids.filter((bytes) => index.has('tree', bytes))).toHaveLength(0);
    expect(index.blobCount('data')).toBe(count);
    expect(index.memoryBytes / count).toBeLessThan(57);
    expect(index.packEntries(id('pack 1000'))).toHaveLength(perPack);
  });

  test('says so when it is full', () => {
    const index = BlobIndex.create({ maximumBlobs: 100 });
    const fill = () => {
      for (let number = 0; number < 200; number += 1) index.claim('data', id(`${number}`));
    };
    expect(fill).toThrow(expect.objectContaining({ code: 'too-large' }));
    expect(index.has('data', id('99'))).toBe(true);
    expect(index.claim('data', id('5'))).toBe(false);
  });

  test('gives each blob to exactly one of eight threads while it grows', async () => {
    const index = BlobIndex.create();
    const [blobs, stored, threads] = [60_000, 1000, 8];
    index.addPack(packA, Array.from({ length: stored }, (_, number) => entry(`stored ${number}`, { type: 'tree', offset: number * 100 })));
    const url = new URL('./blob-index-worker.ts', import.meta.url);
    const workers = Array.from({ length: threads }, (_, thread) => {
      // Pairs of threads walk together, so that they meet at the same blob.
      const start = Math.floor(((thread >> 1) * blobs) / threads);
      return new Worker(url, { workerData: { shared: index.shared, start, blobs, stored }, execArgv: [] });
    });
    const results = await Promise.all(
      workers.map(async (worker): Promise<TaskResult> => {
        const [result] = await once(worker, 'message');
        return result;
      }),
    );
    await Promise.all(workers.map((worker) => worker.terminate()));
    expect(results.map(({ wrong }) => wrong)).toEqual(Array(threads).fill(0));
    const claimed = results.flatMap((result) => result.claimed);
    expect(claimed).toHaveLength(blobs);
    expect(new Set(claimed).size).toBe(blobs);
    expect(results.filter((result) => result.claimed.length > 0).length).toBeGreaterThan(1);
    expect(index.blobCount('data')).toBe(blobs);
  });
});
