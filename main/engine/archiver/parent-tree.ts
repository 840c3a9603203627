import { decodeBlob } from '../repository/blob-codec.ts';
import { readPackSync } from '../repository/pack-reader.ts';
import { Sealer } from '../repository/seal.ts';
import type { Node } from '../snapshot/node.ts';
import { decodeTree } from '../snapshot/tree-codec.ts';
import type { AttachedRepository } from '../workers/context.ts';
import type { ParentRef } from './archive-protocol.ts';
import { fromBytes, type ByteString } from './bytes.ts';

const cacheBytes = 32 * 1024 * 1024;

/** Reads trees of the parent snapshot from local packs, synchronously, and keeps the latest 32 MiB of them. */
export class ParentTrees {
  readonly #repository: AttachedRepository;
  readonly #sealer: Sealer;
  readonly #cache = new Map<string, Uint8Array>();
  #cached = 0;

  constructor(repository: AttachedRepository) {
    this.#repository = repository;
    this.#sealer = new Sealer(repository.key);
  }

  /** Whether trees can be read by id here; otherwise they have to come with the job. */
  get canRead(): boolean {
    return this.#repository.localDataRoot !== undefined;
  }

  /** The tree's nodes by ascending name; nothing when there is none or it cannot be read (then all is read anew). */
  open(parent: ParentRef): ParentCursor {
    return new ParentCursor(this.load(parent));
  }

  /** The tree's bytes, or undefined. */
  load(parent: ParentRef): Uint8Array | undefined {
    if (parent === undefined) return undefined;
    if ('bytes' in parent) return parent.bytes;
    let bytes = this.#cache.get(parent.id);
    if (bytes === undefined) {
      bytes = this.#read(parent.id);
      if (bytes !== undefined) this.#keep(parent.id, bytes);
    }
    return bytes;
  }

  #read(id: string): Uint8Array | undefined {
    const { localDataRoot, index } = this.#repository;
    if (localDataRoot === undefined) return undefined;
    for (const location of index.findAll('tree', id)) {
      try {
        const sealed = readPackSync(localDataRoot, location.packId, location);
        return decodeBlob(this.#sealer, sealed, location.uncompressedLength, id);
      } catch {
        // Another copy may be good; with none, the files below are simply read again.
      }
    }
    return undefined;
  }

  #keep(id: string, bytes: Uint8Array): void {
    if (bytes.length > cacheBytes / 2) return;
    this.#cache.set(id, bytes);
    this.#cached += bytes.length;
    for (const [oldest, { length }] of this.#cache) {
      if (this.#cached <= cacheBytes) break;
      this.#cache.delete(oldest);
      this.#cached -= length;
    }
  }
}

/** Goes through one parent tree in step with sorted names. */
export class ParentCursor {
  readonly #nodes: Iterator<Node> | undefined;
  #name: ByteString | undefined;
  #node: Node | undefined;

  constructor(bytes: Uint8Array | undefined) {
    this.#nodes = bytes === undefined ? undefined : decodeTree(bytes, { onProblem: () => {} })[Symbol.iterator]();
    this.#next();
  }

  /** The node of that name; names must be asked for in ascending order. */
  find(name: ByteString): Node | undefined {
    while (this.#name !== undefined && this.#name < name) this.#next();
    return this.#name === name ? this.#node : undefined;
  }

  #next(): void {
    this.#name = undefined;
    try {
      const step = this.#nodes?.next();
      if (step === undefined || step.done === true) return;
      this.#node = step.value;
      this.#name = fromBytes(step.value.name);
    } catch {
      // A tree that does not decode any further has nothing more to compare with.
    }
  }
}

/**
 * Cuts a tree blob into small tree blobs: part i holds the nodes whose names are below `firstNames[i + 1]` (and not
 * below `firstNames[i]`, except that the first part takes all before). For directories that several workers share.
 */
export function splitTree(bytes: Uint8Array, firstNames: readonly ByteString[]): Uint8Array<ArrayBuffer>[] {
  const starts = nodeStarts(bytes);
  const nameAt = (index: number) => {
    const [node] = decodeTree(wrap(bytes, starts, index, index + 1), { onProblem: () => {} });
    return node === undefined ? '' : fromBytes(node.name);
  };
  const cuts = firstNames.slice(1).map((name) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (nameAt(middle) < name) low = middle + 1;
      else high = middle;
    }
    return low;
  });
  return firstNames.map((_, index) =>
    wrap(bytes, starts, index === 0 ? 0 : (cuts[index - 1] ?? 0), cuts[index] ?? starts.length - 1),
  );
}

/** Where each node's `{` is, and at last the position after the last node's `}` plus one. */
function nodeStarts(bytes: Uint8Array): number[] {
  const starts: number[] = [];
  let depth = 0;
  let inText = false;
  let end = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (inText) {
      if (byte === 0x5c) at += 1;
      else if (byte === 0x22) inText = false;
    } else if (byte === 0x22) inText = true;
    else if (byte === 0x7b || byte === 0x5b) {
      depth += 1;
      if (depth === 3 && byte === 0x7b) starts.push(at);
    } else if (byte === 0x7d || byte === 0x5d) {
      if (depth === 3) end = at + 1;
      depth -= 1;
    }
  }
  starts.push(end + 1);
  return starts;
}

function wrap(bytes: Uint8Array, starts: readonly number[], from: number, to: number): Uint8Array<ArrayBuffer> {
  const nodes = from >= to ? new Uint8Array(0) : bytes.subarray(starts[from] ?? 0, (starts[to] ?? 1) - 1);
  const tree = new Uint8Array(nodes.length + 13);
  const target = Buffer.from(tree.buffer);
  target.write('{"nodes":[', 'latin1');
  tree.set(nodes, 10);
  target.write(']}\n', 10 + nodes.length, 'latin1');
  return tree;
}
