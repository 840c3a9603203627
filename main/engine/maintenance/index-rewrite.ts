import { AppError } from '../../../shared/errors.ts';
import type { Repository } from '../repository/repository.ts';
import type { PackEntry } from '../repository/types.ts';

/** A pack with its blobs, as it goes into an index file. */
export interface PackListing {
  readonly id: string;
  readonly entries: readonly PackEntry[];
}

const fullIndex = 50_000;

/** Writes index files of at most about 50,000 blobs each; whole packs only. Gives the ids of the new files. */
export async function writeIndexFiles(
  repository: Repository,
  packs: Iterable<PackListing>,
  signal?: AbortSignal,
): Promise<string[]> {
  const written: string[] = [];
  let batch: PackListing[] = [];
  let blobs = 0;
  const flush = async (): Promise<void> => {
    if (batch.length > 0) written.push(await repository.saveIndex(batch));
    batch = [];
    blobs = 0;
  };
  for (const pack of packs) {
    signal?.throwIfAborted();
    batch.push(pack);
    blobs += pack.entries.length;
    if (blobs >= fullIndex) await flush();
  }
  await flush();
  return written;
}

/** Removes index files; one that is gone already is no error. */
export async function removeIndexFiles(repository: Repository, ids: Iterable<string>, signal?: AbortSignal): Promise<number> {
  let removed = 0;
  for (const id of ids) {
    signal?.throwIfAborted();
    try {
      await repository.removeFile('index', id);
      removed += 1;
    } catch (error) {
      if (!(error instanceof AppError && error.code === 'not-found')) throw error;
    }
  }
  return removed;
}

interface ListedPack {
  readonly id: string;
  readonly blobs: number;
}

async function packsOfFile(repository: Repository, indexId: string): Promise<ListedPack[]> {
  const text = (await repository.loadUnpacked('index', indexId)).toString('latin1');
  const value = JSON.parse(text) as { readonly packs?: readonly { readonly id: string; readonly blobs: readonly unknown[] }[] | null };
  return (value.packs ?? []).map(({ id, blobs }) => ({ id, blobs: blobs.length }));
}

/**
 * Takes packs out of the index: writes new index files for what has to move, durably, and only then removes the old
 * ones. A file stays as it is when it is full, names no pack of `obsolete` and none that another kept file names.
 * `indexIds` are the files that the repository's loaded index consists of; none of them may be unreadable. With
 * nothing to take out, files are left alone. Source: format sections 14 and 17.2.
 */
export async function removeFromIndex(
  repository: Repository,
  indexIds: readonly string[],
  obsolete: ReadonlySet<string>,
  signal?: AbortSignal,
): Promise<void> {
  const kept = new Set<string>();
  const move = new Set<string>();
  const replaced: string[] = [];
  let mustWrite = false;
  for (const indexId of indexIds) {
    signal?.throwIfAborted();
    const packs = await packsOfFile(repository, indexId);
    const isTouched = packs.some(({ id }) => obsolete.has(id) || kept.has(id) || move.has(id));
    const isFull = packs.reduce((sum, { blobs }) => sum + blobs, 0) >= fullIndex;
    mustWrite ||= isTouched;
    if (isFull && !isTouched) {
      for (const { id } of packs) kept.add(id);
      continue;
    }
    replaced.push(indexId);
    for (const { id } of packs) if (!obsolete.has(id)) move.add(id);
  }
  if (!mustWrite) return;
  const { index } = repository;
  const listings = function* (): Generator<PackListing> {
    for (const id of move) if (!kept.has(id)) yield { id, entries: index.packEntries(id) };
  };
  const written = new Set(await writeIndexFiles(repository, listings(), signal));
  await removeIndexFiles(repository, replaced.filter((id) => !written.has(id)), signal);
}
