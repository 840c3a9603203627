import type { Chunker } from '../chunker/chunker.ts';
import { fs, optionalFlags } from '../platform/native-fs.ts';
import { entryFacts, isUntouched, type EntryFacts } from '../platform/os-metadata.ts';

/** Repeats of a file that changes while it is read, before it is stored as it is. */
const retries = 2;
const readSize = 1024 * 1024;

/** Receives the chunks of a file in order; the bytes are valid only during the call. Returns the blob's id. */
export type SaveChunk = (chunk: Uint8Array) => string;

/** A file as it was read. `facts` are those from before reading; `size` is what was read. */
export interface ReadFile {
  readonly facts: EntryFacts;
  readonly content: readonly string[];
  readonly size: bigint;
  /** It was changed while it was read, also when tried again: parts may be of different moments. */
  readonly changedWhileRead: boolean;
}

/** What reading one file needs of its thread. */
export interface ReadFileOptions {
  readonly chunker: Chunker;
  readonly save: SaveChunk;
  /** Called after each chunk with its length; may throw to stop. Negative takes back what a repeat reads again. */
  readonly onProgress: (bytes: number) => void;
}

/**
 * Reads one regular file to its end, cutting it into chunks; synchronously, without following a link in its last
 * component and without touching its access time where allowed. Undefined when it is not a regular file any more.
 * Throws what the system says.
 */
export function readFile(path: Buffer, options: ReadFileOptions): ReadFile | undefined {
  for (let attempt = 0; ; attempt += 1) {
    const descriptor = openQuietly(path);
    try {
      const before = entryFacts(fs.fstatSync(descriptor, { bigint: true }));
      if (before.type !== 'file') return undefined;
      const { content, size } = readChunks(descriptor, options);
      const after = entryFacts(fs.fstatSync(descriptor, { bigint: true }));
      const changedWhileRead = !isUntouched(before, after);
      if (!changedWhileRead || attempt === retries) {
        return { facts: before, content, size: BigInt(size), changedWhileRead };
      }
      options.onProgress(-size);
    } finally {
      fs.closeSync(descriptor);
    }
  }
}

/** O_NONBLOCK: a fifo that took the file's place must not block. O_NOATIME is allowed to owners and root only. */
function openQuietly(path: Buffer): number {
  const { O_NOFOLLOW, O_NONBLOCK, O_NOATIME } = optionalFlags;
  const flags = fs.constants.O_RDONLY | O_NOFOLLOW | O_NONBLOCK;
  if (O_NOATIME === 0) return fs.openSync(path, flags);
  try {
    return fs.openSync(path, flags | O_NOATIME);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw error;
    return fs.openSync(path, flags);
  }
}

function readChunks(descriptor: number, { chunker, save, onProgress }: ReadFileOptions) {
  const { buffer } = chunker;
  const content: string[] = [];
  let start = 0;
  let end = 0;
  let size = 0;
  let scanned = 0;
  let isLast = false;
  for (;;) {
    if (!isLast && end < buffer.length) {
      const read = fs.readSync(descriptor, buffer, end, Math.min(readSize, buffer.length - end), null);
      isLast = read === 0;
      end += read;
      size += read;
    }
    const cut = chunker.nextCut(buffer, start, end, isLast, scanned);
    if (cut >= 0) {
      content.push(save(buffer.subarray(start, cut)));
      onProgress(cut - start);
      start = cut;
      scanned = 0;
    } else if (isLast) {
      return { content, size };
    } else {
      scanned = end - start;
    }
    if (start === end) {
      start = 0;
      end = 0;
    } else if (end === buffer.length) {
      buffer.copyWithin(0, start, end);
      end -= start;
      start = 0;
    }
  }
}
