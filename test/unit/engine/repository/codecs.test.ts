import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { errorFacts } from '../../../../shared/errors.ts';
import { poly1305Ready } from '../../../../main/engine/platform/poly1305.ts';
import { systemRandom } from '../../../../main/engine/platform/random.ts';
import { decodeBlob, encodeBlob } from '../../../../main/engine/repository/blob-codec.ts';
import { decodeConfig, encodeConfig } from '../../../../main/engine/repository/config.ts';
import { decodeIndex, encodeIndex } from '../../../../main/engine/repository/index/index-codec.ts';
import { randomMasterKey } from '../../../../main/engine/repository/master-key.ts';
import { decodePackHeader, encodePackHeader, sealedHeaderSize } from '../../../../main/engine/repository/pack/pack-header.ts';
import { PackBuilder } from '../../../../main/engine/repository/pack/pack-builder.ts';
import { groupRanges, parsePackTail, sliceBlob } from '../../../../main/engine/repository/pack-reader.ts';
import { Sealer } from '../../../../main/engine/repository/seal.ts';
import type { PackEntry } from '../../../../main/engine/repository/types.ts';
import { decodeUnpacked, encodeUnpacked } from '../../../../main/engine/repository/unpacked.ts';

const damaged = expect.objectContaining({ code: 'damaged' });
const packId = 'ab'.repeat(32);
const fixtures = join(import.meta.dirname, '../../../fixtures/golden-v2');

let sealer: Sealer;

beforeAll(async () => {
  await poly1305Ready();
  sealer = new Sealer(randomMasterKey(systemRandom));
});

/** The error code of what `work` throws; empty when it does not throw. */
function codeOf(work: () => unknown): string {
  try {
    work();
    return '';
  } catch (error) {
    return errorFacts(error).code;
  }
}

const idArbitrary = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('hex'));

const entriesArbitrary = fc
  .array(
    fc.record({
      id: idArbitrary,
      type: fc.constantFrom('data' as const, 'tree' as const),
      length: fc.integer({ min: 32, max: 2 ** 20 }),
      uncompressedLength: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 2 ** 32 - 1 })),
    }),
    { minLength: 1, maxLength: 40 },
  )
  .map((blobs) => {
    let offset = 0;
    return blobs.map((blob): PackEntry => {
      const entry = { ...blob, offset };
      offset += blob.length;
      return entry;
    });
  });

describe('pack headers', () => {
  test('round-trip', () => {
    fc.assert(
      fc.property(entriesArbitrary, (entries) => {
        const header = encodePackHeader(entries);
        expect(header.length + 36).toBe(sealedHeaderSize(entries));
        expect(decodePackHeader(header, 2, packId)).toEqual(entries);
      }),
    );
  });

  test('have the bytes of the format', () => {
    const id = '11'.repeat(32);
    const header = encodePackHeader([
      { id, type: 'data', offset: 0, length: 40, uncompressedLength: 0 },
      { id, type: 'tree', offset: 40, length: 258, uncompressedLength: 3 },
    ]);
    expect(header.toString('hex')).toBe(`0028000000${id}030201000003000000${id}`);
  });

  test('that cannot be true are damaged, whatever the bytes', () => {
    const id = '11'.repeat(32);
    const bad = ['', '00', `0420000000${id}`, `001f000000${id}`, `022000000000000000${id}`, `0020000000${id}00`];
    for (const hex of bad) expect(() => decodePackHeader(Buffer.from(hex, 'hex'), 2, packId)).toThrow(damaged);
    expect(() => decodePackHeader(Buffer.from(`022000000001000000${id}`, 'hex'), 1, packId)).toThrow(damaged);
    const twoHuge = `00ffffffff${id}00ffffffff${id}`;
    expect(() => decodePackHeader(Buffer.from(twoHuge, 'hex'), 2, packId)).toThrow(damaged);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(codeOf(() => decodePackHeader(bytes, 2, packId))).toBeOneOf(['', 'damaged']);
      }),
    );
  });
});

