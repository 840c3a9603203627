import { modeText } from '../engine/snapshot/go-mode.ts';
import type { Node } from '../engine/snapshot/node.ts';
import { parseTime } from '../engine/snapshot/time.ts';
import { shownTime } from './snapshot-text.ts';

/** Milliseconds of a node's time, or NaN when it is none. */
export function nodeTime(node: Node): number {
  try {
    return Number(parseTime(node.mtime) / 1_000_000n);
  } catch {
    return Number.NaN;
  }
}

/** A long listing line as restic's: mode, owner, group, size, time, path, link target. */
export function longLine(path: string, node: Node, name: (bytes: Uint8Array) => string): string {
  const target = node.type === 'symlink' && node.linkTarget !== undefined ? ` -> ${name(node.linkTarget)}` : '';
  const owner = `${String(node.uid).padStart(5)} ${String(node.gid).padStart(5)}`;
  return `${modeText(node.mode)} ${owner} ${String(node.size).padStart(6)} ${shownTime(nodeTime(node))} ${path}${target}`;
}

/** JSON text of an object whose bigint values are written as plain numbers, as Go writes 64-bit ones. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'bigint' ? (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(String(part)) : part,
  );
}

/** A node as a line of `ls --json`. */
export function lsNode(path: Buffer, node: Node): Record<string, unknown> {
  return {
    name: node.name.toString('utf8'),
    type: node.type,
    path: path.toString('utf8'),
    uid: node.uid,
    gid: node.gid,
    ...(node.type === 'file' ? { size: node.size } : {}),
    mode: node.mode,
    permissions: modeText(node.mode),
    mtime: node.mtime,
    atime: node.atime,
    ctime: node.ctime,
    ...(node.inode === 0n ? {} : { inode: node.inode }),
    message_type: 'node',
    struct_type: 'node',
  };
}

/** A node as an entry of `find --json`. */
export function findNodeJson(path: Buffer, node: Node): Record<string, unknown> {
  const present = (name: string, value: bigint | string): Record<string, unknown> =>
    value === 0n || value === '' ? {} : { [name]: value };
  return {
    path: path.toString('utf8'),
    permissions: modeText(node.mode),
    name: node.name.toString('utf8'),
    type: node.type,
    ...(node.mode === 0 ? {} : { mode: node.mode }),
    mtime: node.mtime,
    atime: node.atime,
    ctime: node.ctime,
    uid: node.uid,
    gid: node.gid,
    ...present('user', node.user),
    ...present('group', node.group),
    ...present('inode', node.inode),
    ...present('device_id', node.deviceId),
    ...present('size', node.size),
    ...present('links', node.links),
    ...(node.linkTarget === undefined ? {} : { linktarget: node.linkTarget.toString('utf8') }),
    ...present('device', node.device),
  };
}
