import { spawnSync } from 'node:child_process';
import { constants } from 'node:os';
import { fs } from './native-fs.ts';
import { posixHelperScript } from './posix-helper-script.ts';

/** One extended attribute; `name` with its name space (`user.x`), `value` as the raw bytes. */
export interface Xattr {
  readonly name: string;
  readonly value: Buffer;
}

/**
 * One change of metadata that Node itself cannot make. Links are never followed. Times are nanoseconds since 1970; with
 * `fresh` the entry was made a moment ago and has no attributes of its own, so what it got from its folder (an access list
 * for all that is made there) is taken away first.
 * `xattrs` sets `set`, removes `remove` and, with `exact`, also every attribute not in `set` (except the labels that the
 * system itself puts on files). `mode` holds permission bits only. `sync` writes the file system that holds `path` to disk.
 */
export type MetadataOp =
  | {
      readonly kind: 'times';
      readonly path: Buffer;
      readonly atimeNs: bigint;
      readonly mtimeNs: bigint;
      readonly fresh?: boolean;
    }
  | {
      readonly kind: 'xattrs';
      readonly path: Buffer;
      readonly set: readonly Xattr[];
      readonly remove: readonly string[];
      readonly exact?: boolean;
    }
  | { readonly kind: 'mkfifo'; readonly path: Buffer; readonly mode: number }
  | {
      readonly kind: 'mknod';
      readonly path: Buffer;
      readonly device: bigint;
      readonly mode: number;
      readonly node: 'block' | 'char';
    }
  | { readonly kind: 'sync'; readonly path: Buffer };

/** What this system allows; `note` says in plain words what is missing and why (empty when nothing is). */
export interface PosixCapabilities {
  readonly xattrs: boolean;
  /** Whether times are set to the nanosecond (else to about a microsecond). */
  readonly exactTimes: boolean;
  readonly specialFiles: boolean;
  readonly note: string;
}

/** Why one operation failed: `code` is the system's name (`EPERM`) or `unavailable` when this system has no way to do it. */
export class PosixError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'PosixError';
    this.code = code;
  }
}

const maximumInput = 4 * 1024 * 1024;
const maximumOutput = 64 * 1024 * 1024;
const typeBits = { fifo: 0o010000, char: 0o020000, block: 0o060000 };
const codeNames = new Map(Object.entries(constants.errno).map(([name, value]) => [value, name]));

/**
 * The extended attributes of each path, in the order the system lists them; an `Error` where they cannot be listed (code
 * `unavailable` for all when this system offers no way). A file system without attributes answers none. A single attribute
 * that cannot be read is left out and handed to `onSkipped`. Synchronous; one child process per few thousand paths.
 */
export function readXattrs(
  paths: readonly Buffer[],
  onSkipped?: (index: number, name: string, error: Error) => void,
): (Xattr[] | Error)[] {
  const encode = (into: RequestWriter, path: Buffer): void => into.begin(1, path);
  return runBatches(paths, encode, (reader, index) => {
    const code = reader.number();
    if (code !== 0) {
      return systemError(code, 'reading attributes');
    }
    const found: Xattr[] = [];
    for (let left = reader.number(); left > 0; left--) {
      const name = reader.bytes().toString('utf8');
      const error = reader.number();
      const value = Buffer.from(reader.bytes());
      if (error === 0) {
        found.push({ name, value });
      } else {
        onSkipped?.(index, name, systemError(error, `reading attribute ${name}`));
      }
    }
    return found;
  });
}

/**
 * Makes the changes in order; for each `null` or why it failed (the first failure of an operation with several parts, the
 * other parts are still tried). Where the system calls cannot be reached, times fall back to Node's precision and fifos and
 * devices to the system's own commands; attributes then answer `unavailable`. Synchronous.
 */
export function applyMetadata(ops: readonly MetadataOp[]): (Error | null)[] {
  const answers = runBatches(ops, encodeOp, (reader, index) => {
    const code = reader.number();
    return code === 0 ? null : systemError(code, ops[index]?.kind ?? '');
  });
  return answers.map((answer, index) => {
    const op = ops[index];
    return answer instanceof PosixError && answer.code === 'unavailable' && op !== undefined ? fallback(op) : answer;
  });
}

