import { sha256 } from '../platform/crypto.ts';
import { pooledRandom, type RandomSource } from '../platform/random.ts';
import { compressionLevels, encodeBlob } from './blob-codec.ts';
import type { BlobIndex } from './blob-index.ts';
import { PackBuilder } from './pack/pack-builder.ts';
import { Sealer } from './seal.ts';
import type { BlobType, FinishedPack, MasterKey, OpenBlobs, RepositoryVersion } from './types.ts';

export { packTransferList } from './pack/pack-builder.ts';

/** Size at which a pack is closed, as restic's. */
export const defaultPackSize = 16 * 1024 * 1024;

/** Open packs of a type at once; each blob goes to a random one, so that pack contents do not tell chunk sizes. */
const openPacksPerType = 2;

/** What a writer needs; `packSize` in bytes (default {@link defaultPackSize}), closed when reached. */
export interface BlobWriterOptions {
  readonly key: MasterKey;
  readonly version: RepositoryVersion;
  /** zstd level of data blobs, or `undefined` to store them plain. Trees are always compressed in version 2. */
  readonly level: number | undefined;
  /** Open and compare each sealed blob before it leaves. */
  readonly verify: boolean;
  /** Decides who stores a blob; the repository's index, or one that also knows what a run has pending. */
  readonly index: Pick<BlobIndex, 'claim'>;
  readonly packSize?: number;
  readonly random: RandomSource;
  /** Takes over each full pack. */
  readonly onPack: (pack: FinishedPack) => void;
}

/** What became of one blob given to a writer; a new one is safe only once its pack was saved and indexed. */
export interface SavedBlob {
  /** 32 bytes. */
  readonly id: Buffer;
  /** Whether this call stored it; `false` when it was known. */
  readonly isNew: boolean;
  /** Sealed bytes added to a pack, 0 when known. */
  readonly storedBytes: number;
}

/**
 * Turns plaintext into sealed blobs in packs, in any thread, synchronously (`poly1305Ready()` first). Nothing is lost
 * only if each pack given to `onPack` and, at the end, `drain()` reach the PackSink of the repository.
 */
export class BlobWriter {
  readonly #options: BlobWriterOptions;
  readonly #sealer: Sealer;
  readonly #random: RandomSource;
  readonly #packSize: number;
  #open: Record<BlobType, (PackBuilder | undefined)[]> = { data: [], tree: [] };

  constructor(options: BlobWriterOptions) {
    this.#options = options;
    this.#sealer = new Sealer(options.key);
    this.#random = pooledRandom(options.random);
    this.#packSize = options.packSize ?? defaultPackSize;
  }

  /** Stores a blob unless it is known. `plaintext` may be reused by the caller afterwards. */
  save(type: BlobType, plaintext: Uint8Array): SavedBlob {
    const id = sha256(plaintext);
    if (!this.#options.index.claim(type, id)) return { id, isNew: false, storedBytes: 0 };
    const { version, level, verify } = this.#options;
    const isTree = type === 'tree';
    const { sealed, uncompressedLength } = encodeBlob(this.#sealer, plaintext, {
      version,
      level: isTree ? (level ?? compressionLevels.auto) : level,
      verify,
      plainWhenLarger: !isTree,
      random: this.#random,
    });
    this.#add(type, id.toString('hex'), sealed, uncompressedLength);
    return { id, isNew: true, storedBytes: sealed.length };
  }

  #add(type: BlobType, id: string, sealed: Buffer<ArrayBuffer>, uncompressedLength: number): void {
    const { onPack } = this.#options;
    if (sealed.length >= this.#packSize) {
      const own = new PackBuilder(type);
      own.add(id, sealed, uncompressedLength);
      onPack(own.finish(this.#sealer, this.#random));
      return;
    }
    const packs = this.#open[type];
    const place = this.#random.bytes(1).readUInt8() % openPacksPerType;
    let pack = packs[place];
    if (pack?.wouldOverflow(sealed.length, 1) === true) {
      onPack(pack.finish(this.#sealer, this.#random));
      pack = undefined;
    }
    pack ??= new PackBuilder(type);
    pack.add(id, sealed, uncompressedLength);
    packs[place] = pack;
    if (pack.size >= this.#packSize) {
      packs[place] = undefined;
      onPack(pack.finish(this.#sealer, this.#random));
    }
  }

  /** What did not fill a pack yet, to be merged by the PackSink; the writer starts anew. Transferable. */
  drain(): OpenBlobs {
    const packs = [...this.#open.data, ...this.#open.tree].flatMap((pack) => pack?.takeOpen() ?? []);
    this.#open = { data: [], tree: [] };
    return { packs };
  }
}

/** The memory blocks of drained blobs, for the transfer list of `postMessage`. */
export function openBlobsTransferList(open: OpenBlobs): ArrayBuffer[] {
  return open.packs.flatMap((pack) => pack.parts.map((part) => part.buffer));
}
