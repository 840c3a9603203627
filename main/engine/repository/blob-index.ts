import { createShared, firstUserWord, noReference, SharedTable } from './index/shared-table.ts';
import type { BlobId, BlobLocation, BlobType, PackEntry, SharedBlobIndex } from './types.ts';

export type { BlobLocation, PackEntry, SharedBlobIndex } from './types.ts';

const kinds: Readonly<Record<BlobType, number>> = { data: 0, tree: 1 };
const packKind = 2;
const blobCountWord = firstUserWord;
const packCountWord = firstUserWord + 2;
const storedCountWord = firstUserWord + 3;

/** Words of an entry after its id. Of a blob: pack entry, offset, length, uncompressed length. */
const offsetWord = 9;
const lengthWord = 10;
const uncompressedWord = 11;
/** Of a pack: number of blobs, size of the file (low and high word: what a damaged index says may be large). */
const packBlobsWord = 9;
const packSizeWord = 10;
const packSizeHighWord = 11;
const wordRange = 2 ** 32;

/** Sealed header, its length field, and the entries: what a pack file is longer than its blobs. */
function headerBytes(entries: readonly PackEntry[]): number {
  return entries.reduce((sum, entry) => sum + (entry.uncompressedLength === 0 ? 37 : 41), 36);
}

/** What {@link BlobIndex.addPack} found: a new pack, the same pack again, or the same pack with another blob list. */
export type AddPackResult = 'added' | 'duplicate' | 'different';

/**
 * Which blobs exist and where, in memory that all threads share: exact (full 32-byte ids), several locations per blob,
 * growing while others read. All methods may be called from any thread at any time. About 54 bytes a blob.
 *
 * A blob is *pending* between `claim` and the `addPack` of the pack it ended in.
 */
export class BlobIndex {
  readonly #table: SharedTable;
  #byPack: { readonly stored: number; readonly starts: Map<number, number>; readonly entries: Uint32Array } | undefined;

  private constructor(shared: SharedBlobIndex) {
    this.#table = new SharedTable(shared);
  }

  /** An empty index. `maximumBlobs` bounds the reserved address space (not memory); default and most: 67 million. */
  static create(options: { readonly maximumBlobs?: number } = {}): BlobIndex {
    return new BlobIndex(createShared(options.maximumBlobs ?? 2 ** 26));
  }

  /** The index of another thread. */
  static attach(shared: SharedBlobIndex): BlobIndex {
    return new BlobIndex(shared);
  }

  /** For `workerData`. */
  get shared(): SharedBlobIndex {
    return this.#table.shared;
  }

  /** Bytes of memory used. */
  get memoryBytes(): number {
    return this.#table.memoryBytes;
  }

  /** Whether the blob is known: stored or pending. */
  has(type: BlobType, id: BlobId): boolean {
    this.#table.select(id);
    return this.#table.find(kinds[type]) >= 0;
  }

  /** One location of a stored blob; `undefined` when unknown or still pending. */
  find(type: BlobType, id: BlobId): BlobLocation | undefined {
    this.#table.select(id);
    const entry = this.#table.find(kinds[type]);
    if (entry < 0) return undefined;
    return this.#location(entry);
  }

  /** Every location of a stored blob, in the order they became known. */
  findAll(type: BlobType, id: BlobId): BlobLocation[] {
    this.#table.select(id);
    const entries = this.#table.findAll(kinds[type]).sort((a, b) => a - b);
    return entries.flatMap((entry) => this.#location(entry) ?? []);
  }

  /**
   * Atomically: `false` when the blob is known (stored or pending), otherwise it becomes pending and the caller must
   * store it. Of all threads asking at once exactly one gets `true`.
   */
  claim(type: BlobType, id: BlobId): boolean {
    const table = this.#table;
    const kind = kinds[type];
    table.select(id);
    if (table.find(kind) >= 0) return false;
    table.lock();
    try {
      if (table.findLocked(kind) >= 0) return false;
      table.insert(kind, noReference, 0, 0, 0);
      Atomics.add(table.control, blobCountWord + kind, 1);
      return true;
    } finally {
      table.unlock();
    }
  }

  /** Makes the blobs of a durable pack findable. A pack already known is compared; new locations are added anyway. */
  addPack(packId: string, entries: readonly PackEntry[]): AddPackResult {
    const table = this.#table;
    table.lock();
    try {
      table.select(packId);
      const known = table.findLocked(packKind);
      const size = entries.reduce((sum, entry) => sum + entry.length, headerBytes(entries));
      const pack = known >= 0 ? known : table.insert(packKind, 0, entries.length, size, Math.floor(size / wordRange));
      if (known < 0) Atomics.add(table.control, packCountWord, 1);
      let added = 0;
      for (const entry of entries) if (this.#addCopy(pack, entry)) added += 1;
      Atomics.add(table.control, storedCountWord, added);
      if (known < 0) return 'added';
      return added === 0 && table.word(pack, packBlobsWord) === entries.length ? 'duplicate' : 'different';
    } finally {
      table.unlock();
    }
  }

  #addCopy(pack: number, { type, id, offset, length, uncompressedLength }: PackEntry): boolean {
    const table = this.#table;
    const kind = kinds[type];
    table.select(id);
    const copies = table.findAllLocked(kind);
    for (const copy of copies) {
      const reference = table.word(copy, 8);
      if (reference === noReference) {
        table.update(copy, kind, pack, offset, length, uncompressedLength);
        return true;
      }
      if (
        reference === pack &&
        table.word(copy, offsetWord) === offset &&
        table.word(copy, lengthWord) === length &&
        table.word(copy, uncompressedWord) === uncompressedLength
      ) {
        return false;
      }
    }
    table.insert(kind, pack, offset, length, uncompressedLength);
    if (copies.length === 0) Atomics.add(table.control, blobCountWord + kind, 1);
    return true;
  }

  #location(entry: number): BlobLocation | undefined {
    const table = this.#table;
    const pack = table.word(entry, 8);
    if (pack === noReference) return undefined;
    return {
      packId: table.idOf(pack),
      offset: table.word(entry, offsetWord),
      length: table.word(entry, lengthWord),
      uncompressedLength: table.word(entry, uncompressedWord),
    };
  }

