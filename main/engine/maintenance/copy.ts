import { AppError } from '../../../shared/errors.ts';
import { compressionLevels } from '../repository/blob-codec.ts';
import { BlobWriter } from '../repository/blob-writer.ts';
import type { PackSink } from '../repository/pack-sink.ts';
import type { Repository } from '../repository/repository.ts';
import type { FinishedPack, PackEntry } from '../repository/types.ts';
import { encodeSnapshot } from '../snapshot/snapshot-codec.ts';
import type { Snapshot, StoredSnapshot } from '../snapshot/snapshot-codec.ts';
import { forEachTree } from '../snapshot/tree-reader.ts';
import { readVerified } from './read-packs.ts';
import { snapshotFields } from './rewrite-tags.ts';

/** One snapshot of a copy: it was copied as `newId`, or was there already as `existingId`. */
export interface CopiedSnapshot {
  readonly id: string;
  readonly newId?: string;
  readonly existingId?: string;
}

/** Where a copy is: snapshots, and blobs of the present one. */
export interface CopyProgress {
  readonly snapshotsDone: number;
  readonly snapshotsTotal: number;
  readonly blobsDone: number;
  readonly blobsTotal: number;
}

/** How a copy writes; `level` is the zstd level, undefined to store data as it is. */
export interface CopyOptions {
  readonly level?: number | undefined;
  readonly packSize?: number;
  readonly onProgress?: (progress: CopyProgress) => void;
  /** Called after each snapshot, copied ones when they are durable. */
  readonly onSnapshot?: (copied: CopiedSnapshot) => void;
  readonly signal?: AbortSignal;
}

/** What makes two snapshots the same for a copy (format section 11). */
function sameKey(snapshot: Snapshot): string {
  const { tree, hostname, username, uid, gid, paths, excludes, tags } = snapshot;
  return JSON.stringify([tree, hostname, username, uid, gid, paths, excludes, tags]);
}

/** Finds snapshots of the destination that are copies of (or the same as) one of the source. */
function copiesIn(existing: readonly StoredSnapshot[]): (snapshot: StoredSnapshot) => StoredSnapshot | undefined {
  const byOriginal = Map.groupBy(existing, ({ id, original }) => original ?? id);
  return (snapshot) => {
    const candidates = byOriginal.get(snapshot.original ?? snapshot.id) ?? [];
    const same = (other: StoredSnapshot): boolean => other.timeNs === snapshot.timeNs && sameKey(other) === sameKey(snapshot);
    return candidates.find(same);
  };
}

/** The blobs that a tree needs and the destination lacks, by the pack of the source that holds them. */
async function missingBlobs(
  source: Repository,
  destination: Repository,
  treeId: string,
  seen: Set<string>,
  signal: AbortSignal | undefined,
): Promise<Map<string, PackEntry[]>> {
  const byPack = new Map<string, PackEntry[]>();
  const wanted = new Set<string>();
  const want = (type: PackEntry['type'], id: string): void => {
    if (wanted.has(`${type}${id}`) || destination.index.has(type, id)) return;
    wanted.add(`${type}${id}`);
    const location = source.index.find(type, id);
    if (location === undefined) {
      throw new AppError('missing-data', `Data that a snapshot needs (${id.slice(0, 8)}) is not in the source repository.`, {
        hint: 'Run "tidemark check" on the source.',
      });
    }
    const { packId, offset, length, uncompressedLength } = location;
    const entries = byPack.get(packId) ?? [];
    entries.push({ type, id, offset, length, uncompressedLength });
    byPack.set(packId, entries);
  };
  await forEachTree(
    source,
    [treeId],
    (id, nodes) => {
      want('tree', id);
      for (const node of nodes) for (const blob of node.content ?? []) want('data', blob);
    },
    { signal, seen },
  );
  return byPack;
}

/** Stores blobs and waits, so that at most a few packs are in memory. */
class Copier {
  readonly #source: Repository;
  readonly #sink: PackSink;
  readonly #writer: BlobWriter;
  readonly #full: FinishedPack[] = [];

  constructor(source: Repository, destination: Repository, options: CopyOptions) {
    const size = options.packSize === undefined ? {} : { packSize: options.packSize };
    this.#source = source;
    this.#sink = destination.createPackSink(size);
    this.#writer = new BlobWriter({
      key: destination.masterKey,
      version: destination.config.version,
      level: 'level' in options ? options.level : compressionLevels.auto,
      verify: true,
      index: destination.index,
      random: destination.random,
      onPack: (pack) => void this.#full.push(pack),
      ...size,
    });
  }

  async copyPack(packId: string, entries: readonly PackEntry[]): Promise<void> {
    for await (const { entry, plaintext } of readVerified(this.#source, packId, entries)) {
      this.#writer.save(entry.type, plaintext);
      for (const pack of this.#full.splice(0)) await this.#sink.store(pack);
    }
  }

  /** When resolved, everything copied so far is durable and indexed. */
  async flush(): Promise<void> {
    await this.#sink.merge([this.#writer.drain()]);
    await this.#sink.flush();
  }
}

/**
 * Copies snapshots with all they need from one repository to another: blobs are verified, sealed with the other key, and
 * durable with their index before the snapshot is written. A copy has no parent and remembers the first snapshot in
 * `original`; one that is there already is not copied again. `existing` are the snapshots of the destination. Both
 * indexes are loaded; the caller holds a shared lock on both.
 */
export async function copySnapshots(
  source: Repository,
  destination: Repository,
  snapshots: readonly StoredSnapshot[],
  existing: readonly StoredSnapshot[],
  options: CopyOptions = {},
): Promise<CopiedSnapshot[]> {
  const { signal, onProgress = () => {}, onSnapshot = () => {} } = options;
  const copyOf = copiesIn(existing);
  const copier = new Copier(source, destination, options);
  const seen = new Set<string>();
  const results: CopiedSnapshot[] = [];
  for (const [snapshotsDone, snapshot] of snapshots.entries()) {
    signal?.throwIfAborted();
    const present = copyOf(snapshot);
    let result: CopiedSnapshot;
    if (present !== undefined) {
      result = { id: snapshot.id, existingId: present.id };
    } else {
      const byPack = await missingBlobs(source, destination, snapshot.tree, seen, signal);
      const blobsTotal = [...byPack.values()].reduce((sum, entries) => sum + entries.length, 0);
      let blobsDone = 0;
      for (const [packId, entries] of byPack) {
        signal?.throwIfAborted();
        await copier.copyPack(packId, entries);
        blobsDone += entries.length;
        onProgress({ snapshotsDone, snapshotsTotal: snapshots.length, blobsDone, blobsTotal });
      }
      await copier.flush();
      signal?.throwIfAborted();
      const { parent: _parent, ...fields } = snapshotFields(snapshot);
      const copy: Snapshot = { ...fields, original: snapshot.original ?? snapshot.id };
      result = { id: snapshot.id, newId: await destination.saveUnpacked('snapshot', encodeSnapshot(copy)) };
    }
    results.push(result);
    onSnapshot(result);
  }
  return results;
}
