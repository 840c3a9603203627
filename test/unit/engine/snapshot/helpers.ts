import { createHash } from 'node:crypto';
import { AppError } from '../../../../shared/errors.ts';
import { emptyNode, type Node } from '../../../../main/engine/snapshot/node.ts';
import { encodeTree } from '../../../../main/engine/snapshot/tree-codec.ts';

/** Blobs in memory, with a count of reads. */
export class MemoryBlobs {
  readonly blobs = new Map<string, Buffer>();
  reads = 0;

  add(bytes: Buffer): string {
    const id = createHash('sha256').update(bytes).digest('hex');
    this.blobs.set(id, bytes);
    return id;
  }

  tree(...nodes: readonly Node[]): string {
    return this.add(encodeTree(nodes.toSorted((a, b) => Buffer.compare(a.name, b.name))));
  }

  loadBlob(_type: 'data' | 'tree', id: string): Promise<Buffer> {
    this.reads += 1;
    const bytes = this.blobs.get(id);
    return bytes === undefined
      ? Promise.reject(new AppError('missing-data', `Blob ${id.slice(0, 8)} is missing.`))
      : Promise.resolve(bytes);
  }
}

/** The id of a made-up data blob. */
export function dataId(label: string): string {
  return createHash('sha256').update(label).digest('hex');
}

export function file(name: string, content: string, more: Partial<Node> = {}): Node {
  const size = BigInt(content.length);
  return { ...emptyNode(Buffer.from(name), 'file'), mode: 0o644, size, links: 1n, content: [dataId(content)], ...more };
}

export function folder(name: string, subtree: string, more: Partial<Node> = {}): Node {
  return { ...emptyNode(Buffer.from(name), 'dir'), mode: 0x8000_01ed, subtree, ...more };
}

export function link(name: string, target: string): Node {
  return { ...emptyNode(Buffer.from(name), 'symlink'), mode: 0x0800_01ff, links: 1n, linkTarget: Buffer.from(target) };
}

/** Collects an async iterable. */
export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const result: T[] = [];
  for await (const item of items) {
    result.push(item);
  }
  return result;
}
