import { AppError, hasCode } from '../../../shared/errors.ts';
import { readPackHeader } from '../repository/pack-reader.ts';
import type { Repository } from '../repository/repository.ts';
import type { PackEntry } from '../repository/types.ts';
import { compressionLevels } from '../repository/blob-codec.ts';
import { BlobCollector } from './blob-collector.ts';
import { freshRepository, listIndexIds, listPacks, requireRemovable } from './fresh-repository.ts';
import { removeFromIndex } from './index-rewrite.ts';
import { blobKey } from './prune-plan.ts';
import { readVerified } from './read-packs.ts';

/** What a pack repair did: blobs that were saved into new packs, and those that are lost (unless another copy exists). */
export interface RepairPacksReport {
  readonly packs: number;
  readonly savedBlobs: number;
  readonly lostBlobs: readonly { readonly type: PackEntry['type']; readonly id: string }[];
  readonly packsNotDeleted: number;
}

/** The blobs to look for: those of the index, then those of the header that the index does not have like this. */
async function entriesOf(repository: Repository, packId: string, size: number): Promise<PackEntry[]> {
  const indexed = repository.index.packEntries(packId);
  try {
    const { entries } = await readPackHeader(repository.storage, repository.sealer, repository.config.version, packId, size);
    const text = ({ id, type, offset, length }: PackEntry): string => `${type}${id}${offset}:${length}`;
    const known = new Set(indexed.map(text));
    return [...indexed, ...entries.filter((entry) => !known.has(text(entry)))];
  } catch (error) {
    if (!hasCode(error, 'damaged', 'missing-data', 'not-found')) throw error;
    return indexed;
  }
}

/**
 * Saves every blob that is still intact in the given packs into new packs, takes the packs out of the index and deletes
 * them, in this order and durably (format section 19). The index must be readable (`repair index` first). The caller
 * holds the exclusive lock; the in-memory index of `repository` is out of date afterwards.
 */
export async function repairPacks(
  repository: Repository,
  packIds: readonly string[],
  onProgress: (done: number, total: number) => void = () => {},
  signal?: AbortSignal,
): Promise<RepairPacksReport> {
  requireRemovable(repository);
  const fresh = freshRepository(repository);
  const { problems } = await fresh.loadIndex(signal);
  const unreadable = problems.find(({ kind }) => kind === 'unreadable');
  if (unreadable !== undefined) {
    throw new AppError('damaged', unreadable.message, { hint: 'Run "tidemark repair index" first. Nothing has been changed.' });
  }
  const listed = await listPacks(fresh);
  const unknown = packIds.find((id) => !listed.has(id) && fresh.index.packSize(id) === undefined);
  if (unknown !== undefined) throw new AppError('not-found', `There is no pack ${unknown}.`, { hint: 'Run "tidemark check --read-data".' });
  const sink = fresh.createPackSink();
  const collector = new BlobCollector(fresh, sink);
  const saved = new Set<string>();
  const lost = new Map<string, { readonly type: PackEntry['type']; readonly id: string }>();
  for (const [done, packId] of packIds.entries()) {
    signal?.throwIfAborted();
    const size = listed.get(packId);
    const entries = size === undefined ? [] : await entriesOf(fresh, packId, size);
    const fits = entries.filter(({ offset, length }) => offset + length <= (size ?? 0));
    const note = ({ type, id }: PackEntry): void => void lost.set(blobKey(type, id), { type, id });
    const cut = size === undefined ? fresh.index.packEntries(packId) : entries.filter((entry) => !fits.includes(entry));
    for (const entry of cut) note(entry);
    for await (const { entry, sealed, plaintext } of readVerified(fresh, packId, fits, note)) {
      const key = blobKey(entry.type, entry.id);
      if (saved.has(key)) continue;
      saved.add(key);
      if (sealed === undefined) await collector.addPlain(entry.type, entry.id, plaintext, compressionLevels.auto);
      else await collector.addSealed(entry, sealed);
    }
    onProgress(done + 1, packIds.length);
  }
  await collector.finish();
  signal?.throwIfAborted();
  await removeFromIndex(fresh, await listIndexIds(fresh), new Set(packIds), signal);
  let packsNotDeleted = 0;
  for (const id of packIds) {
    signal?.throwIfAborted();
    if (!listed.has(id)) continue;
    try {
      await fresh.removeFile('pack', id);
    } catch {
      packsNotDeleted += 1;
    }
  }
  const going = new Set(packIds);
  const lostBlobs = [...lost].filter(([key, { type, id }]) => {
    return !saved.has(key) && fresh.index.findAll(type, id).every((location) => going.has(location.packId));
  });
  return { packs: packIds.length, savedBlobs: saved.size, lostBlobs: lostBlobs.map(([, blob]) => blob), packsNotDeleted };
}
