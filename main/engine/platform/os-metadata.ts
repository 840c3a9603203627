import type { BigIntStats } from 'node:fs';

/** The kinds of directory entries the format knows. */
export type EntryType = 'file' | 'dir' | 'symlink' | 'dev' | 'chardev' | 'fifo' | 'socket' | 'irregular';

/**
 * What the system says about one entry. Times in nanoseconds since 1970; `mode` is
 * st_mode; 64-bit numbers are unsigned bigint. On Windows inode, owner and link count are
 * 0 and ctime is mtime, since the format records none there.
 */
export interface EntryFacts {
  readonly type: EntryType;
  /** POSIX st_mode: type, setuid, setgid, sticky and permission bits. */
  readonly mode: number;
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly atimeNs: bigint;
  readonly ctimeNs: bigint;
  readonly uid: number;
  readonly gid: number;
  readonly inode: bigint;
  readonly deviceId: bigint;
  readonly links: bigint;
  /** st_rdev of devices, else 0. */
  readonly device: bigint;
}

const typeOfFormat: ReadonlyMap<number, EntryType> = new Map([
  [0o100000, 'file'],
  [0o040000, 'dir'],
  [0o120000, 'symlink'],
  [0o060000, 'dev'],
  [0o020000, 'chardev'],
  [0o010000, 'fifo'],
  [0o140000, 'socket'],
] as const);

/** The facts of a `lstat` or `fstat` made with `{ bigint: true }`. */
export function entryFacts(stat: BigIntStats, platform: NodeJS.Platform = process.platform): EntryFacts {
  const mode = Number(stat.mode);
  const type = typeOfFormat.get(mode & 0o170000) ?? 'irregular';
  if (platform === 'win32') return windowsFacts(stat, type);
  return {
    type,
    mode,
    size: stat.size,
    mtimeNs: stat.mtimeNs,
    atimeNs: stat.atimeNs,
    ctimeNs: stat.ctimeNs,
    uid: Number(stat.uid),
    gid: Number(stat.gid),
    inode: BigInt.asUintN(64, stat.ino),
    deviceId: BigInt.asUintN(64, stat.dev),
    links: BigInt.asUintN(64, stat.nlink),
    device: type === 'dev' || type === 'chardev' ? BigInt.asUintN(64, stat.rdev) : 0n,
  };
}

function windowsFacts(stat: BigIntStats, type: EntryType): EntryFacts {
  const mode = Number(stat.mode);
  const permissions = type === 'dir' ? 0o777 : (mode & 0o200) !== 0 ? 0o666 : 0o444;
  return {
    type,
    mode: (mode & 0o170000) | permissions,
    size: stat.size,
    mtimeNs: stat.mtimeNs,
    atimeNs: stat.atimeNs,
    ctimeNs: stat.mtimeNs,
    uid: 0,
    gid: 0,
    inode: 0n,
    deviceId: BigInt.asUintN(64, stat.dev),
    links: type === 'dir' ? 0n : 1n,
    device: 0n,
  };
}

/**
 * Whether two stats of one open file show that it was not touched in between (size and both times; a write, a
 * truncation, a rename over it and a change back of its mtime all move one of them).
 */
export function isUntouched(before: EntryFacts, after: EntryFacts): boolean {
  return before.size === after.size && before.mtimeNs === after.mtimeNs && before.ctimeNs === after.ctimeNs;
}
