import { createCipheriv, createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CandidateCutter } from '../../../../main/engine/chunker/candidate-cutter.ts';
import { type Chunker, chunkMaximum, createChunker } from '../../../../main/engine/chunker/chunker.ts';
import { fixturesNamed } from '../../../helpers/fixtures.ts';
import { createReferenceDigest, referenceCuts } from '../../../../main/engine/chunker/rabin-reference.ts';

interface VectorFile {
  readonly how: string;
  readonly size: number;
  readonly sha256: string;
}

interface Vectors {
  readonly files: Readonly<Record<string, VectorFile>>;
  readonly vectors: readonly {
    readonly polynomial: string; readonly file: string;
    readonly lengths: readonly number[]; readonly ids: readonly string[];
  }[];
}

const polynomial = 0x3da3358b4dc173n;

/** Every file of vectors that lies in the fixtures. */
const vectors = fixturesNamed('chunk-vectors').flatMap(({ name, content }) => {
  const { files, vectors: list } = content as Vectors;
  return list.map((vector) => ({ ...vector, name: `${name}: ${vector.file}`, data: vectorFile(files, vector.file) }));
});

function keystream(label: string, length: number): Buffer {
  const key = createHash('sha256').update(label).digest();
  return createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(length));
}

/** Makes a file of the vectors by its own description, and checks that it is the one that was cut. */
function vectorFile(files: Vectors['files'], name: string): () => Buffer {
  let made: Buffer | undefined;
  return () => {
    const { how = '', size = -1, sha256 = '' } = files[name] ?? {};
    made ??= makeVectorFile(files, how);
    expect([made.length, createHash('sha256').update(made).digest('hex')], how).toEqual([size, sha256]);
    return made;
  };
}

function makeVectorFile(files: Vectors['files'], how: string): Buffer {
  const stream = /^keystream\("(.*)", (\d+)\)$/.exec(how);
  if (stream !== null) return keystream(stream[1] ?? '', Number(stream[2]));
  const inserted = /^(\S+) with (\d+) bytes 0x([0-9a-f]{2}) inserted at offset (\d+)$/.exec(how);
  if (inserted !== null) {
    const [base, at] = [makeVectorFile(files, files[inserted[1] ?? '']?.how ?? ''), Number(inserted[4])];
    const middle = Buffer.alloc(Number(inserted[2]), Number.parseInt(inserted[3] ?? '', 16));
    return Buffer.concat([base.subarray(0, at), middle, base.subarray(at)]);
  }
  const same = /^(\d+) bytes 0x([0-9a-f]{2})$/.exec(how);
  if (same !== null) return Buffer.alloc(Number(same[1]), Number.parseInt(same[2] ?? '', 16));
  const repeated = /^(".*") repeated (\d+) times$/.exec(how);
  if (repeated === null) throw new Error(`the vectors have an unknown kind of file: ${how}`);
  return Buffer.from((JSON.parse(repeated[1] ?? '') as string).repeat(Number(repeated[2])));
}

function cutsOfForeignBuffer(chunker: Chunker, data: Uint8Array): number[] {
  const cuts: number[] = [];
  let start = 0;
  while (start < data.length) {
    start = chunker.nextCut(data, start, data.length, true);
    cuts.push(start);
  }
  return cuts;
}

/** As the archiver does: fills the chunker's own buffer with reads of `readSize`, keeps the tail. */
function cutsOfOwnBuffer(chunker: Chunker, data: Uint8Array, readSize: number): number[] {
  const { buffer } = chunker;
  const cuts: number[] = [];
  let [base, start, end, scanned] = [0, 0, 0, 0];
  for (;;) {
    const isLast = base + end === data.length;
    const cut = chunker.nextCut(buffer, start, end, isLast, scanned);
    if (cut >= 0) {
      cuts.push(base + cut);
      [start, scanned] = [cut, 0];
    } else if (isLast) {
      return cuts;
    } else {
      scanned = end - start;
      if (end === buffer.length) {
        buffer.copyWithin(0, start, end);
        [base, start, end] = [base + start, 0, end - start];
      }
      const piece = data.subarray(base + end, base + Math.min(end + readSize, buffer.length));
      buffer.set(piece, end);
      end += piece.length;
    }
  }
}

function cutsByCandidates(chunker: Chunker, data: Uint8Array, segment: number): number[] {
  const cutter = new CandidateCutter();
  const cuts: number[] = [];
  for (let from = 0; from < data.length; from += segment) {
    const to = Math.min(from + segment, data.length);
    const base = Math.max(0, from - 63);
    const view = data.subarray(base, to);
    const runs = to - base < 64 ? new Uint32Array() : chunker.scanCandidates(view, 64, to - base);
    cuts.push(...cutter.push(base, runs, to));
  }
  return [...cuts, ...cutter.finish()];
}

