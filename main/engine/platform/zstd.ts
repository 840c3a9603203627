import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { AppError } from '../../../shared/errors.ts';

/** Above this level zstd's window exceeds 8 MiB, which readers need not accept. */
const highestLevel = 19;

/** One zstd frame of `data`: content size present, no checksum, window at most 8 MiB. `level` is 1 to 19. */
export function zstdCompress(data: Uint8Array, level: number): Buffer<ArrayBuffer> {
  return zstdCompressSync(data, {
    chunkSize: outputChunk(data.length + (data.length >>> 8) + 1024),
    params: {
      [constants.ZSTD_c_compressionLevel]: Math.min(Math.max(1, Math.trunc(level)), highestLevel),
      [constants.ZSTD_c_checksumFlag]: 0,
      [constants.ZSTD_c_contentSizeFlag]: 1,
    },
  });
}

/**
 * The content of one zstd frame. Stops with `damaged` before more than `maxLength` bytes are produced. Bytes after the
 * first frame are ignored, so callers compare the length (or hash) with what they expect.
 */
export function zstdDecompress(data: Uint8Array, maxLength: number): Buffer<ArrayBuffer> {
  try {
    // One byte more than fits: a buffer that is exactly full makes Node take a second one and call zstd again.
    return zstdDecompressSync(data, { maxOutputLength: Math.max(1, maxLength), chunkSize: outputChunk(maxLength + 1) });
  } catch (error) {
    throw new AppError('damaged', 'Compressed data could not be read.', { cause: error });
  }
}

/** Output buffers near the real size spare joining many small ones; the ceiling bounds what a wrong size can cost. */
function outputChunk(expected: number): number {
  return Math.min(Math.max(expected, 1024), 16 * 1024 * 1024);
}
