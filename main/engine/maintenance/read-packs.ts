import { hasCode } from '../../../shared/errors.ts';
import { decodeBlob } from '../repository/blob-codec.ts';
import { groupRanges, readPack, sliceBlob } from '../repository/pack-reader.ts';
import type { Repository } from '../repository/repository.ts';
import type { PackEntry } from '../repository/types.ts';

/** A blob of a pack after MAC, length and hash were checked. `sealed` is undefined when only another copy was intact. */
export interface VerifiedBlob {
  readonly entry: PackEntry;
  readonly plaintext: Buffer;
  readonly sealed: Uint8Array | undefined;
}

/**
 * Reads blobs of one pack with few requests and verifies each. A blob that is not intact here is taken from another
 * copy in the index; when there is none, its error is thrown, or given to `onDamage`.
 */
export async function* readVerified(
  repository: Repository,
  packId: string,
  entries: readonly PackEntry[],
  onDamage?: (entry: PackEntry, error: Error) => void,
): AsyncGenerator<VerifiedBlob> {
  for (const group of groupRanges(entries)) {
    let bytes: Buffer | undefined;
    try {
      bytes = await readPack(repository.storage, packId, group);
    } catch (error) {
      if (!hasCode(error, 'damaged', 'missing-data', 'not-found')) throw error;
    }
    for (const entry of group.blobs) {
      const blob = bytes === undefined ? undefined : openBlob(repository, sliceBlob(group, bytes, entry), entry);
      if (blob !== undefined) {
        yield blob;
        continue;
      }
      const copy = await anotherCopy(repository, packId, entry, onDamage);
      if (copy !== undefined) yield { entry, plaintext: copy, sealed: undefined };
    }
  }
}

function openBlob(repository: Repository, sealed: Buffer, entry: PackEntry): VerifiedBlob | undefined {
  try {
    return { entry, sealed, plaintext: decodeBlob(repository.sealer, sealed, entry.uncompressedLength, entry.id) };
  } catch (error) {
    if (hasCode(error, 'damaged', 'too-large')) return undefined;
    throw error;
  }
}

/** One blob alone (a long read may have failed only at its end), then its copies in other packs. */
async function anotherCopy(
  repository: Repository,
  packId: string,
  entry: PackEntry,
  onDamage: ((entry: PackEntry, error: Error) => void) | undefined,
): Promise<Buffer | undefined> {
  try {
    const sealed = await readPack(repository.storage, packId, entry);
    const blob = openBlob(repository, sealed, entry);
    if (blob !== undefined) return blob.plaintext;
  } catch (error) {
    if (!hasCode(error, 'damaged', 'missing-data', 'not-found')) throw error;
  }
  try {
    return await repository.loadBlob(entry.type, entry.id);
  } catch (error) {
    if (onDamage === undefined || !hasCode(error, 'damaged', 'missing-data')) throw error;
    onDamage(entry, error);
    return undefined;
  }
}
