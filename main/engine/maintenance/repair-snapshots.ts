import { AppError, hasCode } from '../../../shared/errors.ts';
import { compressionLevels } from '../repository/blob-codec.ts';
import { BlobWriter } from '../repository/blob-writer.ts';
import type { PackSink } from '../repository/pack-sink.ts';
import type { Repository } from '../repository/repository.ts';
import type { FinishedPack } from '../repository/types.ts';
import type { Node } from '../snapshot/node.ts';
import { encodeTree } from '../snapshot/tree-codec.ts';
import { loadTree } from '../snapshot/tree-reader.ts';
import type { StoredSnapshot } from '../snapshot/snapshot-codec.ts';
import { freshRepository, requireRemovable } from './fresh-repository.ts';
import { replaceSnapshot } from './replace-snapshot.ts';
import { snapshotFields } from './rewrite-tags.ts';

/** What happened (or would happen) to one snapshot: nothing, a repaired one beside or instead of it, or only removal. */
export interface RepairedSnapshot {
  readonly id: string;
  readonly outcome: 'sound' | 'repaired' | 'unreadable';
  readonly newId?: string;
  readonly removed: boolean;
}

/** One change in a tree: `path` has raw bytes and starts with '/'. */
export interface TreeRepair {
  readonly path: Buffer;
  readonly what: 'file-shortened' | 'folder-emptied' | 'entry-removed';
}

/** `forget` removes what was replaced and snapshots whose root cannot be read; `dryRun` changes nothing. */
export interface RepairSnapshotsOptions {
  readonly forget?: boolean;
  readonly dryRun?: boolean;
  readonly onRepair?: (repair: TreeRepair) => void;
}

/** Repairs trees, each once; a sound tree keeps its id and bytes. */
class TreeRepairer {
  readonly #repository: Repository;
  readonly #writer: BlobWriter | undefined;
  readonly #onRepair: (repair: TreeRepair) => void;
  readonly #signal: AbortSignal | undefined;
  readonly #done = new Map<string, string | undefined>();
  #virtual = 0;

  constructor(
    repository: Repository,
    writer: BlobWriter | undefined,
    onRepair: (repair: TreeRepair) => void,
    signal: AbortSignal | undefined,
  ) {
    this.#repository = repository;
    this.#writer = writer;
    this.#onRepair = onRepair;
    this.#signal = signal;
  }

  /** The id of the repaired tree (the same when it was sound), or undefined when it cannot be read at all. */
  async repair(treeId: string, path: Buffer): Promise<string | undefined> {
    if (this.#done.has(treeId)) return this.#done.get(treeId);
    this.#signal?.throwIfAborted();
    const repaired = await this.#repair(treeId, path);
    this.#done.set(treeId, repaired);
    return repaired;
  }

  async #repair(treeId: string, path: Buffer): Promise<string | undefined> {
    let problems = 0;
    let nodes: Node[];
    try {
      nodes = await loadTree(this.#repository, treeId, () => {
        problems += 1;
      });
    } catch (error) {
      if (hasCode(error, 'damaged', 'missing-data', 'hostile-data')) return undefined;
      throw error;
    }
    if (problems > 0) this.#onRepair({ path, what: 'entry-removed' });
    const repaired: Node[] = [];
    for (const node of nodes) {
      const entry = await this.#node(node, Buffer.concat([path, Buffer.from('/'), node.name]));
      if (entry !== undefined) repaired.push(entry);
    }
    if (problems === 0 && repaired.length === nodes.length && repaired.every((node, at) => node === nodes[at])) return treeId;
    return this.#save(sortedOnce(repaired));
  }

  async #node(node: Node, path: Buffer): Promise<Node | undefined> {
    if (node.type === 'irregular' || node.name.length === 0) return undefined;
    if (node.type === 'file') return this.#file(node, path);
    if (node.type !== 'dir') return node;
    const subtree = node.subtree === undefined ? undefined : await this.repair(node.subtree, path);
    if (subtree !== undefined && subtree === node.subtree) return node;
    if (subtree === undefined) this.#onRepair({ path, what: 'folder-emptied' });
    return { ...node, subtree: subtree ?? this.#save([]) };
  }

  #file(node: Node, path: Buffer): Node {
    const { index } = this.#repository;
    const content = (node.content ?? []).filter((id) => index.find('data', id) !== undefined);
    if (node.content !== null && content.length === node.content.length) return node;
    this.#onRepair({ path, what: 'file-shortened' });
    let size = 0n;
    for (const id of content) {
      const location = index.find('data', id);
      if (location !== undefined) size += BigInt(location.uncompressedLength || location.length - 32);
    }
    return { ...node, content, size };
  }

  #save(nodes: readonly Node[]): string {
    const bytes = encodeTree(nodes);
    if (this.#writer === undefined) return `would-be-${(this.#virtual += 1)}`;
    return this.#writer.save('tree', bytes).id.toString('hex');
  }
}