/** Finds out once what this system allows; callers keep the answer for a run. */
export function detectPosixCapabilities(): PosixCapabilities {
  const [answer] = readXattrs([Buffer.from('/')]);
  if (!(answer instanceof PosixError) || answer.code !== 'unavailable') {
    return { xattrs: true, exactTimes: true, specialFiles: true, note: '' };
  }
  const specialFiles = process.platform !== 'win32' && ['/usr/bin/mkfifo', '/bin/mkfifo'].some((path) => fs.existsSync(path));
  const reason = process.platform === 'linux' ? 'perl is not installed' : 'this system is not Linux on x86_64 or aarch64';
  const note = `Extended attributes are left out and times are kept to the microsecond, because ${reason}.`;
  return { xattrs: false, exactTimes: false, specialFiles, note };
}

/** Answers each request; a child process stops early when its answers grow large, the next one gets the rest. */
function runBatches<R, T>(
  requests: readonly R[],
  encode: (into: RequestWriter, request: R) => void,
  decode: (reader: Reader, index: number) => T,
): (T | PosixError)[] {
  const results: (T | PosixError)[] = [];
  const writer = new RequestWriter();
  while (results.length < requests.length) {
    writer.clear();
    for (let next = results.length; next < requests.length && writer.length < maximumInput; next++) {
      encode(writer, requests[next] as R);
    }
    const answer = process.platform === 'linux' ? runPerl(writer.bytes()) : unavailable();
    if (answer instanceof PosixError) {
      while (results.length < requests.length) results.push(answer);
      return results;
    }
    const before = results.length;
    const reader = new Reader(answer);
    while (reader.hasMore() && results.length < requests.length) {
      results.push(decode(reader, results.length));
    }
    if (results.length === before) {
      results.push(new PosixError('EIO', 'The system helper gave no answer.'));
    }
  }
  return results;
}

function runPerl(input: Buffer): Buffer | PosixError {
  const child = spawnSync('perl', ['-e', posixHelperScript], {
    input,
    maxBuffer: maximumOutput,
    env: { PATH: '/usr/bin:/bin:/usr/local/bin', LC_ALL: 'C' },
    stdio: ['pipe', 'pipe', 'ignore'],
    cwd: '/',
  });
  const failure: NodeJS.ErrnoException | undefined = child.error;
  const code = failure?.code;
  if (code === 'ENOENT' || code === 'EACCES' || child.status === 3) {
    return unavailable();
  }
  return child.stdout ?? Buffer.alloc(0);
}

function fallback(op: MetadataOp): Error | null {
  try {
    if (op.kind === 'times') {
      fs.lutimesSync(op.path, nanosecondsAsSeconds(op.atimeNs), nanosecondsAsSeconds(op.mtimeNs));
      return null;
    }
    if (op.kind === 'xattrs') {
      return op.set.length === 0 && op.remove.length === 0 ? null : unavailable();
    }
    return op.kind === 'sync' ? unavailable() : runCommand(op);
  } catch (error) {
    return error as Error;
  }
}

/** Node passes no raw bytes as arguments, so a name that is not UTF-8 cannot be handed to a command. */
function runCommand(op: Extract<MetadataOp, { kind: 'mkfifo' | 'mknod' }>): Error | null {
  const path = op.path.toString('utf8');
  if (process.platform === 'win32' || !Buffer.from(path).equals(op.path)) {
    return unavailable();
  }
  const mode = ['-m', (op.mode & 0o777).toString(8), '--', path];
  const { major, minor } = op.kind === 'mknod' ? splitDevice(op.device) : { major: 0, minor: 0 };
  const child =
    op.kind === 'mkfifo'
      ? spawnSync('mkfifo', mode, { env: { PATH: '/usr/bin:/bin' }, stdio: 'ignore' })
      : spawnSync('mknod', [...mode, op.node === 'block' ? 'b' : 'c', `${major}`, `${minor}`], {
          env: { PATH: '/usr/bin:/bin:/sbin' },
          stdio: 'ignore',
        });
  if (child.error !== undefined) {
    return unavailable();
  }
  return child.status === 0 ? null : new PosixError('EPERM', `${op.kind} was refused by the system.`);
}