  /** Number of different blobs known (stored or pending). */
  blobCount(type: BlobType): number {
    return Atomics.load(this.#table.control, blobCountWord + kinds[type]);
  }

  /** Number of packs known. */
  get packCount(): number {
    return Atomics.load(this.#table.control, packCountWord);
  }

  /** The ids of all packs, in the order they became known. */
  *packIds(): Generator<string> {
    const { count } = this.#table;
    for (let entry = 0; entry < count; entry += 1) {
      if (this.#table.kind(entry) === packKind) yield this.#table.idOf(entry);
    }
  }

  /** How many bytes the pack file must have by what the index says of it; `undefined` for an unknown pack. */
  packSize(packId: string): number | undefined {
    this.#table.select(packId);
    const pack = this.#table.find(packKind);
    if (pack < 0) return undefined;
    return this.#table.word(pack, packSizeWord) + this.#table.word(pack, packSizeHighWord) * wordRange;
  }

  /**
   * The blobs of a pack by ascending offset; empty for an unknown pack. The first call after the index grew sorts all
   * entries by pack (4 more bytes a blob, in this thread only).
   */
  packEntries(packId: string): PackEntry[] {
    this.#table.select(packId);
    const pack = this.#table.find(packKind);
    if (pack < 0) return [];
    const { starts, entries } = this.#groupByPack();
    const found: PackEntry[] = [];
    for (let at = starts.get(pack) ?? entries.length; at < entries.length; at += 1) {
      const entry = entries[at]!;
      if (this.#table.word(entry, 8) !== pack) break;
      found.push(this.#entry(entry));
    }
    return found.sort((a, b) => a.offset - b.offset);
  }

  #entry(entry: number): PackEntry {
    const table = this.#table;
    return {
      id: table.idOf(entry),
      type: table.kind(entry) === kinds.tree ? 'tree' : 'data',
      offset: table.word(entry, offsetWord),
      length: table.word(entry, lengthWord),
      uncompressedLength: table.word(entry, uncompressedWord),
    };
  }

  #groupByPack(): { readonly starts: Map<number, number>; readonly entries: Uint32Array } {
    const table = this.#table;
    const stored = Atomics.load(table.control, storedCountWord);
    if (this.#byPack?.stored === stored) return this.#byPack;
    const { count } = table;
    const starts = new Map<number, number>();
    for (let entry = 0; entry < count; entry += 1) {
      if (!this.#isStored(entry)) continue;
      const pack = table.word(entry, 8);
      starts.set(pack, (starts.get(pack) ?? 0) + 1);
    }
    let start = 0;
    for (const [pack, blobs] of starts) {
      starts.set(pack, start);
      start += blobs;
    }
    const next = new Map(starts);
    const entries = new Uint32Array(start);
    for (let entry = 0; entry < count; entry += 1) {
      if (!this.#isStored(entry)) continue;
      const pack = table.word(entry, 8);
      const at = next.get(pack)!;
      entries[at] = entry;
      next.set(pack, at + 1);
    }
    this.#byPack = { stored, starts, entries };
    return this.#byPack;
  }

  #isStored(entry: number): boolean {
    return this.#table.kind(entry) !== packKind && this.#table.word(entry, 8) !== noReference;
  }

  /** Every stored copy of every blob. */
  *blobs(): Generator<PackEntry & { readonly packId: string }> {
    const { count } = this.#table;
    for (let entry = 0; entry < count; entry += 1) {
      if (this.#isStored(entry)) yield { ...this.#entry(entry), packId: this.#table.idOf(this.#table.word(entry, 8)) };
    }
  }
}
