import { AppError } from '../../../shared/errors.ts';
import { throwIfCancelled } from './cancellation.ts';
import { decodeSnapshot, type StoredSnapshot } from './snapshot-codec.ts';
import { type BlobSource, findSubtree } from './tree-reader.ts';

/** What this module needs of a repository. */
export interface SnapshotSource {
  listSnapshotIds(): Promise<readonly string[]>;
  loadUnpacked(type: 'snapshot', id: string): Promise<Uint8Array>;
}

/**
 * Which snapshots are meant: host is one of `hosts`; `paths` are all contained; one of the tag lists `tags` is
 * contained completely (the list `['']` means "untagged"); id starts with one of `ids`. Empty or missing = any.
 */
export interface SnapshotFilter {
  readonly hosts?: readonly string[] | undefined;
  readonly tags?: readonly (readonly string[])[] | undefined;
  readonly paths?: readonly string[] | undefined;
  readonly ids?: readonly string[] | undefined;
}

/** How a listing ends early (`cancelled` when aborted) and what it does about unreadable snapshots. */
export interface ListSnapshotsOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called for a snapshot that cannot be read, which is then left out; without it the error is thrown. */
  readonly onProblem?: ((id: string, error: AppError) => void) | undefined;
}

/** A snapshot somebody named, and the folder inside it that was named with it (empty = all of it). */
export interface NamedSnapshot {
  readonly snapshot: StoredSnapshot;
  readonly subfolder: readonly Buffer[];
}

/** What snapshots are grouped by (forget, parent choice); restic's default is host and paths. */
export type GroupBy = 'host' | 'paths' | 'tags';

/** Snapshots that share what they were grouped by; fields that are not grouped by are absent. */
export interface SnapshotGroup<T> {
  readonly hostname?: string;
  readonly paths?: readonly string[];
  readonly tags?: readonly string[];
  readonly snapshots: readonly T[];
}

/** What filters and groups look at. */
export type SnapshotFacts = Pick<StoredSnapshot, 'id' | 'hostname' | 'paths' | 'tags'>;

const loadsInFlight = 8;
const fullId = /^[0-9a-f]{64}$/;
const idPrefix = /^[0-9a-f]{1,64}$/;

/** All matching snapshots, oldest first (same instant: by id). */
export async function listSnapshots(
  repository: SnapshotSource, filter: SnapshotFilter = {}, options: ListSnapshotsOptions = {},
): Promise<StoredSnapshot[]> {
  const ids = (await repository.listSnapshotIds()).filter((id) => matchesIds(id, filter.ids));
  const snapshots = await loadAll(repository, ids, options);
  return snapshots.filter((snapshot) => matchesFilter(snapshot, filter)).toSorted(compareSnapshots);
}

/** Order by time, then by id. */
export function compareSnapshots(a: StoredSnapshot, b: StoredSnapshot): number {
  if (a.timeNs !== b.timeNs) {
    return a.timeNs < b.timeNs ? -1 : 1;
  }
  return a.id < b.id ? -1 : Number(a.id > b.id);
}

/**
 * Finds `latest` (the newest that passes the filter), an id, or an unambiguous start of one, each optionally followed
 * by `:` and a folder in it. Throws `not-found`, `ambiguous`, and `damaged` for one that cannot be read.
 */
export async function loadSnapshot(
  repository: SnapshotSource, name: string, filter: SnapshotFilter = {},
): Promise<NamedSnapshot> {
  const colon = name.indexOf(':');
  const base = colon < 0 ? name : name.slice(0, colon);
  const subfolder = colon < 0 ? [] : pathComponents(name.slice(colon + 1));
  if (base === 'latest') {
    const newest = (await listSnapshots(repository, filter)).at(-1);
    if (newest === undefined) {
      throw new AppError('not-found', 'No snapshot matches.', { hint: 'List the snapshots to see which there are.' });
    }
    return { snapshot: newest, subfolder };
  }
  const id = await resolveId(repository, base);
  return { snapshot: decodeSnapshot(await repository.loadUnpacked('snapshot', id), id), subfolder };
}

