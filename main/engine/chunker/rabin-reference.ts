import { chunkMaximum, chunkMinimum, chunkWindow } from './constants.ts';
import { rabinTables } from './rabin-tables.ts';

/**
 * The definition of format section 12 in plain TypeScript: the cuts (exclusive ends) of a whole file in memory. Slow
 * and simple; the WebAssembly chunker is tested against it.
 */
export function referenceCuts(data: Uint8Array, polynomial: bigint): number[] {
  const digestAt = createReferenceDigest(polynomial);
  const cuts: number[] = [];
  let start = 0;
  while (start < data.length) {
    start = nextReferenceCut(data, start, digestAt);
    cuts.push(start);
  }
  return cuts;
}

/** Digests of a window that moves forward byte by byte; see {@link createReferenceDigest}. */
export interface ReferenceDigest {
  /** Starts at a position: takes in the 64 bytes before it. */
  start(data: Uint8Array, position: number): void;
  /** Moves one byte on. */
  slide(leaving: number, entering: number): void;
  /** Whether the low 20 bits are zero. */
  isCut(): boolean;
  /** The digest, 53 bits. */
  value(): bigint;
}

/** The rolling hash in two 32-bit halves, straight from the definition in format section 12.2. */
export function createReferenceDigest(polynomial: bigint): ReferenceDigest {
  const tables = rabinTables(polynomial);
  const [outLow, outHigh] = halves(tables.out);
  const [modLow, modHigh] = halves(tables.mod);
  let low = 0;
  let high = 0;
  function slide(leaving: number, entering: number): void {
    low ^= outLow[leaving] ?? 0;
    high ^= outHigh[leaving] ?? 0;
    const index = (high >>> 13) & 255;
    high = ((high << 8) | (low >>> 24)) ^ (modHigh[index] ?? 0);
    low = ((low << 8) | entering) ^ (modLow[index] ?? 0);
  }
  return {
    slide,
    start(data, position) {
      low = 0;
      high = 0;
      for (let i = position - chunkWindow; i < position; i += 1) {
        slide(0, data[i] ?? 0);
      }
    },
    isCut: () => (low & 0xf_ffff) === 0,
    value: () => (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0),
  };
}

function nextReferenceCut(data: Uint8Array, start: number, digest: ReferenceDigest): number {
  const last = Math.min(start + chunkMaximum, data.length);
  let position = start + chunkMinimum;
  if (position >= last) {
    return last;
  }
  digest.start(data, position);
  while (position < last && !digest.isCut()) {
    digest.slide(data[position - chunkWindow] ?? 0, data[position] ?? 0);
    position += 1;
  }
  return position;
}

function halves(table: BigUint64Array): [Int32Array, Int32Array] {
  const low = Int32Array.from(table, (value) => Number(BigInt.asIntN(32, value)));
  const high = Int32Array.from(table, (value) => Number(BigInt.asIntN(32, value >> 32n)));
  return [low, high];
}
