import { fs } from '../platform/native-fs.ts';
import { posixPermissions } from '../snapshot/go-mode.ts';
import type { Node } from '../snapshot/node.ts';
import { parseTime } from '../snapshot/time.ts';

type BigIntStats = NonNullable<ReturnType<typeof statBigInt>>;

/** What is at a path now. Sizes in bytes, times in nanoseconds since 1970; `mode` has the permission bits only. */
export interface TargetState {
  readonly type: Node['type'];
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly inode: bigint;
  readonly device: bigint;
  readonly rdev: bigint;
  readonly links: bigint;
}

/** What is at `path` without following a link there; undefined when nothing is, or nothing can be known. */
export function lookAt(path: Buffer): TargetState | undefined {
  try {
    const stats = statBigInt(path);
    return stats === undefined ? undefined : stateOf(stats);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOTDIR' || code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Whether anything is at `path`, a link not followed; cheaper than {@link lookAt}. */
export function isThere(path: Buffer): boolean {
  return fs.lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** The state in the result of an `lstat` or `fstat`. */
export function stateOf(stats: BigIntStats): TargetState {
  return {
    type: typeOf(stats),
    size: stats.size,
    mtimeNs: stats.mtimeNs,
    mode: Number(stats.mode) & 0o7777,
    uid: Number(stats.uid),
    gid: Number(stats.gid),
    inode: stats.ino,
    device: stats.dev,
    rdev: stats.rdev,
    links: stats.nlink,
  };
}

/** Whether two states are of the same object, unchanged. */
export function sameState(a: TargetState, b: TargetState): boolean {
  return (
    a.type === b.type && a.inode === b.inode && a.device === b.device && a.size === b.size && a.mtimeNs === b.mtimeNs
  );
}

/** Whether what is at `path` equals the node in type and content as far as size, time and link target tell. */
export function isIdentical(node: Node, state: TargetState, path: Buffer): boolean {
  if (node.type !== state.type) return false;
  switch (node.type) {
    case 'file':
      return state.size === node.size && state.mtimeNs === parseTime(node.mtime);
    case 'symlink':
      return readLink(path)?.equals(node.linkTarget ?? Buffer.alloc(0)) === true;
    case 'dev':
    case 'chardev':
      return state.rdev === node.device;
    case 'fifo':
    case 'dir':
      return true;
    case 'socket':
    case 'irregular':
      return false;
  }
}

/** Whether mode and (for root) owner of what is there equal the node's. */
export function hasSameOwnership(node: Node, state: TargetState): boolean {
  if (process.platform === 'win32') return true;
  const sameMode = node.type === 'symlink' || state.mode === posixPermissions(node.mode);
  return sameMode && (process.geteuid?.() !== 0 || (state.uid === node.uid && state.gid === node.gid));
}

function readLink(path: Buffer): Buffer | undefined {
  try {
    return fs.readlinkSync(path, { encoding: 'buffer' });
  } catch {
    return undefined;
  }
}

function statBigInt(path: Buffer) {
  return fs.lstatSync(path, { bigint: true, throwIfNoEntry: false });
}

function typeOf(stats: BigIntStats): Node['type'] {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'dir';
  if (stats.isSymbolicLink()) return 'symlink';
  if (stats.isBlockDevice()) return 'dev';
  if (stats.isCharacterDevice()) return 'chardev';
  if (stats.isFIFO()) return 'fifo';
  return stats.isSocket() ? 'socket' : 'irregular';
}