/** Like {@link loadSnapshot}, and follows the folder to the tree it names (`not-found` when there is none). */
export async function openSnapshot(
  repository: SnapshotSource & BlobSource, name: string, filter: SnapshotFilter = {},
): Promise<NamedSnapshot & { readonly treeId: string }> {
  const named = await loadSnapshot(repository, name, filter);
  return { ...named, treeId: await findSubtree(repository, named.snapshot.tree, named.subfolder) };
}

/** Whether a snapshot passes a filter. Source: format section 11. */
export function matchesFilter(snapshot: SnapshotFacts, filter: SnapshotFilter): boolean {
  const { hosts = [], paths = [], tags = [] } = filter;
  return matchesIds(snapshot.id, filter.ids)
    && (hosts.length === 0 || hosts.includes(snapshot.hostname))
    && paths.every((path) => snapshot.paths.includes(path))
    && (tags.length === 0 || tags.some((list) => hasTags(snapshot.tags, list)));
}

/** Whether all tags of a list are present; the list `['']` means "has no tags", the empty list matches always. */
export function hasTags(present: readonly string[], list: readonly string[]): boolean {
  return list.every((tag) => (tag === '' ? present.length === 0 : present.includes(tag)));
}

/** The groups of snapshots that agree in all of `by` (paths and tags in any order), in order of first appearance. */
export function groupSnapshots<T extends SnapshotFacts>(
  snapshots: readonly T[], by: readonly GroupBy[],
): SnapshotGroup<T>[] {
  const groups = new Map<string, { facts: Omit<SnapshotGroup<T>, 'snapshots'>; snapshots: T[] }>();
  for (const snapshot of snapshots) {
    const facts = {
      ...(by.includes('host') ? { hostname: snapshot.hostname } : {}),
      ...(by.includes('paths') ? { paths: snapshot.paths.toSorted() } : {}),
      ...(by.includes('tags') ? { tags: snapshot.tags.toSorted() } : {}),
    };
    const key = JSON.stringify(facts);
    const group = groups.get(key) ?? { facts, snapshots: [] };
    group.snapshots.push(snapshot);
    groups.set(key, group);
  }
  return Array.from(groups.values(), ({ facts, snapshots }) => ({ ...facts, snapshots }));
}

/** The names of a slash-separated path in a snapshot, without empty parts and '.'; `invalid-input` for '..'. */
export function pathComponents(path: string): Buffer[] {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) {
    throw new AppError('invalid-input', 'A path inside a snapshot cannot contain "..".');
  }
  return parts.map((part) => Buffer.from(part, 'utf8'));
}

async function loadAll(
  repository: SnapshotSource, ids: readonly string[], options: ListSnapshotsOptions,
): Promise<StoredSnapshot[]> {
  const snapshots: StoredSnapshot[] = [];
  const rest = ids.values();
  async function loadSome(): Promise<void> {
    for (const id of rest) {
      throwIfCancelled(options.signal);
      try {
        snapshots.push(decodeSnapshot(await repository.loadUnpacked('snapshot', id), id));
      } catch (error) {
        if (options.onProblem === undefined || !(error instanceof AppError) || error.code === 'cancelled') {
          throw error;
        }
        options.onProblem(id, error);
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(loadsInFlight, ids.length) }, loadSome));
  return snapshots;
}

async function resolveId(repository: SnapshotSource, name: string): Promise<string> {
  const ids = idPrefix.test(name) ? await repository.listSnapshotIds() : [];
  const matches = ids.filter((id) => id.startsWith(name));
  const [match] = matches;
  if (match === undefined) {
    const shown = fullId.test(name) ? name.slice(0, 8) : name.slice(0, 64);
    throw new AppError('not-found', `There is no snapshot ${shown}.`, {
      hint: 'List the snapshots to see which there are.',
    });
  }
  if (matches.length > 1) {
    throw new AppError('ambiguous', `More than one snapshot id starts with ${name}.`, {
      hint: 'Give more digits of the id.',
    });
  }
  return match;
}

function matchesIds(id: string, prefixes: readonly string[] | undefined): boolean {
  return prefixes === undefined || prefixes.length === 0 || prefixes.some((prefix) => id.startsWith(prefix));
}
