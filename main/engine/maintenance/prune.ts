import { AppError, hasCode } from '../../../shared/errors.ts';
import { forEachConcurrently } from '../platform/concurrency.ts';
import { compressionLevels } from '../repository/blob-codec.ts';
import { defaultPackSize } from '../repository/blob-writer.ts';
import type { Repository } from '../repository/repository.ts';
import type { PackEntry } from '../repository/types.ts';
import { listSnapshots } from '../snapshot/snapshots.ts';
import { BlobCollector } from './blob-collector.ts';
import { freshRepository, listIndexIds, listPacks, requireRemovable } from './fresh-repository.ts';
import { removeFromIndex } from './index-rewrite.ts';
import { blobKey, planPrune } from './prune-plan.ts';
import type { PruneOptions, PrunePlan, PruneProgress, PruneReport } from './prune-types.ts';
import { readVerified } from './read-packs.ts';
import { collectUsedBlobs } from './used-blobs.ts';

async function loadWholeIndex(repository: Repository, signal: AbortSignal | undefined): Promise<void> {
  const { problems } = await repository.loadIndex(signal);
  const bad = problems.find(({ kind }) => kind !== 'duplicate');
  if (bad === undefined) return;
  throw new AppError('damaged', bad.message, {
    hint: 'Run "tidemark repair index" first. Nothing has been changed.',
    context: { index: bad.indexId },
  });
}

/**
 * Decides what a prune would do; changes nothing. Throws `damaged` or `missing-data` when something needed cannot be
 * read, because then nothing may be removed. The caller holds the exclusive lock (for a look only, none is needed) and
 * keeps it until {@link executePrune} is done.
 */
export async function makePrunePlan(
  repository: Repository,
  options: PruneOptions,
  onProgress: (progress: PruneProgress) => void = () => {},
  signal?: AbortSignal,
): Promise<PrunePlan> {
  const fresh = freshRepository(repository);
  const all = await listSnapshots(fresh, {}, signal === undefined ? {} : { signal });
  const ignored = new Set(options.ignoreSnapshots);
  const snapshots = all.filter(({ id }) => !ignored.has(id));
  const indexIds = await listIndexIds(fresh);
  await loadWholeIndex(fresh, signal);
  const roots = snapshots.map(({ tree }) => tree);
  const used = await collectUsedBlobs(fresh, roots, signal, (trees) => onProgress({ phase: 'trees', done: trees, total: null }));
  const { index } = fresh;
  const decisions = planPrune(
    {
      version: fresh.config.version,
      used,
      *indexed() {
        for (const id of index.packIds()) yield { id, entries: index.packEntries(id) };
      },
      listed: await listPacks(fresh),
      packSize: options.packSize ?? defaultPackSize,
    },
    options,
  );
  return { ...decisions, basis: { snapshotIds: snapshots.map(({ id }) => id), indexIds } };
}

/** Throws `conflict` when the repository is not as it was when the plan was made. */
async function requireUnchanged(repository: Repository, plan: PrunePlan): Promise<void> {
  const planned = new Set(plan.basis.snapshotIds);
  const snapshots = await repository.listSnapshotIds();
  const indexes = new Set(plan.basis.indexIds);
  const now = await listIndexIds(repository);
  const same = snapshots.every((id) => planned.has(id)) && now.length === indexes.size && now.every((id) => indexes.has(id));
  if (same) return;
  throw new AppError('conflict', 'The repository changed after the clean-up was planned.', {
    hint: 'Plan it again. Nothing has been changed.',
    retry: 'later',
  });
}

/** Deletes packs that nothing refers to; what cannot be deleted is left for the next prune. */
async function deletePacks(
  repository: Repository,
  ids: readonly string[],
  signal: AbortSignal | undefined,
  onDone: () => void,
): Promise<number> {
  let failed = 0;
  await forEachConcurrently(ids, repository.storage.properties.connections, async (id) => {
    signal?.throwIfAborted();
    try {
      await repository.removeFile('pack', id);
    } catch (error) {
      if (!hasCode(error, 'not-found')) failed += 1;
    }
    onDone();
  });
  return failed;
}