describe('packs', () => {
  function build(sizes: readonly number[]) {
    const builder = new PackBuilder('data');
    const blobs = sizes.map((size, index) => {
      const sealed = sealer.seal(Buffer.alloc(size, index + 1), systemRandom);
      const copy = Buffer.from(sealed);
      builder.add(index.toString(16).padStart(64, '0'), sealed, 0);
      return copy;
    });
    const expectedSize = builder.size;
    const pack = builder.finish(sealer, systemRandom);
    return { blobs, pack, expectedSize, bytes: Buffer.concat(pack.parts) };
  }

  test('hold their blobs contiguously and describe themselves', () => {
    const { blobs, pack, bytes, expectedSize } = build([0, 5, 200_000, 100, 130_000, 1_500_000, 7, 7]);
    expect([pack.size, expectedSize]).toEqual([bytes.length, bytes.length]);
    expect(Buffer.compare(bytes.subarray(0, Buffer.concat(blobs).length), Buffer.concat(blobs))).toBe(0);
    expect(new Set(pack.parts.map((part) => part.buffer)).size).toBe(pack.parts.length);
    const header = parsePackTail(sealer, 2, pack.id, bytes.length, bytes.subarray(-2000));
    expect(header).toEqual({ entries: pack.entries, headerLength: sealedHeaderSize(pack.entries) });
    expect(parsePackTail(sealer, 2, pack.id, bytes.length, bytes.subarray(-100))).toEqual({
      needed: sealedHeaderSize(pack.entries),
    });
  });

  test('made of open packs keep every blob', () => {
    const opened = [[3, 150_000, 9], [20_000, 1]].map((sizes, at) => {
      const builder = new PackBuilder('tree');
      const blobs = sizes.map((size, index) => {
        const sealed = sealer.seal(Buffer.alloc(size), systemRandom);
        const copy = Buffer.from(sealed);
        builder.add(`${at}${index}`.padStart(64, '0'), sealed, 0);
        return copy;
      });
      return { open: builder.takeOpen(), blobs };
    });
    const merged = new PackBuilder('tree');
    for (const { open } of opened) merged.append(open);
    const pack = merged.finish(sealer, systemRandom);
    const bytes = Buffer.concat(pack.parts);
    const contents = pack.entries.map(({ offset, length }) => bytes.subarray(offset, offset + length).toString('hex'));
    expect(contents).toEqual(opened.flatMap(({ blobs }) => blobs.map((blob) => blob.toString('hex'))));
    expect(parsePackTail(sealer, 2, pack.id, bytes.length, bytes)).toMatchObject({ entries: pack.entries });
  });

  test('with altered, cut, lengthened or tiny files are damaged', () => {
    const { pack, bytes } = build([10, 20]);
    const parse = (file: Buffer) => () => parsePackTail(sealer, 2, pack.id, file.length, file);
    const cases = [
      bytes.subarray(0, 40),
      bytes.subarray(0, -1),
      Buffer.concat([bytes, Buffer.alloc(4)]),
      bytes.subarray(1),
      Buffer.concat([bytes.subarray(0, -4), Buffer.from('ffffffff', 'hex')]),
      Buffer.concat([bytes.subarray(0, -4), Buffer.from('1f000000', 'hex')]),
    ];
    for (const file of cases) expect(parse(file)).toThrow(damaged);
    for (let at = bytes.length - pack.entries.length * 37 - 36; at < bytes.length; at += 1) {
      const file = Buffer.from(bytes);
      file.writeUInt8(file.readUInt8(at) ^ 0x10, at);
      expect(parse(file)).toThrow(damaged);
    }
  });
});

