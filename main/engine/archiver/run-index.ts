import type { BlobIndex } from '../repository/blob-index.ts';
import type { BlobId, BlobType } from '../repository/types.ts';

/**
 * What a run knows: the repository's index, and what the run itself has promised to store. Promises are kept apart, so
 * that a run that ends before its packs are stored leaves nothing behind that later runs would rely on.
 */
export class RunIndex {
  readonly #known: BlobIndex;
  readonly #pending: BlobIndex;

  constructor(known: BlobIndex, pending: BlobIndex) {
    this.#known = known;
    this.#pending = pending;
  }

  /** True for exactly one of all threads that ask: the caller must store the blob. */
  claim(type: BlobType, id: BlobId): boolean {
    return !this.#known.has(type, id) && this.#pending.claim(type, id);
  }

  /** Whether the blob is stored or promised. */
  has(type: BlobType, id: BlobId): boolean {
    return this.#known.has(type, id) || this.#pending.has(type, id);
  }
}