/** Nodes in the order a tree must have; of two with one name the first stays. */
function sortedOnce(nodes: readonly Node[]): Node[] {
  const sorted = nodes.toSorted((a, b) => Buffer.compare(a.name, b.name));
  return sorted.filter((node, at) => at === 0 || !node.name.equals(sorted[at - 1]?.name ?? Buffer.alloc(0)));
}

/**
 * Rewrites snapshots so that they refer only to data that exists (format section 19): missing parts are cut out of
 * files, unreadable folders become empty, impossible entries go. The repaired snapshot gets `original`, and the tag
 * `repaired` unless `forget` removes the old one. Trees and their index are durable before a snapshot is written, and
 * that before one is removed. The caller holds the exclusive lock; needs a readable index.
 */
export async function repairSnapshots(
  repository: Repository,
  snapshots: readonly StoredSnapshot[],
  options: RepairSnapshotsOptions = {},
  onProgress: (done: number, total: number) => void = () => {},
  signal?: AbortSignal,
): Promise<RepairedSnapshot[]> {
  if (options.forget === true && options.dryRun !== true) requireRemovable(repository);
  const fresh = freshRepository(repository);
  const { problems } = await fresh.loadIndex(signal);
  const unreadable = problems.find(({ kind }) => kind === 'unreadable');
  if (unreadable !== undefined) {
    throw new AppError('damaged', unreadable.message, { hint: 'Run "tidemark repair index" first. Nothing has been changed.' });
  }
  const sink = fresh.createPackSink();
  const full: FinishedPack[] = [];
  const writer = options.dryRun === true ? undefined : treeWriter(fresh, full);
  const repairer = new TreeRepairer(fresh, writer, options.onRepair ?? (() => {}), signal);
  const trees = new Map<string, string | undefined>();
  for (const [done, { id, tree }] of snapshots.entries()) {
    trees.set(id, await repairer.repair(tree, Buffer.alloc(0)));
    for (const pack of full.splice(0)) await sink.store(pack);
    onProgress(done + 1, snapshots.length);
  }
  if (writer !== undefined) await finishWriting(sink, writer);
  return await replaceAll(fresh, snapshots, trees, options, signal);
}

function treeWriter(repository: Repository, full: FinishedPack[]): BlobWriter {
  const { masterKey: key, config, index, random } = repository;
  const onPack = (pack: FinishedPack): void => void full.push(pack);
  return new BlobWriter({ key, version: config.version, level: compressionLevels.auto, verify: true, index, random, onPack });
}

async function finishWriting(sink: PackSink, writer: BlobWriter): Promise<void> {
  await sink.merge([writer.drain()]);
  await sink.flush();
}

async function replaceAll(
  repository: Repository,
  snapshots: readonly StoredSnapshot[],
  trees: ReadonlyMap<string, string | undefined>,
  options: RepairSnapshotsOptions,
  signal: AbortSignal | undefined,
): Promise<RepairedSnapshot[]> {
  const { forget = false, dryRun = false } = options;
  const results: RepairedSnapshot[] = [];
  for (const snapshot of snapshots) {
    signal?.throwIfAborted();
    const tree = trees.get(snapshot.id);
    if (tree === snapshot.tree) {
      results.push({ id: snapshot.id, outcome: 'sound', removed: false });
    } else if (tree === undefined) {
      if (forget && !dryRun) await repository.removeFile('snapshot', snapshot.id);
      results.push({ id: snapshot.id, outcome: 'unreadable', removed: forget });
    } else {
      const tags = forget || snapshot.tags.includes('repaired') ? snapshot.tags : [...snapshot.tags, 'repaired'];
      const fields = { ...snapshotFields(snapshot), tree, tags, original: snapshot.id };
      const newId = dryRun ? undefined : await replaceSnapshot(repository, snapshot.id, fields, !forget);
      results.push({ id: snapshot.id, outcome: 'repaired', removed: forget, ...(newId === undefined ? {} : { newId }) });
    }
  }
  return results;
}