describe('reads of a pack', () => {
  test('join neighbours, read through small gaps and stay below 32 MiB', () => {
    const mebibyte = 1024 * 1024;
    const blobs = [
      { offset: 0, length: 10 },
      { offset: 10, length: 10 },
      { offset: mebibyte + 20, length: 10 },
      { offset: 3 * mebibyte, length: 5 },
      { offset: 30 * mebibyte, length: 33 * mebibyte },
      { offset: 10, length: 10 },
    ];
    const groups = groupRanges(blobs.toReversed());
    expect(groups.map(({ offset, length, blobs: members }) => [offset, length, members.length])).toEqual([
      [0, mebibyte + 30, 4],
      [3 * mebibyte, 5, 1],
      [30 * mebibyte, 33 * mebibyte, 1],
    ]);
    expect(groupRanges([])).toEqual([]);
  });

  test('give each blob its own bytes', () => {
    const file = Buffer.from(Array.from({ length: 250 }, (_, index) => index));
    const arbitrary = fc.array(fc.record({ offset: fc.nat(200), length: fc.nat(50) }), { maxLength: 20 });
    fc.assert(
      fc.property(arbitrary, (blobs) => {
        const groups = groupRanges(blobs);
        expect(groups.flatMap((group) => group.blobs)).toHaveLength(blobs.length);
        for (const group of groups) {
          const bytes = file.subarray(group.offset, group.offset + group.length);
          for (const blob of group.blobs) {
            expect(sliceBlob(group, bytes, blob)).toEqual(file.subarray(blob.offset, blob.offset + blob.length));
          }
        }
      }),
    );
  });
});

describe('blobs', () => {
  test.each([1, 2] as const)('of version %i round-trip at every level', (version) => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), fc.constantFrom(undefined, 1, 3, 11), (plaintext, level) => {
        const options = { version, level, verify: true, random: systemRandom };
        const { sealed, uncompressedLength } = encodeBlob(sealer, plaintext, options);
        expect(uncompressedLength).toBe(version === 1 || level === undefined ? 0 : plaintext.length);
        const id = Buffer.from(new Uint8Array(32));
        expect(() => decodeBlob(sealer, sealed, uncompressedLength, id)).toThrow(damaged);
      }),
      { numRuns: 50 },
    );
  });

  test('that compression makes larger are stored plain when that is allowed', () => {
    const noise = systemRandom.bytes(5000);
    const options = { version: 2, level: 3, verify: true, random: systemRandom } as const;
    expect(encodeBlob(sealer, noise, { ...options, plainWhenLarger: true }).uncompressedLength).toBe(0);
    expect(encodeBlob(sealer, noise, options).uncompressedLength).toBe(5000);
  });
});

describe('index files', () => {
  test('round-trip and end with a newline', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ id: idArbitrary, entries: entriesArbitrary }), { maxLength: 5 }), (packs) => {
        const json = encodeIndex(packs);
        expect(json.at(-1)).toBe(0x0a);
        expect(decodeIndex(json, 2, packId)).toEqual(packs);
      }),
      { numRuns: 50 },
    );
  });

  test.each(readdirSync(join(fixtures, 'index')))('of restic are read: %s', (file) => {
    const json = readFileSync(join(fixtures, 'index', file));
    const packs = decodeIndex(json, 2, packId).map(({ id, entries }) => ({
      id,
      blobs: entries.map(({ uncompressedLength, ...entry }) => ({
        ...entry,
        ...(uncompressedLength === 0 ? {} : { uncompressed_length: uncompressedLength }),
      })),
    }));
    expect(JSON.parse(json.toString())).toMatchObject({ packs });
  });

  test('may carry fields of other programs', () => {
    const entry = `{"id":"${packId}","type":"data","offset":0,"length":40,"new":"é"}`;
    const json = `{"supersedes":["${packId}"],"packs":[{"id":"${packId}","blobs":[${entry}],"time":1}],
      "packs_to_delete":[{"id":"${'cd'.repeat(32)}","blobs":[${entry}],"time":"2026-01-01T00:00:00Z","size":5}]}`;
    expect(decodeIndex(Buffer.from(json), 2, packId)).toEqual([
      { id: packId, entries: [{ id: packId, type: 'data', offset: 0, length: 40, uncompressedLength: 0 }] },
    ]);
    expect(decodeIndex(Buffer.from('{"packs":null}'), 2, packId)).toEqual([]);
  });

  test('that cannot be true are damaged', () => {
    const withEntry = (entry: string) => `{"packs":[{"id":"${packId}","blobs":[${entry}]}]}`;
    const good = { id: packId, type: 'data', offset: 0, length: 40 };
    const bad = ['', '[]', '{"packs":1}', '{"packs":[1]}', '{"packs":[{"id":"x","blobs":[]}]}', `{"packs":[{"id":"${packId}"}]}`];
    const fields = [{ id: 'x' }, { type: 'x' }, { offset: -1 }, { offset: 2 ** 32 }, { length: 31 }, { length: 1e300 },
      { offset: 2 ** 32 - 40 }, { length: 40.5 }, { offset: '0' }, { uncompressed_length: 2 ** 32 }];
    const cases = [...bad, withEntry('null'), ...fields.map((field) => withEntry(JSON.stringify({ ...good, ...field })))];
    for (const json of cases) expect(() => decodeIndex(Buffer.from(json), 2, packId)).toThrow(damaged);
    const compressed = withEntry(JSON.stringify({ ...good, uncompressed_length: 5 }));
    expect(() => decodeIndex(Buffer.from(compressed), 1, packId)).toThrow(damaged);
  });
});

