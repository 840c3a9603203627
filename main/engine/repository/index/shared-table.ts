import { AppError } from '../../../../shared/errors.ts';
import type { SharedBlobIndex } from '../types.ts';
import { lockMutex, unlockMutex } from './shared-mutex.ts';

/** Words of the control block. */
const mutexWord = 0;
const versionWord = 1;
const capacityWord = 2;
const countWord = 3;
/** Control words for the owner of the table. */
export const firstUserWord = 8;
const controlWords = 16;

/** Words of an entry: 8 of id, then kind and reference, then three of payload. */
export const entryWords = 12;
const kindShift = 30;
/** Largest value of an entry's reference; stands for "none yet". */
export const noReference = 0x3fff_ffff;

const numberBits = 26;
const numberMask = 2 ** numberBits - 1;
const initialCapacity = 4096;
const fullest = 0.85;
const growth = 1.25;

function growable(bytes: number, maximum: number): SharedArrayBuffer {
  return new SharedArrayBuffer(bytes, { maxByteLength: maximum });
}

function allocate(maximumEntries: number): SharedBlobIndex {
  const maximumSlots = Math.ceil((maximumEntries / fullest) * growth) + initialCapacity;
  const shared = {
    control: new SharedArrayBuffer(controlWords * 4),
    table: growable(initialCapacity * 4, maximumSlots * 4),
    entries: growable(0, maximumEntries * entryWords * 4),
  };
  new Int32Array(shared.control)[capacityWord] = initialCapacity;
  return shared;
}

/** New shared memory; reserves address space only. Settles for less where the address space is limited. */
export function createShared(maximumEntries: number): SharedBlobIndex {
  for (let maximum = Math.min(maximumEntries, numberMask - 1); ; maximum = Math.floor(maximum / 2)) {
    try {
      return allocate(maximum);
    } catch (error) {
      if (!(error instanceof RangeError) || maximum < 65_536) throw error;
    }
  }
}

/**
 * Append-only multimap in shared memory from (kind, 32-byte id) to entries, for any number of threads: an array of
 * entries and an open-addressing table of entry numbers, each with 6 bits of the id so that probing stays in the table.
 *
 * Readers take no lock. A writer holds the mutex; it fills an entry before it publishes its number in the table. While
 * the table is rebuilt larger the version is odd, and readers that overlapped look again. 48 bytes an entry and 4.7 to
 * 5.9 bytes of table. Each thread has an instance of its own over the same memory.
 */
export class SharedTable {
  readonly shared: SharedBlobIndex;
  readonly control: Int32Array;
  readonly #key = new Uint32Array(8);
  readonly #keyBytes = Buffer.from(this.#key.buffer);
  #table: Uint32Array;
  #entries: Uint32Array;
  #bytes: Buffer;

  constructor(shared: SharedBlobIndex) {
    this.shared = shared;
    this.control = new Int32Array(shared.control);
    this.#table = new Uint32Array(shared.table, 0, shared.table.byteLength / 4);
    this.#entries = new Uint32Array(0);
    this.#bytes = Buffer.alloc(0);
  }

  /** Bytes of memory handed out so far. */
  get memoryBytes(): number {
    return this.shared.control.byteLength + this.shared.table.byteLength + this.shared.entries.byteLength;
  }

  /** Number of entries; entries are numbered from 0 in the order of insertion and never change place. */
  get count(): number {
    return Atomics.load(this.control, countWord);
  }

  lock(): void {
    lockMutex(this.control, mutexWord);
  }

  unlock(): void {
    unlockMutex(this.control, mutexWord);
  }

  /** Sets the id that the following calls are about. */
  select(id: string | Uint8Array): void {
    const valid = typeof id === 'string' ? id.length === 64 && this.#keyBytes.write(id, 'hex') === 32 : id.length === 32;
    if (!valid) throw new AppError('internal', 'A blob id must have 32 bytes.');
    if (typeof id !== 'string') this.#keyBytes.set(id);
  }

  /** One entry of the selected id, or -1 when there is none. */
  find(kind: number): number {
    return this.#consistently(() => this.#probe(kind));
  }

