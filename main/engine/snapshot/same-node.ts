import type { Node, Xattr } from './node.ts';
import { sameInstant } from './time.ts';

/**
 * Whether two nodes agree in every known field but name and tree id; times are compared as instants, in whatever zone
 * they are written.
 */
export function sameNode(a: Node, b: Node): boolean {
  return (
    a.type === b.type &&
    a.mode === b.mode &&
    a.uid === b.uid &&
    a.gid === b.gid &&
    a.user === b.user &&
    a.group === b.group &&
    a.inode === b.inode &&
    a.deviceId === b.deviceId &&
    a.size === b.size &&
    a.links === b.links &&
    a.device === b.device &&
    sameInstant(a.mtime, b.mtime) &&
    sameInstant(a.ctime, b.ctime) &&
    sameInstant(a.atime, b.atime) &&
    sameLinkTarget(a.linkTarget, b.linkTarget) &&
    sameContent(a, b) &&
    sameXattrs(a.xattrs, b.xattrs) &&
    a.genericAttributes === b.genericAttributes
  );
}

/** Whether two files have the same list of blobs; none at all equals an empty list. */
export function sameContent(a: Pick<Node, 'content'>, b: Pick<Node, 'content'>): boolean {
  const [x, y] = [a.content ?? [], b.content ?? []];
  return x === y || (x.length === y.length && x.every((id, at) => id === y[at]));
}

/** Whether two links lead to the same place, byte for byte; none at all equals an empty target. */
export function sameLinkTarget(a: Buffer | undefined, b: Buffer | undefined): boolean {
  return a === b || Buffer.compare(a ?? Buffer.alloc(0), b ?? Buffer.alloc(0)) === 0;
}

function sameXattrs(a: readonly Xattr[], b: readonly Xattr[]): boolean {
  return a.length === b.length && a.every(({ name, value }, at) => name === b[at]?.name && value.equals(b[at].value));
}
