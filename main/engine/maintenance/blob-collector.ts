import { encodeBlob } from '../repository/blob-codec.ts';
import { defaultPackSize } from '../repository/blob-writer.ts';
import type { PackSink } from '../repository/pack-sink.ts';
import type { Repository } from '../repository/repository.ts';
import type { BlobType, PackEntry } from '../repository/types.ts';

interface OpenPile {
  readonly blobs: { readonly id: string; readonly sealed: Uint8Array; readonly uncompressedLength: number }[];
  size: number;
}

const pilesPerType = 2;
/** As many blobs as a pack header surely has room for. */
const mostBlobs = 300_000;

/**
 * Gathers blobs that are already sealed (or seals them) into packs, without asking whether they are known. Two piles of
 * a type are open and each blob goes to a random one, so that a pack does not tell the order of its blobs.
 */
export class BlobCollector {
  readonly #repository: Repository;
  readonly #sink: PackSink;
  readonly #packSize: number;
  readonly #piles: Record<BlobType, OpenPile[]> = { data: emptyPiles(), tree: emptyPiles() };

  constructor(repository: Repository, sink: PackSink, packSize = defaultPackSize) {
    this.#repository = repository;
    this.#sink = sink;
    this.#packSize = packSize;
  }

  /** Adds a sealed blob as it is; the bytes are copied. Resolves when there is room for the next. */
  async addSealed(entry: Pick<PackEntry, 'type' | 'id' | 'uncompressedLength'>, sealed: Uint8Array): Promise<void> {
    const { type, id, uncompressedLength } = entry;
    const piles = this.#piles[type];
    const place = (this.#repository.random.bytes(1)[0] ?? 0) % pilesPerType;
    const pile = piles[place] ?? { blobs: [], size: 0 };
    pile.blobs.push({ id, sealed: Uint8Array.from(sealed), uncompressedLength });
    pile.size += sealed.length;
    piles[place] = pile;
    if (pile.size < this.#packSize && pile.blobs.length < mostBlobs) return;
    piles[place] = { blobs: [], size: 0 };
    await this.#store(type, pile);
  }

  /** Compresses, seals and adds a blob. */
  async addPlain(type: BlobType, id: string, plaintext: Uint8Array, level: number | undefined): Promise<void> {
    const { sealer, config, random } = this.#repository;
    const encoded = encodeBlob(sealer, plaintext, { version: config.version, level, verify: true, random });
    await this.addSealed({ type, id, uncompressedLength: encoded.uncompressedLength }, encoded.sealed);
  }

  /** Stores what is left; when resolved, all packs and the index files that name them are durable. */
  async finish(): Promise<void> {
    for (const type of ['data', 'tree'] as const) {
      const blobs = this.#piles[type].flatMap((pile) => pile.blobs);
      const size = blobs.reduce((sum, { sealed }) => sum + sealed.length, 0);
      this.#piles[type] = emptyPiles();
      await this.#store(type, { blobs, size });
    }
    await this.#sink.flush();
  }

  async #store(type: BlobType, pile: OpenPile): Promise<void> {
    if (pile.blobs.length === 0) return;
    const bytes = new Uint8Array(pile.size);
    let offset = 0;
    const entries = pile.blobs.map(({ id, sealed, uncompressedLength }): PackEntry => {
      bytes.set(sealed, offset);
      offset += sealed.length;
      return { id, type, offset: offset - sealed.length, length: sealed.length, uncompressedLength };
    });
    await this.#sink.merge([{ packs: [{ type, parts: [bytes], size: pile.size, entries }] }]);
  }
}

function emptyPiles(): OpenPile[] {
  return Array.from({ length: pilesPerType }, () => ({ blobs: [], size: 0 }));
}
