import { throwIfCancelled } from './cancellation.ts';
import { mergeByName, type NamePair } from './merge-by-name.ts';
import type { Node, NodeType } from './node.ts';
import { sameContent, sameLinkTarget, sameNode } from './same-node.ts';
import { parseTime } from './time.ts';
import { type BlobSource, forEachTree, joinPath, loadTree } from './tree-reader.ts';

/** What happened to an entry: `content` also covers another link target or device, `metadata` everything but these. */
export type ChangeKind = 'added' | 'removed' | 'content' | 'metadata' | 'type';

/** One difference between two trees; `path` starts with '/' (raw bytes). */
export interface Change {
  readonly kind: ChangeKind;
  readonly path: Buffer;
  readonly before: Node | undefined;
  readonly after: Node | undefined;
  /** The content differs although nothing else does, times included: a sign of damage at the source. */
  readonly unexplained?: true;
}

/** What a comparison reports and where its paths begin; aborting ends it with `cancelled`. */
export interface DiffOptions {
  readonly signal?: AbortSignal | undefined;
  /** Report entries of which only metadata differs (folders too). Off unless given, as in restic. */
  readonly metadata?: boolean | undefined;
  /** Prefix of all paths, without slash at its end; empty unless given. */
  readonly root?: Buffer | undefined;
}

/** An entry that exists now. */
export interface PresentEntry {
  readonly name: Buffer;
  readonly type: NodeType;
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly linkTarget?: Buffer | undefined;
}

/** The live side of a comparison; paths are names from the root of the compared tree. */
export interface PresentSource {
  /** The entries of a folder in any order, or undefined when there is none (any more). */
  list(path: readonly Buffer[]): Promise<readonly PresentEntry[] | undefined>;
  /** Asked for files of equal size and different time: whether they have the same content. Without it they differ. */
  sameContent?(path: readonly Buffer[], node: Node): Promise<boolean>;
}

/** One difference between a version (before) and the present (after). */
export interface PresentChange {
  readonly kind: Exclude<ChangeKind, 'metadata'>;
  readonly path: Buffer;
  readonly before: Node | undefined;
  readonly after: PresentEntry | undefined;
}

interface Level<A, B> {
  readonly path: Buffer;
  readonly names: readonly Buffer[];
  readonly pairs: Iterator<NamePair<A, B>, void>;
}

/**
 * The differences from tree `before` to tree `after` (undefined = an empty one), depth first in name order, a folder
 * before its content. Subtrees with equal ids are not read. What is added or removed is listed entry by entry.
 */
export async function* diffTrees(
  source: BlobSource, before: string | undefined, after: string | undefined, options: DiffOptions = {},
): AsyncGenerator<Change, void> {
  async function enter(path: Buffer, a: string | undefined, b: string | undefined): Promise<Level<Node, Node>> {
    const [left, right] = await Promise.all([loadOptional(source, a), loadOptional(source, b)]);
    return { path, names: [], pairs: mergeByName(left, right) };
  }
  const stack = before === after ? [] : [await enter(options.root ?? Buffer.alloc(0), before, after)];
  for (let level = stack.at(-1); level !== undefined; level = stack.at(-1)) {
    throwIfCancelled(options.signal);
    const { value: pair, done } = level.pairs.next();
    if (done === true || pair === undefined) {
      stack.pop();
      continue;
    }
    const path = joinPath(level.path, pair.name);
    const change = changeOf(path, pair, options.metadata === true);
    if (change !== undefined) {
      yield change;
    }
    const [a, b] = [folderTree(pair.before), folderTree(pair.after)];
    if (a !== b) {
      stack.push(await enter(path, a, b));
    }
  }
}

/**
 * The differences between a version and the present: types, sizes, times, link targets; folders are compared by their
 * content only. Files of equal size whose time differs count as changed unless the source says they are the same.
 */
