import { Header, type HeaderData } from 'tar';
import { posixPermissions } from '../snapshot/go-mode.ts';
import type { Node } from '../snapshot/node.ts';
import { splitDevice } from '../platform/posix-helper.ts';
import { parseTime } from '../snapshot/time.ts';

const blockSize = 512;
const largestOctalSize = 0o77777777777n;
const largestOctalId = 0o7777777;

const entryTypes: Readonly<Partial<Record<Node['type'], HeaderData['type']>>> = {
  file: 'File',
  dir: 'Directory',
  symlink: 'SymbolicLink',
  dev: 'BlockDevice',
  chardev: 'CharacterDevice',
  fifo: 'FIFO',
};

/**
 * The header blocks of one entry: a pax extended header where the plain one cannot say everything exactly, then the plain
 * one. `hardLink` makes it another name of that path. Undefined for types that tar does not know (sockets).
 *
 * The blocks come from the `tar` library. Its pax records do not: they carry text only, whole milliseconds and a fixed set
 * of keys, while names here may be any bytes, times have nanoseconds, and attributes are `SCHILY.xattr.*` records.
 */
export function tarHeader(path: Buffer, node: Node, size: bigint, hardLink: Buffer | undefined): Buffer | undefined {
  const type = hardLink === undefined ? entryTypes[node.type] : 'Link';
  if (type === undefined) return undefined;
  const name = node.type === 'dir' ? Buffer.concat([path, Buffer.from('/')]) : path;
  const link = hardLink ?? (node.type === 'symlink' ? (node.linkTarget ?? Buffer.alloc(0)) : Buffer.alloc(0));
  const records = paxRecords(node, name, link, size);
  const isDevice = node.type === 'dev' || node.type === 'chardev';
  const { major, minor } = isDevice ? splitDevice(node.device) : { major: 0, minor: 0 };
  const plain = plainBlock({
    type,
    path: plainName(name),
    linkpath: plainName(link),
    mode: posixPermissions(node.mode),
    uid: Math.min(node.uid, largestOctalId),
    gid: Math.min(node.gid, largestOctalId),
    size: size > largestOctalSize ? 0 : Number(size),
    mtime: headerTime(parseTime(node.mtime)),
    uname: plainName(Buffer.from(node.user)).slice(0, 31),
    gname: plainName(Buffer.from(node.group)).slice(0, 31),
    devmaj: major,
    devmin: minor,
  });
  if (records.length === 0) return plain;
  const body = Buffer.concat(records);
  const extended = plainBlock({
    type: 'ExtendedHeader',
    path: `PaxHeaders/${plainName(name).slice(-80)}`.replace(/\/$/, ''),
    linkpath: '',
    mode: 0o644,
    uid: 0,
    gid: 0,
    size: body.length,
    mtime: headerTime(0n),
  });
  return Buffer.concat([extended, body, padding(BigInt(body.length)), plain]);
}

/** The zeros that fill the last block of `size` bytes. */
export function padding(size: bigint): Buffer {
  return Buffer.alloc((blockSize - Number(size % BigInt(blockSize))) % blockSize);
}

/** The two empty blocks at the end of an archive, filled up to the usual record of 10 KiB. */
export function tarEnd(written: bigint): Buffer {
  const record = 10_240n;
  const used = (written + 1024n) % record;
  return Buffer.alloc(1024 + Number(used === 0n ? 0n : record - used));
}

function plainBlock(data: HeaderData): Buffer {
  const block = Buffer.alloc(blockSize);
  new Header(data).encode(block);
  return block;
}

function paxRecords(node: Node, name: Buffer, link: Buffer, size: bigint): Buffer[] {
  const records: Buffer[] = [];
  const add = (key: string, value: Buffer | string): void => void records.push(paxRecord(key, Buffer.from(value)));
  if (!isPlain(name)) add('path', name);
  if (link.length > 0 && !isPlain(link)) add('linkpath', link);
  const mtime = parseTime(node.mtime);
  const atime = parseTime(node.atime);
  if (mtime % 1_000_000_000n !== 0n || mtime < 0n || mtime / 1_000_000_000n > largestOctalSize) add('mtime', decimalTime(mtime));
  if (atime !== mtime) add('atime', decimalTime(atime));
  if (size > largestOctalSize) add('size', String(size));
  if (node.uid > largestOctalId) add('uid', String(node.uid));
  if (node.gid > largestOctalId) add('gid', String(node.gid));
  if (!isPlain(Buffer.from(node.user)) || node.user.length > 31) add('uname', node.user);
  if (!isPlain(Buffer.from(node.group)) || node.group.length > 31) add('gname', node.group);
  for (const xattr of node.xattrs) add(`SCHILY.xattr.${xattr.name}`, xattr.value);
  return records;
}

/** `length key=value\n`, where the length counts itself. */
function paxRecord(key: string, value: Buffer): Buffer {
  const rest = Buffer.concat([Buffer.from(` ${key}=`), value, Buffer.from('\n')]);
  let length = rest.length + 1;
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
  return Buffer.concat([Buffer.from(String(length)), rest]);
}

/** Whether the plain header can hold the name: printable ASCII that fits without being split. */
function isPlain(name: Buffer): boolean {
  return name.length < 100 && name.every((byte) => byte >= 0x20 && byte < 0x7f);
}

/** What the plain header says where the extended one has the truth: ASCII, cut to what fits. */
function plainName(name: Buffer): string {
  if (isPlain(name)) return name.toString('latin1');
  return name.toString('latin1').replace(/[^\x20-\x7e]/g, '_').slice(-99);
}

function headerTime(ns: bigint): Date {
  const seconds = ns < 0n ? 0n : ns / 1_000_000_000n;
  // oxlint-disable-next-line no-restricted-globals -- the library takes a Date; no clock is read
  return new Date(Number(seconds > largestOctalSize ? 0n : seconds) * 1000);
}

/** Seconds with up to nine digits, as pax wants them. */
function decimalTime(ns: bigint): string {
  const sign = ns < 0n ? '-' : '';
  const absolute = ns < 0n ? -ns : ns;
  const fraction = String(absolute % 1_000_000_000n).padStart(9, '0').replace(/0+$/, '');
  return `${sign}${absolute / 1_000_000_000n}${fraction === '' ? '' : `.${fraction}`}`;
}