/** Major and minor number of a Linux `dev_t`. */
export function splitDevice(device: bigint): { readonly major: number; readonly minor: number } {
  return {
    major: Number(((device >> 8n) & 0xfffn) | ((device >> 32n) & 0xfffff000n)),
    minor: Number((device & 0xffn) | ((device >> 12n) & 0xffffff00n)),
  };
}

function encodeOp(into: RequestWriter, op: MetadataOp): void {
  switch (op.kind) {
    case 'times':
      into.begin(op.fresh === true ? 6 : 2, op.path);
      into.timespec(op.atimeNs);
      into.timespec(op.mtimeNs);
      return;
    case 'xattrs':
      into.begin(3, op.path);
      into.byte(op.exact === true ? 1 : 0);
      into.number(op.set.length);
      for (const { name, value } of op.set) {
        into.sized(Buffer.from(name));
        into.sized(value);
      }
      into.number(op.remove.length);
      for (const name of op.remove) into.sized(Buffer.from(name));
      return;
    case 'mkfifo':
    case 'mknod':
      into.begin(4, op.path);
      into.number(typeBits[op.kind === 'mkfifo' ? 'fifo' : op.node] | (op.mode & 0o7777));
      into.number(op.kind === 'mkfifo' ? 0 : kernelDevice(op.device));
      return;
    case 'sync':
      into.begin(5, op.path);
  }
}

/** The kernel takes 32 bits: 12 of major number between the low 8 and the high 12 bits of the minor number. */
function kernelDevice(device: bigint): number {
  const { major, minor } = splitDevice(device);
  return ((minor & 0xff) | ((major & 0xfff) << 8) | ((minor & 0xfff00) << 12)) >>> 0;
}

function nanosecondsAsSeconds(nanoseconds: bigint): number {
  return Number(nanoseconds / 1_000_000_000n) + Number(nanoseconds % 1_000_000_000n) / 1e9;
}

function systemError(code: number, what: string): PosixError {
  const name = codeNames.get(code) ?? `errno ${code}`;
  return new PosixError(name, `${name}: ${what} failed`);
}

function unavailable(): PosixError {
  return new PosixError('unavailable', 'This system offers no way to do this.');
}

/** Requests one behind the other in one block of memory, which grows; thousands of small buffers would cost more than the work. */
class RequestWriter {
  length = 0;
  private memory = Buffer.allocUnsafe(64 * 1024);

  clear(): void {
    this.length = 0;
  }

  bytes(): Buffer {
    return this.memory.subarray(0, this.length);
  }

  begin(kind: number, path: Buffer): void {
    this.byte(kind);
    this.sized(path);
  }

  byte(value: number): void {
    this.reserve(1);
    this.memory[this.length] = value;
    this.length += 1;
  }

  number(value: number): void {
    this.reserve(4);
    this.length = this.memory.writeUInt32LE(value, this.length);
  }

  sized(bytes: Uint8Array): void {
    this.number(bytes.length);
    this.reserve(bytes.length);
    this.memory.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** A `struct timespec`: whole seconds, rounded down, and nanoseconds. */
  timespec(nanoseconds: bigint): void {
    const billion = 1_000_000_000n;
    const fraction = ((nanoseconds % billion) + billion) % billion;
    this.reserve(16);
    this.length = this.memory.writeBigInt64LE(BigInt.asIntN(64, (nanoseconds - fraction) / billion), this.length);
    this.length = this.memory.writeBigInt64LE(fraction, this.length);
  }

  private reserve(bytes: number): void {
    if (this.length + bytes <= this.memory.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.memory.length * 2, this.length + bytes));
    this.memory.copy(larger, 0, 0, this.length);
    this.memory = larger;
  }
}

class Reader {
  private readonly data: Buffer;
  private at = 0;

  constructor(data: Buffer) {
    this.data = data;
  }

  hasMore(): boolean {
    return this.at + 4 <= this.data.length;
  }

  number(): number {
    this.at += 4;
    return this.data.readUInt32LE(this.at - 4);
  }

  bytes(): Buffer {
    const length = this.number();
    this.at += length;
    return this.data.subarray(this.at - length, this.at);
  }
}
