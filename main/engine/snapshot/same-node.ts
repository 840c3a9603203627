import type { Node } from './node.ts';
import { sameInstant } from './time.ts';
import { encodeNode } from './tree-codec.ts';

/** Whether two nodes agree in every field; times are compared as instants, in whatever zone they are written. */
export function sameNode(a: Node, b: Node): boolean {
  if (!sameInstant(a.mtime, b.mtime) || !sameInstant(a.atime, b.atime) || !sameInstant(a.ctime, b.ctime)) {
    return false;
  }
  const { mtime, atime, ctime } = a;
  return encodeNode(a) === encodeNode({ ...b, mtime, atime, ctime });
}

/** Whether two files have the same list of blobs. */
export function sameContent(a: Node, b: Node): boolean {
  const [x, y] = [a.content ?? [], b.content ?? []];
  return x.length === y.length && x.every((id, i) => id === y[i]);
}
