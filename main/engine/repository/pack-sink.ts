import { AppError } from '../../../shared/errors.ts';
import type { Clock } from '../platform/clock.ts';
import { Semaphore } from '../platform/concurrency.ts';
import type { RandomSource } from '../platform/random.ts';
import type { Storage } from '../storage/storage.ts';
import type { BlobIndex } from './blob-index.ts';
import { defaultPackSize } from './blob-writer.ts';
import type { IndexedPack } from './index/index-codec.ts';
import { PackBuilder } from './pack/pack-builder.ts';
import type { Sealer } from './seal.ts';
import type { BlobType, FinishedPack, OpenBlobs } from './types.ts';

/** An index file is written at this many blobs, or this long after its first pack (format section 8). */
const fullIndex = 50_000;
const indexMilliseconds = 10 * 60_000;

/** What a sink needs of its repository. */
export interface PackSinkContext {
  readonly storage: Storage;
  readonly index: BlobIndex;
  readonly sealer: Sealer;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly packSize?: number;
  /**
   * Durable packs that a failed run could not enter in an index file. Their blobs are findable, so the next run relies on
   * them: a new sink takes them over, a failing one leaves its own here.
   */
  readonly unindexed: IndexedPack[];
  /** Writes an index file, durably. */
  readonly saveIndex: (packs: readonly IndexedPack[]) => Promise<void>;
}

/**
 * Takes the packs of all writers of one run, on the main thread: stores them with bounded concurrency, makes their
 * blobs findable once they are durable, and writes index files that name durable packs only. After the first failure
 * every further call rejects with it, since blobs were promised that do not exist: the run has failed.
 */
export class PackSink {
  readonly #context: PackSinkContext;
  readonly #slots: Semaphore;
  readonly #running = new Set<Promise<void>>();
  #indexed: IndexedPack[] = [];
  #indexedBlobs = 0;
  #indexStarted = 0;
  #bytesStored = 0;
  #packsStored = 0;
  #failure: { readonly error: unknown } | undefined;

  constructor(context: PackSinkContext) {
    this.#context = context;
    this.#slots = new Semaphore(context.storage.properties.connections);
    this.#indexed = context.unindexed.splice(0);
    this.#indexedBlobs = this.#indexed.reduce((sum, { entries }) => sum + entries.length, 0);
    this.#indexStarted = context.clock.now();
  }

  /** Bytes of durable pack files. */
  get bytesStored(): number {
    return this.#bytesStored;
  }

  /** Number of durable pack files. */
  get packsStored(): number {
    return this.#packsStored;
  }

  /** Stores a pack; resolves when it is durable and its blobs are findable. */
  async store(pack: FinishedPack): Promise<void> {
    this.#throwIfFailed();
    const task = this.#slots.run(() => this.#store(pack));
    this.#running.add(task);
    try {
      await task;
    } catch (error) {
      this.#failure ??= { error };
      throw error;
    } finally {
      this.#running.delete(task);
    }
  }

  async #store(pack: FinishedPack): Promise<void> {
    this.#throwIfFailed();
    await this.#context.storage.save({ type: 'pack', name: pack.id }, pack.parts);
    this.#bytesStored += pack.size;
    this.#packsStored += 1;
    this.#context.index.addPack(pack.id, pack.entries);
    await this.#enterIndex(pack);
  }

  async #enterIndex({ id, entries }: FinishedPack): Promise<void> {
    const now = this.#context.clock.now();
    if (this.#indexed.length === 0) this.#indexStarted = now;
    this.#indexed.push({ id, entries });
    this.#indexedBlobs += entries.length;
    const isDue = this.#indexedBlobs >= fullIndex || now - this.#indexStarted >= indexMilliseconds;
    if (isDue) await this.#writeIndex();
  }

  async #writeIndex(): Promise<void> {
    const packs = this.#indexed;
    if (packs.length === 0) return;
    this.#indexed = [];
    this.#indexedBlobs = 0;
    try {
      await this.#context.saveIndex(packs);
    } catch (error) {
      this.#context.unindexed.push(...packs);
      throw error;
    }
  }

  /** Joins what the writers had left into packs and stores them; takes over the parts. */
  async merge(open: readonly OpenBlobs[]): Promise<void> {
    this.#throwIfFailed();
    const stores: Promise<void>[] = [];
    for (const type of ['data', 'tree'] as const) {
      for (const pack of this.#join(type, open)) stores.push(this.store(pack));
    }
    const results = await Promise.allSettled(stores);
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  *#join(type: BlobType, open: readonly OpenBlobs[]): Generator<FinishedPack> {
    const { sealer, random, packSize = defaultPackSize } = this.#context;
    let builder = new PackBuilder(type);
    for (const part of open.flatMap(({ packs }) => packs)) {
      if (part.type !== type || part.entries.length === 0) continue;
      if (!builder.isEmpty && builder.wouldOverflow(part.size, part.entries.length)) {
        yield builder.finish(sealer, random);
        builder = new PackBuilder(type);
      }
      builder.append(part);
      if (builder.size >= packSize) {
        yield builder.finish(sealer, random);
        builder = new PackBuilder(type);
      }
    }
    if (!builder.isEmpty) yield builder.finish(sealer, random);
  }

  /**
   * When resolved, every pack given so far is durable, and then the index files that name them are. To be called at the
   * end of failed runs too: it then rejects, but only after the packs that are durable were entered.
   */
  async flush(): Promise<void> {
    await Promise.allSettled(this.#running);
    try {
      await this.#writeIndex();
    } catch (error) {
      this.#failure ??= { error };
    }
    this.#throwIfFailed();
  }

  #throwIfFailed(): void {
    if (this.#failure === undefined) return;
    const { error } = this.#failure;
    throw error instanceof Error ? error : new AppError('internal', 'Storing data failed.', { cause: error });
  }
}
