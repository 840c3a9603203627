import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blobKey, planPrune } from '../../../../main/engine/maintenance/prune-plan.ts';
import type { PruneFacts } from '../../../../main/engine/maintenance/prune-plan.ts';
import type { PruneOptions } from '../../../../main/engine/maintenance/prune-types.ts';
import type { BlobType, PackEntry } from '../../../../main/engine/repository/types.ts';

const mebibyte = 2 ** 20;

function id(number: number): string {
  return number.toString(16).padStart(64, '0');
}

interface Blob {
  readonly number: number;
  readonly length?: number;
  readonly type?: BlobType;
  readonly plain?: boolean;
}

function pack(number: number, blobs: readonly Blob[]) {
  let offset = 0;
  const entries = blobs.map((blob): PackEntry => {
    const { length = 5 * mebibyte, type = 'data' } = blob;
    offset += length;
    return { id: id(blob.number), type, offset: offset - length, length, uncompressedLength: blob.plain === true ? 0 : length * 2 };
  });
  const header = entries.reduce((sum, entry) => sum + (entry.uncompressedLength === 0 ? 37 : 41), 36);
  return { id: id(0xa000 + number), entries, size: offset + header };
}

type Pack = ReturnType<typeof pack>;

function facts(packs: readonly Pack[], usedData: readonly number[], changes: Partial<PruneFacts> = {}): PruneFacts {
  return {
    version: 2,
    used: { data: new Set(usedData.map(id)), trees: new Set() },
    indexed: () => packs,
    listed: new Map(packs.map(({ id: packId, size }) => [packId, size])),
    packSize: 16 * mebibyte,
    ...changes,
  };
}

const strict: PruneOptions = { maxUnused: { kind: 'bytes', bytes: 0 } };