export async function* diffWithPresent(
  source: BlobSource, treeId: string, present: PresentSource, options: Omit<DiffOptions, 'metadata'> = {},
): AsyncGenerator<PresentChange, void> {
  async function enter(
    path: Buffer, names: readonly Buffer[], a: string | undefined, hasPresent: boolean,
  ): Promise<Level<Node, PresentEntry>> {
    const [left, right] = await Promise.all([
      loadOptional(source, a), hasPresent ? present.list(names) : Promise.resolve(undefined)]);
    const sorted = (right ?? []).toSorted((x, y) => Buffer.compare(x.name, y.name));
    return { path, names, pairs: mergeByName(left, sorted) };
  }
  const stack = [await enter(options.root ?? Buffer.alloc(0), [], treeId, true)];
  for (let level = stack.at(-1); level !== undefined; level = stack.at(-1)) {
    throwIfCancelled(options.signal);
    const { value: pair, done } = level.pairs.next();
    if (done === true || pair === undefined) {
      stack.pop();
      continue;
    }
    const path = joinPath(level.path, pair.name);
    const names = [...level.names, pair.name];
    const kind = await presentChangeKind(pair, names, present);
    if (kind !== undefined) {
      yield { kind, path, before: pair.before, after: pair.after };
    }
    const tree = folderTree(pair.before);
    const hasPresent = pair.after?.type === 'dir';
    if (tree !== undefined || hasPresent) {
      stack.push(await enter(path, names, tree, hasPresent));
    }
  }
}

/** The blobs that only one of two trees needs: what a change added to a repository, and what it made superfluous. */
export interface BlobDifference {
  readonly addedData: ReadonlySet<string>;
  readonly addedTrees: ReadonlySet<string>;
  readonly removedData: ReadonlySet<string>;
  readonly removedTrees: ReadonlySet<string>;
}

/** Compares the sets of blobs two trees need; reads each tree once and keeps the ids of both in memory. */
export async function diffBlobs(
  source: BlobSource, before: string, after: string, signal?: AbortSignal,
): Promise<BlobDifference> {
  async function collect(root: string): Promise<{ readonly data: Set<string>; readonly trees: Set<string> }> {
    const data = new Set<string>();
    const trees = new Set<string>();
    await forEachTree(source, [root], (_, nodes) => {
      for (const node of nodes) {
        for (const id of node.content ?? []) {
          data.add(id);
        }
      }
    }, { signal, seen: trees });
    return { data, trees };
  }
  const [old, current] = [await collect(before), await collect(after)];
  return {
    addedData: without(current.data, old.data),
    addedTrees: without(current.trees, old.trees),
    removedData: without(old.data, current.data),
    removedTrees: without(old.trees, current.trees),
  };
}

function without(ids: ReadonlySet<string>, others: ReadonlySet<string>): Set<string> {
  const rest = new Set<string>();
  for (const id of ids) {
    if (!others.has(id)) {
      rest.add(id);
    }
  }
  return rest;
}

function changeOf(path: Buffer, pair: NamePair<Node, Node>, metadata: boolean): Change | undefined {
  const { before, after } = pair;
  if (before === undefined || after === undefined) {
    return { kind: before === undefined ? 'added' : 'removed', path, before, after };
  }
  if (before.type !== after.type) {
    return { kind: 'type', path, before, after };
  }
  if (before.type === 'file' && !sameContent(before, after)) {
    const explained = !sameNode({ ...before, content: [] }, { ...after, content: [] });
    return { kind: 'content', path, before, after, ...(explained ? {} : { unexplained: true }) };
  }
  if (before.device !== after.device || !sameLinkTarget(before.linkTarget, after.linkTarget)) {
    return { kind: 'content', path, before, after };
  }
  return metadata && !sameNode(before, after)
    ? { kind: 'metadata', path, before, after }
    : undefined;
}

async function presentChangeKind(
  { before, after }: NamePair<Node, PresentEntry>, names: readonly Buffer[], present: PresentSource,
): Promise<PresentChange['kind'] | undefined> {
  if (before === undefined || after === undefined) {
    return before === undefined ? 'added' : 'removed';
  }
  if (before.type !== after.type) {
    return 'type';
  }
  if (before.type === 'symlink') {
    return sameLinkTarget(before.linkTarget, after.linkTarget) ? undefined : 'content';
  }
  if (before.type !== 'file' || (before.size === after.size && parseTime(before.mtime) === after.mtimeNs)) {
    return undefined;
  }
  const same = before.size === after.size && (await present.sameContent?.(names, before)) === true;
  return same ? undefined : 'content';
}

function folderTree(node: Node | undefined): string | undefined {
  return node?.type === 'dir' ? node.subtree : undefined;
}

async function loadOptional(source: BlobSource, id: string | undefined): Promise<readonly Node[]> {
  return id === undefined ? [] : loadTree(source, id);
}
