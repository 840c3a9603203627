import { join } from 'node:path';
import { AppError, hasCode } from '../../../shared/errors.ts';
import { fs } from '../platform/native-fs.ts';
import { systemCode } from '../storage/storage-errors.ts';
import type { Storage } from '../storage/storage.ts';
import { damagedFile } from './damage.ts';
import { decodePackHeader, maximumHeaderSize, minimumPackSize } from './pack/pack-header.ts';
import { sealerOf, sealOverhead, type SealingKey } from './seal.ts';
import type { PackEntry, RepositoryVersion } from './types.ts';

/** What every read of blobs needs to know of one. */
export interface BlobRange {
  readonly offset: number;
  readonly length: number;
}

/** Neighbouring blobs of one pack, fetched with one read. */
export interface ReadGroup<T extends BlobRange> {
  readonly offset: number;
  readonly length: number;
  readonly blobs: readonly T[];
}

const largestGap = 1024 * 1024;
const largestRead = 32 * 1024 * 1024;

/** Bytes behind the blobs that are fetched at first: enough for a header of 15 blobs. */
const eagerHeader = 36 + 15 * 41;

/**
 * Groups blobs of one pack into reads by ascending offset: gaps up to 1 MiB are read through, a read has at most
 * 32 MiB unless a single blob is larger. Blobs listed twice share their bytes.
 */
export function groupRanges<T extends BlobRange>(blobs: readonly T[]): ReadGroup<T>[] {
  const groups: ReadGroup<T>[] = [];
  let members: T[] = [];
  let start = 0;
  let end = 0;
  const close = () => {
    if (members.length > 0) groups.push({ offset: start, length: end - start, blobs: members });
  };
  for (const blob of blobs.toSorted((a, b) => a.offset - b.offset)) {
    const blobEnd = blob.offset + blob.length;
    if (members.length === 0 || blob.offset - end > largestGap || blobEnd - start > largestRead) {
      close();
      members = [];
      start = blob.offset;
      end = blob.offset;
    }
    members.push(blob);
    end = Math.max(end, blobEnd);
  }
  close();
  return groups;
}

/** The sealed bytes of one blob within the bytes of its group. */
export function sliceBlob(group: ReadGroup<BlobRange>, bytes: Buffer, blob: BlobRange): Buffer {
  const start = blob.offset - group.offset;
  return bytes.subarray(start, start + blob.length);
}

/** The path of a pack below a `data` folder of this machine. */
export function localPackPath(dataRoot: string, packId: string): string {
  return join(dataRoot, packId.slice(0, 2), packId);
}

/**
 * Reads part of a pack synchronously, for worker threads. `into` (at least `range.length` bytes) is filled when given.
 * `missing-data` when the pack is not there, `damaged` when it is too short, `storage-failed` otherwise.
 */
export function readPackSync(dataRoot: string, packId: string, range: BlobRange, into?: Buffer): Buffer {
  const buffer = into?.subarray(0, range.length) ?? Buffer.allocUnsafeSlow(range.length);
  let file: number;
  try {
    file = fs.openSync(localPackPath(dataRoot, packId), 'r');
  } catch (error) {
    throw readError(packId, error);
  }
  try {
    let done = 0;
    while (done < range.length) {
      const read = fs.readSync(file, buffer, done, range.length - done, range.offset + done);
      if (read === 0) throw damagedFile('pack', packId, 'it is shorter than the index says');
      done += read;
    }
  } catch (error) {
    throw error instanceof AppError ? error : readError(packId, error);
  } finally {
    fs.closeSync(file);
  }
  return buffer;
}

function readError(packId: string, error: unknown): AppError {
  const missing = systemCode(error) === 'ENOENT' || hasCode(error, 'not-found');
  return missing
    ? new AppError('missing-data', `A pack file (${packId.slice(0, 8)}) is missing.`, {
        hint: 'Run "tidemark check" to see what is affected, then back up again to heal what still exists.',
        context: { pack: packId },
        cause: error,
      })
    : new AppError('storage-failed', `A pack file (${packId.slice(0, 8)}) could not be read.`, {
        hint: 'Check that the destination is connected and healthy, then try again.',
        retry: 'later',
        context: { pack: packId },
        cause: error,
      });
}

/** Reads part of a pack from any storage; `missing-data` when the pack is not there. */
export async function readPack(storage: Storage, packId: string, range: BlobRange): Promise<Buffer> {
  try {
    return await storage.load({ type: 'pack', name: packId }, { offset: range.offset, length: range.length });
  } catch (error) {
    throw hasCode(error, 'not-found') ? readError(packId, error) : error;
  }
}

/** The header of a pack: its blobs, and the length of the sealed header with its length field. */
export interface PackHeader {
  readonly entries: PackEntry[];
  readonly headerLength: number;
}

/**
 * The header of a pack that is in memory, or of whose end `tail` is a part. `undefined` means that `tail` is too short
 * and must have at least `needed` bytes. `damaged` when the header cannot be true for a file of `size` bytes.
 */
export function parsePackTail(
  key: SealingKey,
  version: RepositoryVersion,
  packId: string,
  size: number,
  tail: Uint8Array,
): PackHeader | { readonly needed: number } {
  if (size < minimumPackSize) throw damagedFile('pack', packId, `it is only ${size} bytes long`);
  const bytes = Buffer.from(tail.buffer, tail.byteOffset, tail.length);
  const length = bytes.readUInt32LE(bytes.length - 4);
  if (length < sealOverhead || length + 4 > size || length > maximumHeaderSize) {
    throw damagedFile('pack', packId, 'the length of its header is impossible');
  }
  if (length + 4 > bytes.length) return { needed: length + 4 };
  const sealed = bytes.subarray(bytes.length - 4 - length, bytes.length - 4);
  const header = sealerOf(key).tryOpen(sealed);
  if (header === undefined) throw damagedFile('pack', packId, 'its header was altered');
  const entries = decodePackHeader(header, version, packId);
  const body = entries.reduce((sum, entry) => sum + entry.length, 0);
  if (body + length + 4 !== size) throw damagedFile('pack', packId, 'its size does not fit its header');
  return { entries, headerLength: length + 4 };
}

/** Reads the header of a pack file of `size` bytes with one or two reads. */
export async function readPackHeader(
  storage: Storage,
  key: SealingKey,
  version: RepositoryVersion,
  packId: string,
  size: number,
): Promise<PackHeader> {
  const read = (length: number) => readPack(storage, packId, { offset: size - length, length });
  if (size < minimumPackSize) throw damagedFile('pack', packId, `it is only ${size} bytes long`);
  const first = parsePackTail(key, version, packId, size, await read(Math.min(size, eagerHeader)));
  if ('entries' in first) return first;
  const second = parsePackTail(key, version, packId, size, await read(first.needed));
  if ('entries' in second) return second;
  throw damagedFile('pack', packId, 'its header changed while it was read');
}
