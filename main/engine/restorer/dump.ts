import type { Writable } from 'node:stream';
import { AppError, cancelledError } from '../../../shared/errors.ts';
import { findNode, type BlobSource } from '../snapshot/tree-reader.ts';

/** How content is sent to a stream. */
export interface DumpOptions {
  readonly signal?: AbortSignal;
  readonly onBytes?: (bytes: number) => void;
}

/**
 * Writes the content of one file of a tree to a stream, with at most two blobs in memory; the stream is left open. Throws
 * `not-found`, `invalid-input` when the path is not a file, `missing-data` or `damaged` (after what came before was
 * written), `cancelled`, and what the stream reports.
 */
export async function dumpFile(
  source: BlobSource,
  treeId: string,
  path: readonly Buffer[],
  output: Writable,
  options: DumpOptions = {},
): Promise<void> {
  const node = path.length === 0 ? undefined : await findNode(source, treeId, path);
  const shown = `/${path.map((name) => name.toString('utf8')).join('/')}`;
  if (path.length > 0 && node === undefined) throw new AppError('not-found', `${shown} is not in this version.`);
  if (node?.type !== 'file') {
    throw new AppError('invalid-input', `${shown} is not a file.`, { hint: 'Use an archive to get a folder.' });
  }
  await dumpContent(source, node.content ?? [], output, options);
}

/**
 * Writes blobs one after the other, loading the next one while the stream takes the last. `first` is the first blob when
 * the caller has it already.
 */
export async function dumpContent(
  source: BlobSource,
  content: readonly string[],
  output: Writable,
  options: DumpOptions,
  first?: Uint8Array,
): Promise<void> {
  const start = first === undefined && content[0] !== undefined ? source.loadBlob('data', content[0]) : undefined;
  let next: Promise<Uint8Array> | undefined = first === undefined ? start : Promise.resolve(first);
  for (let i = 0; next !== undefined; i++) {
    const blob = await next;
    const following = content[i + 1];
    next = following === undefined ? undefined : source.loadBlob('data', following);
    // Its failure is thrown when it is waited for.
    next?.catch(() => undefined);
    if (options.signal?.aborted === true) throw cancelledError();
    await writeTo(output, blob);
    options.onBytes?.(blob.length);
  }
}

/** Writes and waits until the stream wants more; rejects when it fails or was closed. */
export async function writeTo(output: Writable, bytes: Uint8Array): Promise<void> {
  if (output.errored !== null) throw output.errored;
  if (output.destroyed) throw new AppError('cancelled', 'The receiver of the data is gone.');
  if (bytes.length === 0 || output.write(bytes)) return;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const onClose = (): void => reject(output.errored ?? new AppError('cancelled', 'The receiver of the data is gone.'));
  output.once('drain', resolve);
  output.once('close', onClose);
  output.once('error', reject);
  try {
    await promise;
  } finally {
    output.off('drain', resolve);
    output.off('close', onClose);
    output.off('error', reject);
  }
}