  /** All entries of the selected id. */
  findAll(kind: number): number[] {
    return this.#consistently(() => {
      const found: number[] = [];
      this.#probe(kind, found);
      return found;
    });
  }

  /** Like {@link find}, for a caller that holds the mutex. */
  findLocked(kind: number): number {
    return this.#probe(kind);
  }

  /** Like {@link findAll}, for a caller that holds the mutex. */
  findAllLocked(kind: number): number[] {
    const found: number[] = [];
    this.#probe(kind, found);
    return found;
  }

  #consistently<T>(look: () => T): T {
    for (;;) {
      const version = Atomics.load(this.control, versionWord);
      if ((version & 1) === 0) {
        const result = look();
        if (Atomics.load(this.control, versionWord) === version) return result;
      } else {
        this.lock();
        this.unlock();
      }
    }
  }

  #probe(kind: number, all?: number[]): number {
    const key = this.#key;
    const capacity = Atomics.load(this.control, capacityWord);
    if (this.#table.length < capacity) this.#refreshTable();
    const tag = key[1]! >>> numberBits;
    let slot = this.#home(kind, key[0]!, capacity);
    for (let step = 0; step < capacity; step += 1) {
      const value = Atomics.load(this.#table, slot);
      if (value === 0) return -1;
      if (value >>> numberBits === tag) {
        const entry = (value & numberMask) - 1;
        if (this.#matches(entry, kind)) {
          if (all === undefined) return entry;
          all.push(entry);
        }
      }
      slot = slot + 1 === capacity ? 0 : slot + 1;
    }
    return -1;
  }

  #home(kind: number, word: number, capacity: number): number {
    return Math.floor((((word ^ Math.imul(kind, 0x9e37_79b9)) >>> 0) / 0x1_0000_0000) * capacity);
  }

  #matches(entry: number, kind: number): boolean {
    const at = entry * entryWords;
    if (at + entryWords > this.#entries.length) this.#refreshEntries();
    const entries = this.#entries;
    const key = this.#key;
    if (entries[at + 8]! >>> kindShift !== kind) return false;
    for (let word = 0; word < 8; word += 1) {
      if (entries[at + word] !== key[word]) return false;
    }
    return true;
  }

  #refreshTable(): void {
    this.#table = new Uint32Array(this.shared.table, 0, this.shared.table.byteLength / 4);
  }

  #refreshEntries(): void {
    const length = this.shared.entries.byteLength;
    this.#entries = new Uint32Array(this.shared.entries, 0, length / 4);
    this.#bytes = Buffer.from(this.shared.entries, 0, length);
  }

  /** Word `index` (8..11) of an entry; word 8 without the kind. */
  word(entry: number, index: number): number {
    const at = entry * entryWords + index;
    if (at >= this.#entries.length) this.#refreshEntries();
    const value = Atomics.load(this.#entries, at);
    return index === 8 ? value & noReference : value;
  }

  kind(entry: number): number {
    const at = entry * entryWords + 8;
    if (at >= this.#entries.length) this.#refreshEntries();
    return Atomics.load(this.#entries, at) >>> kindShift;
  }

  /** The id of an entry as hex digits. */
  idOf(entry: number): string {
    const start = entry * entryWords * 4;
    if (start + 32 > this.#bytes.length) this.#refreshEntries();
    return this.#bytes.toString('hex', start, start + 32);
  }

  /** Fills the payload of an entry, then its reference. The caller holds the mutex. */
  update(entry: number, kind: number, reference: number, a: number, b: number, c: number): void {
    const at = entry * entryWords;
    if (at + entryWords > this.#entries.length) this.#refreshEntries();
    this.#entries[at + 9] = a;
    this.#entries[at + 10] = b;
    this.#entries[at + 11] = c;
    Atomics.store(this.#entries, at + 8, ((kind << kindShift) | reference) >>> 0);
  }

  /** Appends an entry for the selected id and returns its number. The caller holds the mutex. */
  insert(kind: number, reference: number, a: number, b: number, c: number): number {
    const entry = Atomics.load(this.control, countWord);
    this.#reserve(entry + 1);
    this.#entries.set(this.#key, entry * entryWords);
    this.update(entry, kind, reference, a, b, c);
    this.#publish(entry, kind, this.#key[0]!, this.#key[1]!);
    Atomics.store(this.control, countWord, entry + 1);
    return entry;
  }

  #publish(entry: number, kind: number, word0: number, word1: number): void {
    const capacity = Atomics.load(this.control, capacityWord);
    let slot = this.#home(kind, word0, capacity);
    while (this.#table[slot] !== 0) slot = slot + 1 === capacity ? 0 : slot + 1;
    Atomics.store(this.#table, slot, (((word1 >>> numberBits) << numberBits) | (entry + 1)) >>> 0);
  }

  #reserve(count: number): void {
    const needed = count * entryWords * 4;
    const { entries } = this.shared;
    if (entries.byteLength < needed) {
      if (needed > entries.maxByteLength) {
        throw new AppError('too-large', 'The destination holds more data blocks than this program can index.', {
          hint: 'Start a new destination for further backups.',
        });
      }
      const step = Math.max(1024, count >>> 6) * entryWords * 4;
      entries.grow(Math.min(entries.maxByteLength, needed + step));
    }
    if (this.#entries.byteLength < needed) this.#refreshEntries();
    const capacity = Atomics.load(this.control, capacityWord);
    if (this.#table.length < capacity) this.#refreshTable();
    if (count > capacity * fullest) this.#enlarge(Math.ceil(capacity * growth), count - 1);
  }

  #enlarge(capacity: number, entryCount: number): void {
    this.shared.table.grow(Math.min(this.shared.table.maxByteLength, capacity * 4));
    Atomics.add(this.control, versionWord, 1);
    this.#refreshTable();
    this.#table.fill(0);
    Atomics.store(this.control, capacityWord, this.#table.length);
    for (let entry = 0; entry < entryCount; entry += 1) {
      const at = entry * entryWords;
      const word0 = this.#entries[at]!;
      const word1 = this.#entries[at + 1]!;
      this.#publish(entry, this.#entries[at + 8]! >>> kindShift, word0, word1);
    }
    Atomics.add(this.control, versionWord, 1);
  }
}
