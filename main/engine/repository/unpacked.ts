import { AppError } from '../../../shared/errors.ts';
import type { RandomSource } from '../platform/random.ts';
import { zstdCompress, zstdDecompress } from '../platform/zstd.ts';
import { compressionLevels } from './blob-codec.ts';
import { damagedFile } from './damage.ts';
import type { Sealer } from './seal.ts';
import type { RepositoryVersion } from './types.ts';

/** Files that hold one sealed JSON text. */
export type UnpackedType = 'index' | 'snapshot' | 'lock';

const compressedMark = 0x02;
const objectStart = 0x7b;
const arrayStart = 0x5b;

/** No JSON of a file may unpack to more: V8's longest text is near 512 MiB. */
const largestContent: Readonly<Record<UnpackedType, number>> = {
  lock: 1024 * 1024,
  snapshot: 256 * 1024 * 1024,
  index: 480 * 1024 * 1024,
};

/** The bytes of an unpacked file (format section 6) with this JSON. */
export function encodeUnpacked(
  sealer: Sealer,
  version: RepositoryVersion,
  json: Uint8Array,
  random: RandomSource,
): Buffer<ArrayBuffer> {
  if (version === 1) return sealer.seal(json, random);
  const compressed = zstdCompress(json, compressionLevels.auto);
  return sealer.seal(Buffer.concat([Buffer.of(compressedMark), compressed]), random);
}

/** The JSON of an unpacked file; may be empty. `damaged` when altered, or not of a known form. */
export function decodeUnpacked(
  sealer: Sealer,
  version: RepositoryVersion,
  type: UnpackedType,
  name: string,
  file: Uint8Array,
): Buffer {
  const content = sealer.tryOpen(file);
  if (content === undefined) throw damagedFile(type, name, 'it was altered or cut short');
  const first = content[0];
  if (version === 1 || first === undefined || first === objectStart || first === arrayStart) return content;
  if (first !== compressedMark) throw damagedFile(type, name, 'its content has an unknown form');
  try {
    return zstdDecompress(content.subarray(1), largestContent[type]);
  } catch (error) {
    throw error instanceof AppError ? damagedFile(type, name, 'its compressed content could not be read', error) : error;
  }
}
