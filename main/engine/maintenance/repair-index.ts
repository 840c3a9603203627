import { hasCode } from '../../../shared/errors.ts';
import { forEachConcurrently } from '../platform/concurrency.ts';
import { readPackHeader } from '../repository/pack-reader.ts';
import type { Repository } from '../repository/repository.ts';
import type { PackEntry } from '../repository/types.ts';
import { freshRepository, listIndexIds, listPacks, requireRemovable } from './fresh-repository.ts';
import { removeIndexFiles, writeIndexFiles } from './index-rewrite.ts';
import type { PackListing } from './index-rewrite.ts';

/** What an index repair found and did. `unreadablePacks` keep their files but are in no index. */
export interface RepairIndexReport {
  readonly changed: boolean;
  readonly unreadableIndexes: readonly string[];
  readonly missingPacks: readonly string[];
  readonly readPacks: readonly string[];
  readonly unreadablePacks: readonly { readonly id: string; readonly message: string }[];
  readonly indexFilesWritten: number;
  readonly indexFilesRemoved: number;
}

/** How the index is repaired. `readAllPacks` ignores the old index; `dryRun` changes nothing. */
export interface RepairIndexOptions {
  readonly readAllPacks?: boolean;
  readonly dryRun?: boolean;
}

interface Sorting {
  readonly unreadableIndexes: string[];
  readonly distrusted: Set<string>;
  readonly hasDuplicates: boolean;
}

async function loadOldIndex(repository: Repository, signal: AbortSignal | undefined): Promise<Sorting> {
  const { problems } = await repository.loadIndex(signal);
  return {
    unreadableIndexes: problems.filter(({ kind }) => kind === 'unreadable').map(({ indexId }) => indexId),
    distrusted: new Set(problems.flatMap(({ kind, packId }) => (kind === 'different' && packId !== undefined ? [packId] : []))),
    hasDuplicates: problems.some(({ kind }) => kind === 'duplicate'),
  };
}

/**
 * Makes the index fit the pack files (format section 19): unreadable index files and packs that do not exist are left
 * out, headers of packs that are not in the index, or have another size, are read. New index files are durable before
 * old ones are removed; pack files are never touched. The caller holds the exclusive lock; the in-memory index of
 * `repository` is out of date afterwards.
 */
export async function repairIndex(
  repository: Repository,
  options: RepairIndexOptions = {},
  onProgress: (done: number, total: number) => void = () => {},
  signal?: AbortSignal,
): Promise<RepairIndexReport> {
  if (options.dryRun !== true) requireRemovable(repository);
  const fresh = freshRepository(repository);
  const indexIds = await listIndexIds(fresh);
  const old: Sorting =
    options.readAllPacks === true
      ? { unreadableIndexes: [], distrusted: new Set(), hasDuplicates: false }
      : await loadOldIndex(fresh, signal);
  const listed = await listPacks(fresh);
  const { index } = fresh;
  const keep: string[] = [];
  const missingPacks: string[] = [];
  for (const id of index.packIds()) {
    const size = listed.get(id);
    if (size === undefined) missingPacks.push(id);
    else if (size === index.packSize(id) && !old.distrusted.has(id)) keep.push(id);
  }
  const kept = new Set(keep);
  const toRead = [...listed].filter(([id]) => !kept.has(id));
  const { found, unreadable } = await readHeaders(fresh, toRead, onProgress, signal);
  const changed =
    old.unreadableIndexes.length > 0 || missingPacks.length > 0 || toRead.length > 0 || old.hasDuplicates || options.readAllPacks === true;
  const report = {
    changed,
    unreadableIndexes: old.unreadableIndexes,
    missingPacks,
    readPacks: [...found.keys()],
    unreadablePacks: unreadable,
  };
  if (!changed || options.dryRun === true) return { ...report, indexFilesWritten: 0, indexFilesRemoved: 0 };
  const listings = function* (): Generator<PackListing> {
    for (const id of keep) yield { id, entries: index.packEntries(id) };
    for (const [id, entries] of found) yield { id, entries };
  };
  const written = new Set(await writeIndexFiles(fresh, listings(), signal));
  const removed = await removeIndexFiles(fresh, indexIds.filter((id) => !written.has(id)), signal);
  return { ...report, indexFilesWritten: written.size, indexFilesRemoved: removed };
}

async function readHeaders(
  repository: Repository,
  packs: readonly (readonly [string, number])[],
  onProgress: (done: number, total: number) => void,
  signal: AbortSignal | undefined,
): Promise<{ readonly found: Map<string, readonly PackEntry[]>; readonly unreadable: { id: string; message: string }[] }> {
  const found = new Map<string, readonly PackEntry[]>();
  const unreadable: { id: string; message: string }[] = [];
  const { storage, sealer, config } = repository;
  let done = 0;
  await forEachConcurrently(packs, storage.properties.connections, async ([id, size]) => {
    signal?.throwIfAborted();
    try {
      found.set(id, (await readPackHeader(storage, sealer, config.version, id, size)).entries);
    } catch (error) {
      if (!hasCode(error, 'damaged', 'missing-data', 'not-found')) throw error;
      unreadable.push({ id, message: error.message });
    }
    onProgress((done += 1), packs.length);
  });
  return { found, unreadable };
}
