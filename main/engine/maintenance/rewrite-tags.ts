import type { Repository } from '../repository/repository.ts';
import type { Snapshot, StoredSnapshot } from '../snapshot/snapshot-codec.ts';
import { replaceSnapshot } from './replace-snapshot.ts';

/** A change of tags: either all are replaced (`set`, where [] removes all), or some are added and removed. */
export type TagChange =
  | { readonly kind: 'set'; readonly tags: readonly string[] }
  | { readonly kind: 'change'; readonly add: readonly string[]; readonly remove: readonly string[] };

/** The tags after a change, in their order, each once. Pure. */
export function changedTags(tags: readonly string[], change: TagChange): string[] {
  if (change.kind === 'set') return [...new Set(change.tags.filter((tag) => tag !== ''))];
  const added = [...tags, ...change.add.filter((tag) => tag !== '')];
  return [...new Set(added)].filter((tag) => !change.remove.includes(tag));
}

/** A snapshot file's fields without what only a stored one has. */
export function snapshotFields(stored: StoredSnapshot): Snapshot {
  const { id: _id, timeNs: _timeNs, ...fields } = stored;
  return fields;
}

/**
 * Changes the tags of one snapshot: a new file takes its place and remembers the id of the first in `original`.
 * Gives the new id, or undefined when nothing changes. The caller holds the exclusive lock.
 */
export async function rewriteTags(
  repository: Repository,
  snapshot: StoredSnapshot,
  change: TagChange,
): Promise<string | undefined> {
  const tags = changedTags(snapshot.tags, change);
  if (tags.length === snapshot.tags.length && tags.every((tag, at) => tag === snapshot.tags[at])) return undefined;
  const fields = { ...snapshotFields(snapshot), tags, original: snapshot.original ?? snapshot.id };
  return await replaceSnapshot(repository, snapshot.id, fields);
}
