import { AppError } from '../../../shared/errors.ts';
import { throwIfCancelled } from './cancellation.ts';
import type { Node } from './node.ts';
import { decodeTree, type TreeProblem } from './tree-codec.ts';

/** What reading trees needs of a repository: the verified plaintext of a blob; missing-data or damaged otherwise. */
export interface BlobSource {
  loadBlob(type: 'data' | 'tree', id: string): Promise<Uint8Array>;
}

/** One visited node: `path` starts with '/' and has raw bytes; `depth` is 0 for the entries of the root. */
export interface WalkEntry {
  readonly path: Buffer;
  readonly node: Node;
  readonly depth: number;
}

/** How a walk is bounded, and whether damage ends it (`cancelled` when aborted). Callbacks are never concurrent. */
export interface WalkOptions {
  readonly signal?: AbortSignal | undefined;
  /** Prefix of all paths, without slash at its end; empty unless given. */
  readonly root?: Buffer | undefined;
  /** Called when a subtree cannot be read; the walk goes on. Without it the error is thrown. */
  readonly onError?: ((path: Buffer, treeId: string, error: unknown) => void) | undefined;
  /** Called for entries a tree must not have (see decodeTree); without it they are errors of their tree. */
  readonly onProblem?: ((path: Buffer, problem: TreeProblem) => void) | undefined;
}

/** Called for each node; 'skip' leaves out the content of a directory. */
export type WalkVisitor = (entry: WalkEntry) => void | 'skip' | Promise<void | 'skip'>;

/** How trees are visited when only each one matters, not its path (`cancelled` when aborted). */
export interface ForEachTreeOptions {
  readonly signal?: AbortSignal | undefined;
  /** Trees in flight at once (default 8). */
  readonly concurrency?: number | undefined;
  /** Trees already visited; updated. */
  readonly seen?: Set<string> | undefined;
  /** Called when a tree cannot be read; without it the error is thrown. */
  readonly onError?: ((treeId: string, error: unknown) => void) | undefined;
  /** Called for entries a tree must not have; without it they are errors of their tree. */
  readonly onProblem?: ((treeId: string, problem: TreeProblem) => void) | undefined;
}

/** Deeper than any file system a backup was made of. */
const maximumDepth = 32_768;
const defaultConcurrency = 8;
const defaultCachedNodes = 200_000;

/**
 * Decoded trees over a {@link BlobSource}, the least recently used ones dropped above `maxNodes` nodes (200,000
 * unless given). Simultaneous requests for one tree share one read. Lives as long as its owner wants.
 */
export class TreeReader {
  readonly #source: BlobSource;
  readonly #maxNodes: number;
  readonly #trees = new Map<string, readonly Node[]>();
  readonly #loading = new Map<string, Promise<readonly Node[]>>();
  #nodes = 0;

  constructor(source: BlobSource, options: { readonly maxNodes?: number } = {}) {
    this.#source = source;
    this.#maxNodes = options.maxNodes ?? defaultCachedNodes;
  }

  /** The nodes of a tree in name order; strict as {@link loadTree} without `onProblem`. */
  async load(id: string): Promise<readonly Node[]> {
    const cached = this.#trees.get(id);
    if (cached !== undefined) {
      this.#trees.delete(id);
      this.#trees.set(id, cached);
      return cached;
    }
    let loading = this.#loading.get(id);
    if (loading === undefined) {
      loading = loadTree(this.#source, id).finally(() => this.#loading.delete(id));
      this.#loading.set(id, loading);
    }
    const nodes = await loading;
    this.#remember(id, nodes);
    return nodes;
  }

  /** The node at a path (names from the root), or undefined. */
  find(treeId: string, path: readonly Buffer[]): Promise<Node | undefined> {
    return findIn((id) => this.load(id), treeId, path);
  }

  #remember(id: string, nodes: readonly Node[]): void {
    if (this.#trees.has(id) || nodes.length > this.#maxNodes) {
      return;
    }
    this.#trees.set(id, nodes);
    this.#nodes += nodes.length + 1;
    for (const [oldest, dropped] of this.#trees) {
      if (this.#nodes <= this.#maxNodes || oldest === id) {
        break;
      }
      this.#trees.delete(oldest);
      this.#nodes -= dropped.length + 1;
    }
  }
}

/** The nodes of one tree in name order; throws for entries a tree must not have unless `onProblem` is given. */
export async function loadTree(
  source: BlobSource, id: string, onProblem?: (problem: TreeProblem) => void,
): Promise<Node[]> {
  const bytes = await source.loadBlob('tree', id);
  return Array.from(decodeTree(bytes, onProblem === undefined ? {} : { onProblem }));
}

/** The node at a path (names from the root), or undefined; the empty path has no node. */
export function findNode(source: BlobSource, treeId: string, path: readonly Buffer[]): Promise<Node | undefined> {
  return findIn((id) => loadTree(source, id), treeId, path);
}