describe('planPrune', () => {
  it('removes what nobody uses, repacks what is half used, keeps the rest', () => {
    const packs = [pack(1, [{ number: 1 }]), pack(2, [{ number: 2 }, { number: 3 }]), pack(3, [{ number: 4 }])];
    const plan = planPrune(facts(packs, [2, 4]), strict);
    expect(plan.removePacks).toEqual([packs[0]?.id]);
    expect(plan.repackPacks).toEqual([packs[1]?.id]);
    expect([...plan.keepBlobs]).toEqual([blobKey('data', id(2))]);
    expect(plan.summary.packs).toEqual({ kept: 1, repacked: 1, removed: 1, unindexed: 0, total: 3 });
  });

  it('leaves as much unused as allowed, and repacks no more than allowed', () => {
    const packs = [pack(1, [{ number: 1 }, { number: 2 }])];
    expect(planPrune(facts(packs, [1]), { maxUnused: { kind: 'unlimited' } }).repackPacks).toEqual([]);
    expect(planPrune(facts(packs, [1]), { maxUnused: { kind: 'percent', percent: 60 } }).repackPacks).toEqual([]);
    expect(planPrune(facts(packs, [1]), { maxUnused: { kind: 'percent', percent: 5 } }).repackPacks).toHaveLength(1);
    expect(planPrune(facts(packs, [1]), { ...strict, maxRepackBytes: 0 }).repackPacks).toEqual([]);
  });

  it('deletes packs that no index knows and forgets missing ones that are not needed', () => {
    const present = pack(1, [{ number: 1 }]);
    const gone = pack(2, [{ number: 2 }, { number: 1 }]);
    const listed = new Map([[present.id, present.size], [id(0xbeef), 77]]);
    const plan = planPrune(facts([present, gone], [1], { listed }), strict);
    expect(plan).toMatchObject({ unindexedPacks: [id(0xbeef)], missingPacks: [gone.id], removePacks: [], repackPacks: [] });
    expect(plan.summary.unreferencedBytes).toBe(77);
  });

  it('refuses when something needed is missing or a needed pack has another size', () => {
    const one = pack(1, [{ number: 1 }]);
    expect(() => planPrune(facts([one], [1, 2]), strict)).toThrow(expect.objectContaining({ code: 'missing-data' }));
    expect(() => planPrune(facts([one], [1], { listed: new Map() }), strict)).toThrow(expect.objectContaining({ code: 'missing-data' }));
    const other = new Map([[one.id, one.size - 1]]);
    expect(() => planPrune(facts([one], [1], { listed: other }), strict)).toThrow(expect.objectContaining({ code: 'damaged' }));
    expect(planPrune(facts([one], [], { listed: other }), strict).removePacks).toEqual([one.id]);
  });

  it('uses the work of an interrupted prune again', () => {
    const old = pack(1, [{ number: 1 }, { number: 2 }, { number: 3 }]);
    const done = pack(2, [{ number: 1 }, { number: 2 }]);
    const plan = planPrune(facts([old, done], [1, 2]), strict);
    expect(plan).toMatchObject({ removePacks: [old.id], repackPacks: [] });
  });

  it('repacks ten small packs, uncompressed trees, and data when asked', () => {
    const small = Array.from({ length: 10 }, (_, at) => pack(at, [{ number: at, length: 1000 }]));
    const numbers = small.map((_, at) => at);
    expect(planPrune(facts(small, numbers), strict).repackPacks).toHaveLength(10);
    expect(planPrune(facts(small.slice(1), numbers.slice(1)), strict).repackPacks).toEqual([]);
    const tree = pack(1, [{ number: 1, type: 'tree', plain: true }]);
    const used = { trees: new Set([id(1)]), data: new Set<string>() };
    expect(planPrune(facts([tree], [], { used }), strict).repackPacks).toHaveLength(1);
    expect(planPrune(facts([tree], [], { used, version: 1 }), strict).repackPacks).toEqual([]);
    const plain = pack(1, [{ number: 1, plain: true }]);
    expect(planPrune(facts([plain], [1]), strict).repackPacks).toEqual([]);
    expect(planPrune(facts([plain], [1]), { ...strict, repackUncompressed: true }).repackPacks).toHaveLength(1);
  });

  it('never lets go of a used blob, whatever is where', () => {
    const blobs = fc.array(fc.record({ number: fc.nat(12), length: fc.integer({ min: 32, max: 6 * mebibyte }), plain: fc.boolean() }), { minLength: 1, maxLength: 6 });
    const options = fc.record<PruneOptions>({
      maxUnused: fc.constantFrom({ kind: 'unlimited' }, { kind: 'bytes', bytes: 0 }, { kind: 'percent', percent: 5 }),
      repackSmall: fc.boolean(),
      repackUncompressed: fc.boolean(),
      maxRepackBytes: fc.constantFrom(0, 10 * mebibyte, Number.MAX_SAFE_INTEGER),
    });
    fc.assert(
      fc.property(fc.array(blobs, { maxLength: 14 }), fc.array(fc.nat(12)), fc.array(fc.nat(14)), options, (contents, wanted, missing, chosen) => {
        const packs = contents.map((content, at) => pack(at, content));
        const present = packs.filter((_, at) => !missing.includes(at));
        const stored = new Set(present.flatMap(({ entries }) => entries.map((entry) => entry.id)));
        const used = wanted.filter((number) => stored.has(id(number)));
        const listed = new Map(present.map(({ id: packId, size }) => [packId, size]));
        const plan = planPrune(facts(packs, used, { listed }), chosen);
        const leaving = new Set([...plan.removePacks, ...plan.repackPacks, ...plan.missingPacks]);
        const staying = new Set(present.filter((one) => !leaving.has(one.id)).flatMap(({ entries }) => entries.map((entry) => entry.id)));
        const repacked = new Set(present.filter((one) => plan.repackPacks.includes(one.id)).flatMap(({ entries }) => entries.map((entry) => entry.id)));
        for (const number of used) {
          const copied = plan.keepBlobs.has(blobKey('data', id(number))) && repacked.has(id(number));
          expect(staying.has(id(number)) || copied).toBe(true);
        }
        expect(plan.keepBlobs.size).toBeLessThanOrEqual(new Set(used).size);
        expect(plan.removePacks.some((packId) => plan.repackPacks.includes(packId))).toBe(false);
      }),
      { numRuns: 500 },
    );
  });
});
