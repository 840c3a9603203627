import { createSha256 } from '../../platform/crypto.ts';
import type { RandomSource } from '../../platform/random.ts';
import { releaseMemory } from '../../platform/release-memory.ts';
import type { Sealer } from '../seal.ts';
import type { BlobType, FinishedPack, OpenPack, PackEntry } from '../types.ts';
import { encodePackHeader, headerEntrySize, maximumEntries, sealedHeaderSize } from './pack-header.ts';

/** Blobs from this size on stay in their own memory block; smaller ones are gathered in blocks. */
const separateFrom = 128 * 1024;
const smallestBlock = 16 * 1024;
const largestBlock = 1024 * 1024;

/** A pack must stay below this, so that each offset and length fits 32 bits. */
const maximumPackSize = 0xffff_ffff;

/** Gathers sealed blobs of one type into one pack in memory. */
export class PackBuilder {
  readonly type: BlobType;
  readonly #parts: Uint8Array<ArrayBuffer>[] = [];
  readonly #entries: PackEntry[] = [];
  #block: Uint8Array<ArrayBuffer> | undefined;
  #blockUsed = 0;
  #bodySize = 0;
  #headerSize = sealedHeaderSize([]);

  constructor(type: BlobType) {
    this.type = type;
  }

  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  /** Bytes of the pack file if it were finished now. */
  get size(): number {
    return this.#bodySize + this.#headerSize;
  }

  /** Whether `bytes` more in `blobs` more blobs would break a limit of the format. */
  wouldOverflow(bytes: number, blobs: number): boolean {
    return this.#entries.length + blobs > maximumEntries || this.size + bytes + blobs * 41 > maximumPackSize;
  }

  /** Appends a blob; takes over `sealed`, which must have a memory block of its own. */
  add(id: string, sealed: Uint8Array<ArrayBuffer>, uncompressedLength: number): void {
    const entry = { id, type: this.type, offset: this.#bodySize, length: sealed.length, uncompressedLength };
    this.#entries.push(entry);
    this.#headerSize += headerEntrySize(entry);
    this.#bodySize += sealed.length;
    if (sealed.length >= separateFrom) {
      this.#closeBlock();
      this.#parts.push(sealed);
    } else {
      this.#gather(sealed);
    }
  }

  #gather(sealed: Uint8Array<ArrayBuffer>): void {
    if (this.#block !== undefined && this.#blockUsed + sealed.length > this.#block.length) this.#closeBlock();
    if (this.#block === undefined) {
      const wanted = Math.max(smallestBlock, Math.min(this.#bodySize, largestBlock), sealed.length);
      this.#block = Buffer.allocUnsafeSlow(wanted);
    }
    this.#block.set(sealed, this.#blockUsed);
    this.#blockUsed += sealed.length;
    releaseMemory(sealed);
  }

  #closeBlock(): void {
    if (this.#block !== undefined) this.#parts.push(this.#block.subarray(0, this.#blockUsed));
    this.#block = undefined;
    this.#blockUsed = 0;
  }

  /** Appends all blobs of another open pack of the same type; takes over its parts. */
  append(open: OpenPack): void {
    this.#closeBlock();
    for (const entry of open.entries) {
      this.#entries.push({ ...entry, offset: this.#bodySize + entry.offset });
      this.#headerSize += headerEntrySize(entry);
    }
    this.#parts.push(...open.parts);
    this.#bodySize += open.size;
  }

  /** What was gathered, without a header; the builder must not be used afterwards. */
  takeOpen(): OpenPack {
    this.#closeBlock();
    return { type: this.type, parts: this.#parts, size: this.#bodySize, entries: this.#entries };
  }

  /** Closes the pack with its sealed header; the builder must not be used afterwards. */
  finish(sealer: Sealer, random: RandomSource): FinishedPack {
    this.#closeBlock();
    const header = sealer.seal(encodePackHeader(this.#entries), random);
    const trailer = Buffer.allocUnsafeSlow(header.length + 4);
    trailer.set(header);
    trailer.writeUInt32LE(header.length, header.length);
    const parts = [...this.#parts, trailer];
    const hash = createSha256();
    for (const part of parts) hash.update(part);
    return { id: hash.digest().toString('hex'), type: this.type, parts, size: this.size, entries: this.#entries };
  }
}

/** The memory blocks of a pack, for the transfer list of `postMessage`. */
export function packTransferList(pack: { readonly parts: readonly Uint8Array<ArrayBuffer>[] }): ArrayBuffer[] {
  return pack.parts.map((part) => part.buffer);
}