/** The tree of the folder at a path (the root for the empty path); throws `not-found` when there is none. */
export async function findSubtree(source: BlobSource, treeId: string, path: readonly Buffer[]): Promise<string> {
  if (path.length === 0) {
    return treeId;
  }
  const node = await findNode(source, treeId, path);
  if (node?.type !== 'dir' || node.subtree === undefined) {
    throw new AppError('not-found', `There is no folder /${path.join('/')} in this snapshot.`, {
      hint: 'List the snapshot to see what it contains.',
    });
  }
  return node.subtree;
}

/** The node of a name in nodes sorted by name, or undefined. */
export function nodeNamed(nodes: readonly Node[], name: Uint8Array): Node | undefined {
  let [low, high] = [0, nodes.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const node = nodes[middle];
    const order = node === undefined ? 0 : Buffer.compare(node.name, name);
    if (order === 0) {
      return node;
    }
    [low, high] = order < 0 ? [middle + 1, high] : [low, middle];
  }
  return undefined;
}

/** A path with one more name. */
export function joinPath(parent: Buffer, name: Buffer): Buffer {
  return Buffer.concat([parent, slash, name]);
}

const slash = Buffer.from('/');

/** Visits every node depth first in name order (a directory before its content). */
export async function walkTree(
  source: BlobSource, treeId: string, visitor: WalkVisitor, options: WalkOptions = {},
): Promise<void> {
  const root = options.root ?? Buffer.alloc(0);
  const stack = [{ path: root, nodes: (await walkLoad(source, treeId, root, options)).values() }];
  for (let level = stack.at(-1); level !== undefined; level = stack.at(-1)) {
    throwIfCancelled(options.signal);
    const { value: node, done } = level.nodes.next();
    if (done === true) {
      stack.pop();
      continue;
    }
    const path = joinPath(level.path, node.name);
    const answer = await visitor({ path, node, depth: stack.length - 1 });
    if (node.type === 'dir' && node.subtree !== undefined && answer !== 'skip') {
      if (stack.length >= maximumDepth) {
        throw new AppError('hostile-data', 'Folders in this snapshot are nested too deeply.');
      }
      stack.push({ path, nodes: (await walkLoad(source, node.subtree, path, options)).values() });
    }
  }
}

/** Visits every tree reachable from `roots` exactly once, in no particular order, several at a time. */
export async function forEachTree(
  source: BlobSource, roots: Iterable<string>,
  visit: (treeId: string, nodes: readonly Node[]) => void | Promise<void>, options: ForEachTreeOptions = {},
): Promise<void> {
  const { signal, seen = new Set<string>(), onError, onProblem } = options;
  const queue: string[] = [];
  const running = new Set<Promise<void>>();
  let failure: { readonly error: unknown } | undefined;
  function enqueue(id: string): void {
    if (!seen.has(id)) {
      seen.add(id);
      queue.push(id);
    }
  }
  async function visitOne(id: string): Promise<void> {
    try {
      const nodes = await loadTree(source, id, onProblem && ((problem) => onProblem(id, problem)));
      for (const node of nodes) {
        if (node.type === 'dir' && node.subtree !== undefined) {
          enqueue(node.subtree);
        }
      }
      await visit(id, nodes);
    } catch (error) {
      if (onError === undefined || signal?.aborted === true) {
        failure ??= { error };
      } else {
        onError(id, error);
      }
    }
  }
  for (const root of roots) {
    enqueue(root);
  }
  while ((queue.length > 0 || running.size > 0) && failure === undefined) {
    throwIfCancelled(signal);
    while (queue.length > 0 && running.size < (options.concurrency ?? defaultConcurrency)) {
      const task = visitOne(queue.pop() ?? '').finally(() => running.delete(task));
      running.add(task);
    }
    await Promise.race(running);
  }
  await Promise.all(running);
  if (failure !== undefined) {
    throw failure.error;
  }
}

async function walkLoad(
  source: BlobSource, treeId: string, path: Buffer, options: WalkOptions,
): Promise<readonly Node[]> {
  const { onError, onProblem } = options;
  try {
    return await loadTree(source, treeId, onProblem && ((problem) => onProblem(path, problem)));
  } catch (error) {
    if (onError === undefined) {
      throw error;
    }
    onError(path, treeId, error);
    return [];
  }
}

async function findIn(
  load: (id: string) => Promise<readonly Node[]>, treeId: string, path: readonly Buffer[],
): Promise<Node | undefined> {
  let node: Node | undefined;
  let next: string | undefined = treeId;
  for (const name of path) {
    if (next === undefined) {
      return undefined;
    }
    node = nodeNamed(await load(next), name);
    next = node?.type === 'dir' ? node.subtree : undefined;
  }
  return node;
}