/** Copies the blobs to keep out of the packs to repack; every blob is verified on the way. */
async function repack(
  repository: Repository,
  plan: PrunePlan,
  onProgress: (progress: PruneProgress) => void,
  signal: AbortSignal | undefined,
): Promise<number> {
  const packSize = plan.options.packSize ?? defaultPackSize;
  const sink = repository.createPackSink({ packSize });
  const collector = new BlobCollector(repository, sink, packSize);
  const left = new Set(plan.keepBlobs);
  const compress = repository.config.version >= 2;
  const isRaw = (entry: PackEntry): boolean =>
    compress && entry.uncompressedLength === 0 && (entry.type === 'tree' || plan.options.repackUncompressed === true);
  let done = 0;
  for (const packId of plan.repackPacks) {
    signal?.throwIfAborted();
    const wanted: PackEntry[] = [];
    for (const entry of repository.index.packEntries(packId)) {
      if (left.delete(blobKey(entry.type, entry.id))) wanted.push(entry);
    }
    for await (const { entry, sealed, plaintext } of readVerified(repository, packId, wanted)) {
      if (sealed === undefined || isRaw(entry)) await collector.addPlain(entry.type, entry.id, plaintext, compressionLevels.auto);
      else await collector.addSealed(entry, sealed);
    }
    done += 1;
    onProgress({ phase: 'repack', done, total: plan.repackPacks.length });
  }
  await collector.finish();
  requireAllStored(repository, plan, left);
  return sink.bytesStored;
}

/** The last look before anything is removed: each blob to keep is in a pack that stays. */
function requireAllStored(repository: Repository, plan: PrunePlan, left: ReadonlySet<string>): void {
  const leaving = new Set([...plan.repackPacks, ...plan.removePacks, ...plan.missingPacks]);
  const lost = [...plan.keepBlobs].find((key) => {
    const type = key.startsWith('tree:') ? 'tree' : 'data';
    const locations = repository.index.findAll(type, key.slice(type.length + 1));
    return left.has(key) || locations.every(({ packId }) => leaving.has(packId));
  });
  if (lost === undefined) return;
  throw new AppError('internal', `Data that is needed was not copied (${lost}).`, {
    hint: 'Nothing was removed. Run "tidemark check".',
  });
}

/**
 * Carries a plan out in the order that keeps everything needed in place at every instant (format section 17.2):
 * unindexed packs go, blobs to keep are copied and made durable with their index, the index is rewritten, and only
 * then packs are deleted. Throws `conflict` when the repository changed since the plan, `cancelled` between steps.
 * The caller holds the exclusive lock since the plan was made; `signal` must fire when it is lost. The in-memory index of
 * `repository` is out of date afterwards: open the repository anew before writing to it.
 */
export async function executePrune(
  repository: Repository,
  plan: PrunePlan,
  onProgress: (progress: PruneProgress) => void = () => {},
  signal?: AbortSignal,
): Promise<PruneReport> {
  requireRemovable(repository);
  const fresh = freshRepository(repository);
  await requireUnchanged(fresh, plan);
  await loadWholeIndex(fresh, signal);
  const obsolete = [...plan.removePacks, ...plan.repackPacks];
  const total = plan.unindexedPacks.length + obsolete.length;
  let deleted = 0;
  const onDeleted = (): void => onProgress({ phase: 'delete', done: (deleted += 1), total });
  let failed = await deletePacks(fresh, plan.unindexedPacks, signal, onDeleted);
  const bytesWritten = plan.repackPacks.length === 0 ? 0 : await repack(fresh, plan, onProgress, signal);
  onProgress({ phase: 'index', done: 0, total: null });
  signal?.throwIfAborted();
  await removeFromIndex(fresh, await listIndexIds(fresh), new Set([...obsolete, ...plan.missingPacks]), signal);
  failed += await deletePacks(fresh, obsolete, signal, onDeleted);
  return { bytesWritten, packsDeleted: deleted - failed, packsNotDeleted: failed };
}
