import { AppError } from '../../../shared/errors.ts';
import { decodeBlob } from '../repository/blob-codec.ts';
import { readPackSync } from '../repository/pack-reader.ts';
import { sealerOf, type Sealer } from '../repository/seal.ts';
import type { BlobLocation } from '../repository/types.ts';
import type { AttachedRepository } from '../workers/context.ts';
import type { BlobRead, PackRange } from './blob-reads.ts';
import type { SuppliedRange } from './restore-jobs.ts';

/** Memory that one worker keeps for reading; grows to the largest read. */
export interface ReadMemory {
  buffer: Buffer;
}

/**
 * Reads ranges of packs in a worker, from files or from bytes that were handed over, and gives verified plaintext. A copy
 * that is damaged or missing is replaced by any other copy of the blob that can be read from files.
 */
export class BlobFetcher {
  private readonly repository: AttachedRepository;
  private readonly memory: ReadMemory;
  private readonly sealer: Sealer;
  private readonly supplied: ReadonlyMap<string, Uint8Array> | undefined;

  constructor(repository: AttachedRepository, memory: ReadMemory, supplied: readonly SuppliedRange[] | undefined) {
    this.repository = repository;
    this.memory = memory;
    this.sealer = sealerOf(repository.key);
    this.supplied =
      supplied === undefined
        ? undefined
        : new Map(supplied.map(({ packId, offset, bytes }) => [`${packId}:${offset}`, bytes]));
  }

  /** Calls `use` with each blob of the range in order: its plaintext, or why there is none. */
  forEachBlob(range: PackRange, use: (read: BlobRead, plaintext: Buffer | AppError) => void): void {
    let bytes: Uint8Array | undefined;
    try {
      bytes = this.supplied === undefined ? this.readPack(range.packId, range.offset, range.length) : this.given(range);
    } catch {
      // Each blob is then tried by itself, so that only what is really lost fails.
    }
    for (const read of range.blobs) use(read, this.decode(read, bytes, range.offset));
  }

  private given(range: PackRange): Uint8Array | undefined {
    return this.supplied?.get(`${range.packId}:${range.offset}`);
  }

  private decode(read: BlobRead, bytes: Uint8Array | undefined, start: number): Buffer | AppError {
    const { id } = read;
    if (bytes !== undefined) {
      try {
        return this.open(bytes.subarray(read.offset - start, read.offset - start + read.length), read, id);
      } catch {
        // Damaged here; there may be another copy.
      }
    }
    return this.decodeAnyCopy(id);
  }

  private decodeAnyCopy(id: string): Buffer | AppError {
    if (this.supplied === undefined) {
      for (const location of this.repository.index.findAll('data', Buffer.from(id, 'hex'))) {
        try {
          const bytes = this.readPack(location.packId, location.offset, location.length);
          return this.open(bytes, location, id);
        } catch {
          // The next copy may be good.
        }
      }
    }
    return new AppError('damaged', 'Part of this file is damaged in the backup.', {
      hint: 'Restore this file from another version, and check the backup.',
      context: { blob: id },
    });
  }

  private open(sealed: Uint8Array, location: BlobLocation, id: string): Buffer {
    return decodeBlob(this.sealer, sealed, location.uncompressedLength, id);
  }

  private readPack(packId: string, offset: number, length: number): Uint8Array {
    const root = this.repository.localDataRoot;
    if (root === undefined) throw new AppError('internal', 'The storage cannot be read from here.');
    if (this.memory.buffer.length < length) this.memory.buffer = Buffer.allocUnsafeSlow(length);
    return readPackSync(root, packId, { offset, length }, this.memory.buffer);
  }
}
