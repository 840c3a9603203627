/** The node types of the format; `irregular` may be read but is never written. */
export type NodeType = 'file' | 'dir' | 'symlink' | 'dev' | 'chardev' | 'fifo' | 'socket' | 'irregular';

/** One extended attribute; `nullValue` remembers that the tree said `null` where empty was meant. */
export interface Xattr {
  readonly name: string;
  readonly value: Buffer;
  readonly nullValue?: true;
}

/** One field of a JSON object this program does not know, kept as the JSON text it came with. */
export interface ExtraField {
  readonly key: string;
  readonly json: string;
}

/** The fields whose JSON text may be kept verbatim when it is not what the encoder would write. */
export type VerbatimField = 'name' | 'user' | 'group' | 'linktarget';

/**
 * One entry of a tree. Names and link targets are raw bytes, times are the RFC 3339 text of the tree (compare
 * with `sameInstant`, convert with `parseTime`), `mode` is Go's FileMode, numbers that exceed 2^53 are bigint.
 * `content` lists data blob ids in file order and is null for everything but files; `subtree` is set for
 * directories; `size` counts for files only. Source: repository-format section 10.2.
 */
export interface Node {
  /** Raw bytes of the file name, unquoted. */
  readonly name: Buffer;
  readonly type: NodeType;
  /** Go FileMode bits, see go-mode.ts. */
  readonly mode: number;
  readonly mtime: string;
  readonly atime: string;
  readonly ctime: string;
  readonly uid: number;
  readonly gid: number;
  /** Empty when unknown. */
  readonly user: string;
  readonly group: string;
  readonly inode: bigint;
  readonly deviceId: bigint;
  readonly size: bigint;
  /** Hard link count; 0 where the format does not record it (directories, fifos). */
  readonly links: bigint;
  readonly linkTarget: Buffer | undefined;
  readonly xattrs: readonly Xattr[];
  /** The JSON object text of `generic_attributes` (Windows metadata), kept as it is. */
  readonly genericAttributes: string | undefined;
  /** Device number (st_rdev) of dev and chardev nodes. */
  readonly device: bigint;
  readonly content: readonly string[] | null;
  readonly subtree: string | undefined;
  /** Unknown fields in the order they were read; written after the known ones. */
  readonly extra?: readonly ExtraField[];
  /** JSON text of fields another encoder wrote differently, so that a decoded node encodes to the same bytes. */
  readonly verbatim?: Readonly<Partial<Record<VerbatimField, string>>>;
}

/** The time restic writes when none is known. */
export const noTime = '0001-01-01T00:00:00Z';

/** A node with neutral values, for callers that set only what they know. */
export function emptyNode(name: Buffer, type: NodeType): Node {
  return {
    name,
    type,
    mode: 0,
    mtime: noTime,
    atime: noTime,
    ctime: noTime,
    uid: 0,
    gid: 0,
    user: '',
    group: '',
    inode: 0n,
    deviceId: 0n,
    size: 0n,
    links: 0n,
    linkTarget: undefined,
    xattrs: [],
    genericAttributes: undefined,
    device: 0n,
    content: null,
    subtree: undefined,
  };
}
