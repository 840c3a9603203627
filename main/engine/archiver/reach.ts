import { fs } from '../platform/native-fs.ts';
import { toBytes, type ByteString } from './bytes.ts';

/** Linux refuses paths of 4096 bytes and more, including the zero byte at the end. */
const longestPath = 4095;
const pieceLength = 3_500;
const openLimit = 32;

/**
 * Makes entries usable whose path is longer than the system takes: on Linux through open directories
 * (`/proc/<pid>/fd/<n>/name`). Elsewhere, and for shorter paths, the path is used as it is. Keeps at most 32
 * directories open; `close` ends that and must be called when a task is done.
 */
export class Reach {
  readonly #open = new Map<ByteString, number>();
  readonly #procRoot: ByteString | undefined;

  constructor(platform: NodeJS.Platform = process.platform, pid: number = process.pid) {
    this.#procRoot = platform === 'linux' ? `/proc/${pid}/fd` : undefined;
  }

  /** Whether `path` needs open directories; what `path` gives for it is then good only until the next 32 others. */
  isLong(path: ByteString): boolean {
    return this.#procRoot !== undefined && path.length > longestPath;
  }

  /** A path for system calls (also of other processes of this user). Throws what opening a directory throws. */
  path(path: ByteString): Buffer {
    if (!this.isLong(path)) return toBytes(path);
    const slash = path.lastIndexOf('/');
    return toBytes(`${this.#procRoot}/${this.#directory(path.slice(0, slash))}/${path.slice(slash + 1)}`);
  }

  close(): void {
    for (const descriptor of this.#open.values()) fs.closeSync(descriptor);
    this.#open.clear();
  }

  /** Opens `path` piece by piece, starting from the nearest open directory above it. */
  #directory(path: ByteString): number {
    const known = this.#open.get(path);
    if (known !== undefined) {
      this.#open.delete(path);
      this.#open.set(path, known);
      return known;
    }
    const parent = path.slice(0, path.lastIndexOf('/'));
    const above = this.#open.get(parent);
    let descriptor: number;
    if (above === undefined) {
      descriptor = this.#openPieces(path);
    } else {
      descriptor = openDirectory(toBytes(`${this.#procRoot}/${above}/${path.slice(parent.length + 1)}`));
    }
    this.#open.set(path, descriptor);
    const [oldest] = this.#open;
    if (this.#open.size > openLimit && oldest !== undefined) {
      this.#open.delete(oldest[0]);
      fs.closeSync(oldest[1]);
    }
    return descriptor;
  }

  #openPieces(path: ByteString): number {
    let descriptor = -1;
    let from = 0;
    while (from < path.length) {
      let end = path.length;
      if (end - from > pieceLength) end = path.lastIndexOf('/', from + pieceLength);
      const piece = path.slice(from, end);
      const next = openDirectory(toBytes(descriptor === -1 ? piece : `${this.#procRoot}/${descriptor}${piece}`));
      if (descriptor !== -1) fs.closeSync(descriptor);
      descriptor = next;
      from = end;
    }
    return descriptor;
  }
}

function openDirectory(path: Buffer): number {
  return fs.openSync(path, fs.constants.O_RDONLY | fs.constants.O_DIRECTORY);
}
