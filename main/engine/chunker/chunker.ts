import { AppError } from '../../../shared/errors.ts';
import { chunkMaximum, chunkMinimum, chunkWindow } from './constants.ts';
import { polynomialDegree } from './polynomial.ts';
import { loadRabin, type RabinEngine } from './rabin-wasm.ts';

export { chunkMaximum, chunkMinimum } from './constants.ts';

/**
 * Finds content-defined cuts with one polynomial (format section 12). Holds WebAssembly memory: make one per thread and
 * keep it. Stateless between calls. Not shared between threads.
 */
export interface Chunker {
  readonly polynomial: bigint;
  /**
   * Memory of the chunker itself (16 MiB unless asked otherwise): read file bytes straight into it and pass it
   * to nextCut, then nothing is copied. It never moves.
   */
  readonly buffer: Uint8Array;
  /**
   * The exclusive end of the chunk that starts at `start` of `buffer` whose valid bytes end at `end`, or -1 when
   * more bytes are needed (never when `isLast`). A start at `end` gives -1. `scanned` says how many bytes from
   * `start` an earlier call with the same start already searched in vain (that call's end - start). `buffer` may be
   * the chunker's own (or a view of its memory) or any other; another one is copied piece by piece.
   */
  nextCut(buffer: Uint8Array, start: number, end: number, isLast: boolean, scanned?: number): number;
  /**
   * All positions p in [from, to] (from >= 64) where the 64 bytes before p end a chunk if the size rules allow, as
   * runs of consecutive positions: [first, last, first, last, ...]. For splitting one large file between threads;
   * `CandidateCutter` makes cuts of them.
   */
  scanCandidates(buffer: Uint8Array, from: number, to: number): Uint32Array;
}

const defaultBufferSize = 2 * chunkMaximum;

/**
 * Makes a chunker; throws `invalid-input` unless the polynomial has degree 53 (whether it is irreducible is checked
 * when a repository is opened). `bufferSize` is the size of {@link Chunker.buffer} in bytes, 16 MiB unless given.
 */
export function createChunker(polynomial: bigint, options: { readonly bufferSize?: number } = {}): Chunker {
  if (polynomial >> BigInt(polynomialDegree) !== 1n) {
    throw new AppError('invalid-input', 'The chunker polynomial must have degree 53.');
  }
  const engine = loadRabin(polynomial, options.bufferSize ?? defaultBufferSize);
  return {
    polynomial,
    buffer: engine.buffer,
    nextCut: (buffer, start, end, isLast, scanned = 0) => nextCut(engine, buffer, start, end, isLast, scanned),
    scanCandidates: (buffer, from, to) => scanCandidates(engine, buffer, from, to),
  };
}

function nextCut(
  engine: RabinEngine, buffer: Uint8Array, start: number, end: number, isLast: boolean, scanned: number,
): number {
  if (!(start >= 0 && start <= end && end <= buffer.length)) {
    throw new RangeError('The range is not inside the buffer.');
  }
  const limit = Math.min(end, start + chunkMaximum);
  const from = start + Math.max(chunkMinimum, scanned + 1);
  if (from <= limit) {
    const cut = engine.find(buffer, from, limit);
    if (cut >= 0) {
      return cut;
    }
  }
  return limit === start + chunkMaximum || (isLast && end > start) ? limit : -1;
}

function scanCandidates(engine: RabinEngine, buffer: Uint8Array, from: number, to: number): Uint32Array {
  if (!(from >= chunkWindow && from <= to && to <= buffer.length)) {
    throw new RangeError('The range is not inside the buffer.');
  }
  return engine.scan(buffer, from, to);
}
