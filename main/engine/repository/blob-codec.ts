import { AppError } from '../../../shared/errors.ts';
import { sha256 } from '../platform/crypto.ts';
import type { RandomSource } from '../platform/random.ts';
import { releaseMemory } from '../platform/release-memory.ts';
import { zstdCompress, zstdDecompress } from '../platform/zstd.ts';
import { idBytes } from './ids.ts';
import { sealerOf, sealOverhead, type Sealer, type SealingKey } from './seal.ts';
import type { RepositoryVersion } from './types.ts';

/** zstd levels of the compression modes; also the level of everything that is always compressed. */
export const compressionLevels = { auto: 3, max: 11 } as const;

/** The largest plaintext of one blob: lengths in the format are 32-bit, and V8's buffers end below that. */
export const maximumBlobSize = 0xffff_ffff - sealOverhead;

/** How one blob is compressed (format section 9), sealed (3) and proven readable. */
export interface EncodeOptions {
  readonly version: RepositoryVersion;
  /** zstd level, or `undefined` to store plain. Ignored (plain) in version 1. */
  readonly level: number | undefined;
  /** Open the sealed bytes again and compare them with the plaintext. */
  readonly verify: boolean;
  /** Store plain when compression saves nothing; never set for trees, which other programs would repack. */
  readonly plainWhenLarger?: boolean;
  readonly random: RandomSource;
}

/** A blob as a pack stores it (format section 7); the bytes may be transferred to another thread. */
export interface EncodedBlob {
  /** The bytes for the pack, in a memory block of their own. */
  readonly sealed: Buffer<ArrayBuffer>;
  /** Length of the plaintext when compressed; 0 = stored plain. */
  readonly uncompressedLength: number;
}

/** Compresses (version 2) and seals one blob. `internal` when `verify` finds that it could not be read back. */
export function encodeBlob(key: SealingKey, plaintext: Uint8Array, options: EncodeOptions): EncodedBlob {
  if (plaintext.length > maximumBlobSize) {
    throw new AppError('too-large', 'A folder or file part is too large for the backup format (4 GiB).');
  }
  const sealer = sealerOf(key);
  let compressed: Buffer<ArrayBuffer> | undefined;
  if (options.version === 2 && options.level !== undefined && plaintext.length > 0) {
    compressed = zstdCompress(plaintext, options.level);
    if (options.plainWhenLarger === true && compressed.length >= plaintext.length) {
      releaseMemory(compressed);
      compressed = undefined;
    }
  }
  const uncompressedLength = compressed === undefined ? 0 : plaintext.length;
  const sealed = sealer.seal(compressed ?? plaintext, options.random);
  if (compressed !== undefined) releaseMemory(compressed);
  if (options.verify) verify(sealer, sealed, uncompressedLength, plaintext);
  return { sealed, uncompressedLength };
}

function verify(sealer: Sealer, sealed: Uint8Array, uncompressedLength: number, plaintext: Uint8Array): void {
  const opened = sealer.tryOpen(sealed);
  let readBack = opened;
  if (opened !== undefined && uncompressedLength !== 0) {
    readBack = zstdDecompress(opened, uncompressedLength);
    releaseMemory(opened);
  }
  if (readBack === undefined || Buffer.compare(readBack, plaintext) !== 0) {
    throw new AppError('internal', 'Data could not be read back after it was compressed and encrypted.', {
      hint: 'The memory or processor of this computer may be faulty. Nothing wrong was stored.',
    });
  }
  releaseMemory(readBack);
}

/** The plaintext of one sealed blob after checking MAC, length and SHA-256; `damaged` otherwise. */
export function decodeBlob(
  key: SealingKey,
  sealed: Uint8Array,
  uncompressedLength: number,
  id: string | Uint8Array,
): Buffer {
  const opened = sealerOf(key).open(sealed);
  const plaintext = uncompressedLength === 0 ? opened : zstdDecompress(opened, uncompressedLength);
  if (uncompressedLength !== 0 && plaintext.length !== uncompressedLength) {
    throw new AppError('damaged', 'A blob has another length than the index says.');
  }
  if (Buffer.compare(sha256(plaintext), idBytes(id)) !== 0) {
    throw new AppError('damaged', 'A blob has another content than its name says.');
  }
  return plaintext;
}