/** Data of mixed character: noise, zeros, periods, so that cuts by content, minimum and maximum all occur. */
const mixedData = fc.array(
  fc.record({ kind: fc.constantFrom('noise', 'zeros', 'ones', 'lines'), size: fc.integer({ min: 1, max: 3_000_000 }) }),
  { minLength: 1, maxLength: 5 },
).map((parts) => Buffer.concat(parts.map(({ kind, size }) => {
  switch (kind) {
    case 'noise': return keystream(String(size), size);
    case 'zeros': return Buffer.alloc(size);
    case 'ones': return Buffer.alloc(size, 1);
    default: return Buffer.alloc(size, 'The same line again and again.\n');
  }
})));

describe('chunker', () => {
  it.each(vectors)('cuts $name as restic does with $polynomial', ({ polynomial, data: make, lengths, ids }) => {
    const data = make();
    const chunker = createChunker(BigInt(`0x${polynomial}`));
    const expected: number[] = [];
    for (const length of lengths) {
      expected.push((expected.at(-1) ?? 0) + length);
    }
    expect(cutsOfForeignBuffer(chunker, data)).toEqual(expected);
    expect(cutsOfOwnBuffer(chunker, data, 1_000_003)).toEqual(expected);
    expect(cutsByCandidates(chunker, data, 4_000_000)).toEqual(expected);
    const blobs = expected.map((end, i) => data.subarray(expected[i - 1] ?? 0, end));
    expect([...new Set(blobs.map((blob) => createHash('sha256').update(blob).digest('hex')))]).toEqual(ids);
  });

  it('has the digests of the specification at the first cuts', () => {
    const data = keystream('restic-chunk-a', 5_000_000);
    const digest = createReferenceDigest(polynomial);
    const digests = referenceCuts(data.subarray(0, 5_000_000), polynomial).slice(0, 4).map((cut) => {
      digest.start(data, cut);
      return digest.value().toString(16);
    });
    expect(digests).toEqual(['19cd9bff700000', '113cf0c5c00000', '1ea11f91700000', '79f61c4000000']);
  });

  it('equals the reference on data of any character, however it is read or split', () => {
    const chunker = createChunker(polynomial);
    fc.assert(fc.property(
      mixedData, fc.integer({ min: 100_000, max: 5_000_000 }), fc.integer({ min: 70_000, max: 9_000_000 }),
      (data, readSize, segment) => {
        const expected = referenceCuts(data, polynomial);
        expect(cutsOfForeignBuffer(chunker, data)).toEqual(expected);
        expect(cutsOfOwnBuffer(chunker, data, readSize)).toEqual(expected);
        expect(cutsByCandidates(chunker, data, segment)).toEqual(expected);
      },
    ), { numRuns: 25 });
  }, 300_000);

  it('finds the same candidates in its own memory and elsewhere', () => {
    const chunker = createChunker(polynomial, { bufferSize: 4_000_000 });
    const data = Buffer.concat([keystream('x', 1_500_000), Buffer.alloc(200_000), keystream('y', 2_000_000)]);
    chunker.buffer.set(data);
    const own = chunker.scanCandidates(chunker.buffer, 64, data.length);
    expect(own).toEqual(chunker.scanCandidates(data, 64, data.length));
    expect([...own]).toContain(1_500_064 + 200_000 - 64);
  });

  it('asks for more bytes until a cut is certain', () => {
    const chunker = createChunker(polynomial, { bufferSize: 0 });
    const data = Buffer.alloc(chunkMaximum + 10, 1);
    expect(chunker.nextCut(data, 0, 0, false)).toBe(-1);
    expect(chunker.nextCut(data, 0, 0, true)).toBe(-1);
    expect(chunker.nextCut(data, 0, 100, false)).toBe(-1);
    expect(chunker.nextCut(data, 0, 100, true)).toBe(100);
    expect(chunker.nextCut(data, 0, chunkMaximum - 1, false)).toBe(-1);
    expect(chunker.nextCut(data, 0, chunkMaximum, false)).toBe(chunkMaximum);
    expect(chunker.nextCut(data, chunkMaximum, data.length, true)).toBe(data.length);
    expect(chunker.buffer.length).toBe(0);
  });

  it('refuses ranges outside the data and polynomials of another degree', () => {
    const chunker = createChunker(polynomial, { bufferSize: 0 });
    expect(() => chunker.nextCut(Buffer.alloc(10), 0, 11, true)).toThrow(RangeError);
    expect(() => chunker.nextCut(Buffer.alloc(10), 11, 10, true)).toThrow(RangeError);
    expect(() => chunker.scanCandidates(Buffer.alloc(100), 63, 100)).toThrow(RangeError);
    expect(() => chunker.scanCandidates(Buffer.alloc(100), 64, 101)).toThrow(RangeError);
    expect(() => createChunker(7n)).toThrow(expect.objectContaining({ code: 'invalid-input' }));
  });
});
