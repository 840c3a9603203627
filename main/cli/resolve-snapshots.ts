import type { Repository } from '../engine/repository/repository.ts';
import { loadSnapshot, listSnapshots } from '../engine/snapshot/snapshots.ts';
import type { SnapshotFilter } from '../engine/snapshot/snapshots.ts';
import type { StoredSnapshot } from '../engine/snapshot/snapshot-codec.ts';

/** The snapshots that words name (`latest`, ids, beginnings of ids), each once, in the order of the words. */
export async function resolveSnapshots(
  repository: Repository,
  words: readonly string[],
  filter: SnapshotFilter = {},
): Promise<StoredSnapshot[]> {
  const found = new Map<string, StoredSnapshot>();
  for (const word of words) {
    const { snapshot } = await loadSnapshot(repository, word, filter);
    found.set(snapshot.id, snapshot);
  }
  return [...found.values()];
}

/** The named snapshots, or all that pass the filter when none is named. */
export async function chosenSnapshots(
  repository: Repository,
  words: readonly string[],
  filter: SnapshotFilter,
  signal: AbortSignal,
): Promise<StoredSnapshot[]> {
  if (words.length > 0) return await resolveSnapshots(repository, words, filter);
  return await listSnapshots(repository, filter, { signal });
}
