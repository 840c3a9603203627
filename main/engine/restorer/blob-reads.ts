import { AppError } from '../../../shared/errors.ts';
import type { BlobIndex } from '../repository/blob-index.ts';
import { groupRanges, type ReadGroup } from '../repository/pack-reader.ts';
import { sealOverhead } from '../repository/seal.ts';
import type { BlobLocation } from '../repository/types.ts';

/** No writer cuts blobs of this size; a larger claim is an attempt to exhaust memory. */
const largestBlob = 512 * 1024 * 1024;

/** Where a blob goes: file number and offset in that file. */
export interface BlobTarget {
  readonly file: number;
  readonly offset: number;
}

/** One stored blob (lengths as in the index) and every place it goes to. */
export interface BlobRead extends BlobLocation {
  readonly id: string;
  readonly targets: BlobTarget[];
}

/** One contiguous read of a pack; blobs ascend by offset. */
export interface PackRange extends ReadGroup<BlobRead> {
  readonly packId: string;
}

/** Plaintext bytes of a stored blob. */
export function plainLength(location: BlobLocation): number {
  return location.uncompressedLength === 0 ? location.length - sealOverhead : location.uncompressedLength;
}

/** Where a data blob is: `missing-data` when nowhere, `hostile-data` when its claimed size is absurd. */
export function locateBlob(index: BlobIndex, id: string): BlobLocation {
  const location = index.find('data', Buffer.from(id, 'hex'));
  if (location === undefined) {
    throw new AppError('missing-data', 'Part of this file is missing in the backup.', {
      hint: 'Restore this file from another version, and check the backup.',
    });
  }
  if (plainLength(location) > largestBlob || location.length > largestBlob) {
    throw new AppError('hostile-data', 'Part of this file claims an absurd size.', {
      hint: 'Restore this file from another version, and check the backup.',
    });
  }
  return location;
}

/**
 * The reads for a set of files: packs in order of first need, neighbours within 1 MiB read together, at most 32 MiB a read,
 * every stored blob once. A file with a blob that cannot be located is given to `onFailure` and needs nothing.
 */
export function planReads(
  index: BlobIndex,
  files: readonly { readonly content: readonly string[]; readonly offset: number }[],
  onFailure: (file: number, error: unknown) => void,
): { readonly ranges: PackRange[]; readonly lengths: number[]; readonly blobs: number[] } {
  const packs = new Map<string, Map<number, BlobRead>>();
  const lengths: number[] = [];
  const blobs: number[] = [];
  for (const [file, { content, offset }] of files.entries()) {
    lengths.push(0);
    blobs.push(0);
    try {
      const located = content.map((id) => ({ id, location: locateBlob(index, id) }));
      let at = offset;
      for (const { id, location } of located) {
        const pack = packs.get(location.packId) ?? new Map<number, BlobRead>();
        packs.set(location.packId, pack);
        const read = pack.get(location.offset) ?? { ...location, id, targets: [] };
        pack.set(location.offset, read);
        read.targets.push({ file, offset: at });
        at += plainLength(location);
      }
      lengths[file] = at - offset;
      blobs[file] = content.length;
    } catch (error) {
      onFailure(file, error);
    }
  }
  const ranges = [...packs].flatMap(([packId, reads]) =>
    groupRanges([...reads.values()]).map((group) => ({ ...group, packId })),
  );
  return { ranges, lengths, blobs };
}
