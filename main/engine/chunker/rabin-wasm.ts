import { chunkWindow } from './constants.ts';
import { rabinTables } from './rabin-tables.ts';
import { rabinWasm } from './rabin-wasm.generated.ts';

/** The compiled rolling hash with the tables of one polynomial in its memory. Positions are offsets in `data`. */
export interface RabinEngine {
  /** Memory that `find` and `scan` use without copying. */
  readonly buffer: Uint8Array;
  /** The first candidate in [from, to] (from >= 64, to <= data.length), or -1. */
  find(data: Uint8Array, from: number, to: number): number;
  /** All candidates in [from, to] as runs [first, last, ...]. */
  scan(data: Uint8Array, from: number, to: number): Uint32Array;
}

interface RabinExports {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  readonly find: (from: number, to: number) => number;
  readonly scan: (from: number, to: number, output: number, capacity: number) => number;
}

interface WebAssemblyApi {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
}

const pageSize = 65_536;
/** Where the module expects the tables. */
const outTable = 0;
const modTable = 2048;
const runsOffset = 4096;
const runsCapacity = (pageSize - runsOffset) / 8;
/** Bytes of other buffers are copied here: a window and a piece. */
const scratchOffset = pageSize;
const scratchSize = 4 * pageSize;
const bufferOffset = scratchOffset + scratchSize;

/** Instantiates the module with memory for a buffer of `bufferSize` bytes. */
export function loadRabin(polynomial: bigint, bufferSize: number): RabinEngine {
  const { Module, Instance } = (globalThis as unknown as { readonly WebAssembly: WebAssemblyApi }).WebAssembly;
  const { exports } = new Instance(new Module(Buffer.from(rabinWasm, 'base64')), {});
  const { memory, find, scan } = exports as RabinExports;
  memory.grow(Math.ceil((bufferOffset + bufferSize - memory.buffer.byteLength) / pageSize));
  const bytes = new Uint8Array(memory.buffer);
  const tables = rabinTables(polynomial);
  new BigUint64Array(memory.buffer, outTable, 256).set(tables.outShifted);
  new BigUint64Array(memory.buffer, modTable, 256).set(tables.mod);

  /** Calls `search` with [from, to] cut into pieces that lie in memory, until it answers; `shift` = memory - data. */
  function inPieces<T>(
    data: Uint8Array, from: number, to: number,
    search: (from: number, to: number, shift: number) => T | undefined,
  ): T | undefined {
    if (data.buffer === memory.buffer) {
      return search(from + data.byteOffset, to + data.byteOffset, data.byteOffset);
    }
    for (let first = from; first <= to; ) {
      const last = Math.min(to, first + scratchSize - chunkWindow);
      bytes.set(data.subarray(first - chunkWindow, last), scratchOffset);
      const shift = scratchOffset + chunkWindow - first;
      const answer = search(first + shift, last + shift, shift);
      if (answer !== undefined) {
        return answer;
      }
      first = last + 1;
    }
    return undefined;
  }

  function scanInto(runs: number[], from: number, to: number, shift: number): void {
    for (let first = from; first <= to; ) {
      const count = scan(first, to, runsOffset, runsCapacity);
      const found = new Uint32Array(memory.buffer, runsOffset, count * 2);
      for (let i = 0; i < found.length; i += 2) {
        appendRun(runs, (found[i] ?? 0) - shift, (found[i + 1] ?? 0) - shift);
      }
      first = count < runsCapacity ? to + 1 : (found.at(-1) ?? to) + 1;
    }
  }

  return {
    buffer: new Uint8Array(memory.buffer, bufferOffset, bufferSize),
    find(data, from, to) {
      return inPieces(data, from, to, (first, last, shift) => {
        const found = find(first, last) >>> 0;
        return found === 0 ? undefined : found - shift;
      }) ?? -1;
    },
    scan(data, from, to) {
      const runs: number[] = [];
      inPieces(data, from, to, (first, last, shift) => {
        scanInto(runs, first, last, shift);
        return undefined;
      });
      return Uint32Array.from(runs);
    },
  };
}

function appendRun(runs: number[], first: number, last: number): void {
  if (runs.length > 0 && runs.at(-1) === first - 1) {
    runs[runs.length - 1] = last;
  } else {
    runs.push(first, last);
  }
}
