import { throwIfCancelled } from './cancellation.ts';
import type { Node } from './node.ts';
import type { StoredSnapshot } from './snapshot-codec.ts';
import { type BlobSource, joinPath, TreeReader } from './tree-reader.ts';

/** What to look for. */
export interface FindQuery {
  /** Whether a path (it starts with '/', raw bytes) and its node are wanted. */
  matches(path: Buffer, node: Node): boolean;
  /** Whether anything below a folder could be wanted; everything unless given. */
  mayMatchBelow?(path: Buffer): boolean;
}

/** One place where something wanted was found. */
export interface FindMatch {
  readonly snapshot: StoredSnapshot;
  readonly path: Buffer;
  readonly node: Node;
}

/** How a search ends early (`cancelled` when aborted) and what it does about folders that cannot be read. */
export interface FindOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called when a folder cannot be read; the search goes on. Without it the error is thrown. */
  readonly onError?: ((snapshot: StoredSnapshot, path: Buffer, error: unknown) => void) | undefined;
}

interface Frame {
  readonly path: Buffer;
  readonly key: string;
  readonly nodes: Iterator<Node>;
  found: boolean;
}

/**
 * Everything that matches in the snapshots, in their order, inside one depth first in name order. A folder in which
 * nothing was found is not searched again when it turns up unchanged at the same place in a later snapshot.
 */
export async function* findInSnapshots(
  source: BlobSource, snapshots: Iterable<StoredSnapshot>, query: FindQuery, options: FindOptions = {},
): AsyncGenerator<FindMatch, void> {
  const reader = new TreeReader(source);
  const barren = new Set<string>();
  async function enter(snapshot: StoredSnapshot, path: Buffer, treeId: string): Promise<Frame> {
    const key = `${treeId}${path.toString('latin1')}`;
    if (barren.has(key)) {
      return { path, key, nodes: [].values(), found: false };
    }
    try {
      return { path, key, nodes: (await reader.load(treeId)).values(), found: false };
    } catch (error) {
      if (options.onError === undefined || options.signal?.aborted === true) {
        throw error;
      }
      options.onError(snapshot, path, error);
      // Not searched, hence not barren: the next snapshot shall report it again.
      return { path, key, nodes: [].values(), found: true };
    }
  }
  for (const snapshot of snapshots) {
    const stack = [await enter(snapshot, Buffer.alloc(0), snapshot.tree)];
    for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
      throwIfCancelled(options.signal);
      const { value: node, done } = frame.nodes.next();
      if (done === true) {
        stack.pop();
        leave(frame, stack.at(-1), barren);
        continue;
      }
      const path = joinPath(frame.path, node.name);
      if (query.matches(path, node)) {
        frame.found = true;
        yield { snapshot, path, node };
      }
      if (node.type === 'dir' && node.subtree !== undefined && query.mayMatchBelow?.(path) !== false) {
        stack.push(await enter(snapshot, path, node.subtree));
      }
    }
  }
}

function leave(frame: Frame, parent: Frame | undefined, barren: Set<string>): void {
  if (!frame.found) {
    barren.add(frame.key);
  } else if (parent !== undefined) {
    parent.found = true;
  }
}
