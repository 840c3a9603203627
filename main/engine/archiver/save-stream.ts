import { AppError, cancelledError } from '../../../shared/errors.ts';
import { createChunker } from '../chunker/chunker.ts';
import type { BlobType } from '../repository/types.ts';
import { emptyNode, type Node } from '../snapshot/node.ts';
import { encodeTree } from '../snapshot/tree-codec.ts';
import { goMode } from '../snapshot/go-mode.ts';
import { fromText, toBytes } from './bytes.ts';
import { cleanPath } from './patterns.ts';

/** What saving a stream needs of its run. */
export interface StreamContext {
  readonly polynomial: bigint;
  /** Time of the file, as nodes have it. */
  readonly time: string;
  /** Saves a blob; resolves when there is room for more. Returns its id. */
  readonly save: (type: BlobType, plaintext: Uint8Array) => Promise<string>;
  readonly onBytes: (bytes: number) => void;
  readonly signal: AbortSignal;
}

/** Path components of the name of a stream; throws `invalid-input` when there is none. */
export function streamPath(name: string): string[] {
  const parts = cleanPath(`/${name}`).split('/').filter((part) => part !== '');
  if (parts.length === 0 || name.includes('\0')) {
    throw new AppError('invalid-input', 'The name for the data from standard input is empty.', {
      hint: 'Give a file name.',
    });
  }
  return parts;
}

/**
 * Saves what a stream yields as a tree with one file (mode 0644) at `name`, its folders with mode 0755. The stream is
 * read only as fast as chunks are saved. Gives the tree's id and the file's size; rejects with what the stream throws.
 */
export async function saveStream(
  context: StreamContext,
  { name, stream }: { readonly name: string; readonly stream: AsyncIterable<Uint8Array> },
): Promise<{ readonly treeId: string; readonly size: number; readonly folders: number }> {
  const parts = streamPath(name);
  const { content, size } = await saveContent(context, stream);
  const { time } = context;
  const times = { mtime: time, atime: time, ctime: time };
  let node: Node = {
    ...emptyNode(nameBytes(parts.pop() ?? ''), 'file'),
    ...times,
    mode: 0o644,
    size: BigInt(size),
    content,
  };
  const folders = parts.length;
  for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
    const subtree = await context.save('tree', encodeTree([node]));
    node = { ...emptyNode(nameBytes(part), 'dir'), ...times, mode: goMode.dir + 0o755, subtree };
  }
  return { treeId: await context.save('tree', encodeTree([node])), size, folders };
}

function nameBytes(name: string): Buffer {
  return toBytes(fromText(name));
}

async function saveContent(context: StreamContext, stream: AsyncIterable<Uint8Array>) {
  const chunker = createChunker(context.polynomial);
  const { buffer } = chunker;
  const content: string[] = [];
  let end = 0;
  let size = 0;
  let scanned = 0;
  const cutAll = async (isLast: boolean) => {
    let start = 0;
    for (;;) {
      const cut = chunker.nextCut(buffer, start, end, isLast, scanned);
      if (cut < 0) break;
      if (context.signal.aborted) throw cancelledError();
      content.push(await context.save('data', buffer.subarray(start, cut)));
      start = cut;
      scanned = 0;
    }
    buffer.copyWithin(0, start, end);
    end -= start;
    scanned = end;
  };
  for await (const piece of stream) {
    if (context.signal.aborted) throw cancelledError();
    context.onBytes(piece.length);
    size += piece.length;
    for (let at = 0; at < piece.length; ) {
      const length = Math.min(piece.length - at, buffer.length - end);
      buffer.set(piece.subarray(at, at + length), end);
      end += length;
      at += length;
      await cutAll(false);
    }
  }
  await cutAll(true);
  return { content, size };
}