describe('unpacked files', () => {
  test.each([1, 2] as const)('of version %i round-trip', (version) => {
    const json = Buffer.from(JSON.stringify({ text: 'tide '.repeat(1000) }));
    const file = encodeUnpacked(sealer, version, json, systemRandom);
    expect(file.length < json.length).toBe(version === 2);
    expect(decodeUnpacked(sealer, version, 'snapshot', packId, file)).toEqual(json);
  });

  test('of version 2 may be plain JSON or empty', () => {
    for (const text of ['{"a":1}', '[]', '']) {
      const file = sealer.seal(Buffer.from(text), systemRandom);
      expect(decodeUnpacked(sealer, 2, 'index', packId, file).toString()).toBe(text);
    }
  });

  test('with other contents are damaged, compression bombs too', () => {
    const bomb = encodeUnpacked(sealer, 2, Buffer.alloc(2 * 1024 * 1024), systemRandom);
    expect(() => decodeUnpacked(sealer, 2, 'lock', packId, bomb)).toThrow(damaged);
    for (const text of ['x', '\u0002', '\u0002{}', '"text"']) {
      const file = sealer.seal(Buffer.from(text), systemRandom);
      expect(() => decodeUnpacked(sealer, 2, 'index', packId, file)).toThrow(damaged);
    }
  });
});

describe('the config', () => {
  const config = { version: 2, id: packId, polynomial: 0x3da3358b4dc173n, extra: { append_only: true, is_hot: [1] } } as const;

  test('keeps the fields of other programs', () => {
    const json = encodeConfig(config);
    expect(json.toString()).toBe(
      `{"version":2,"id":"${packId}","chunker_polynomial":"3da3358b4dc173","append_only":true,"is_hot":[1]}`,
    );
    expect(decodeConfig(json)).toEqual(config);
  });

  test.each([0, 3, 999])('of version %i is refused as unknown', (version) => {
    const json = JSON.stringify({ version, id: packId, chunker_polynomial: '3da3358b4dc173' });
    expect(() => decodeConfig(Buffer.from(json))).toThrow(expect.objectContaining({ code: 'unsupported-version' }));
  });

  test.each([
    {}, { version: '2' }, { id: 'x' }, { id: 5 }, { chunker_polynomial: 5 }, { chunker_polynomial: '' },
    { chunker_polynomial: 'xyz' }, { chunker_polynomial: '3da3358b4dc172' }, { chunker_polynomial: 'f'.repeat(17) },
    { chunker_polynomial: '0' },
  ])('with %j is damaged', (fields) => {
    const good = { version: 2, id: packId, chunker_polynomial: '3da3358b4dc173' };
    const json = Object.keys(fields).length === 0 ? '[]' : JSON.stringify({ ...good, ...fields });
    expect(() => decodeConfig(Buffer.from(json))).toThrow(damaged);
  });
});
