import type { Writable } from 'node:stream';
import { AppError, cancelledError } from '../../../shared/errors.ts';
import type { FileProblem } from '../../../shared/model/problem.ts';
import type { BlobIndex } from '../repository/blob-index.ts';
import type { Node } from '../snapshot/node.ts';
import type { BlobSource } from '../snapshot/tree-reader.ts';
import { locateBlob, plainLength } from './blob-reads.ts';
import { dumpContent, writeTo, type DumpOptions } from './dump.ts';
import { ProblemList } from './restore-report.ts';
import type { RestoreItem } from './restore-plan.ts';
import { padding, tarEnd, tarHeader } from './tar-header.ts';
import { walkRestore, type Place, type RestoreVisitor, type Visit } from './walk.ts';

/** What an archive needs of a repository whose index is loaded. */
export interface TarSource extends BlobSource {
  readonly index: BlobIndex;
}

/** What was written; files that could not be read are missing in the archive. */
export interface TarReport {
  readonly entries: number;
  readonly bytes: number;
  readonly problems: readonly FileProblem[];
  readonly problemCount: number;
}

/**
 * Writes files and folders of a tree as a tar stream (pax format): names as raw bytes relative to the root of the tree,
 * times to the nanosecond, owners, extended attributes, hard links, devices. Waits for the stream, so memory stays at two
 * blobs; the stream is left open. A file whose first part cannot be read is left out and reported; damage further on ends
 * the archive with an error, since its size is announced by then. Throws `not-found`, `damaged`, `missing-data`, `cancelled`.
 */
export async function dumpTar(
  source: TarSource,
  treeId: string,
  paths: readonly RestoreItem['path'][],
  output: Writable,
  options: DumpOptions = {},
): Promise<TarReport> {
  const archive = new Archive(source, output, options);
  const request = {
    treeId,
    items: paths.map((path) => ({ path })),
    destination: { kind: 'root' as const, path: '/' },
    versionTime: '1970-01-01T00:00:00Z',
  };
  const place: Place<undefined> = { path: Buffer.from('/'), exists: false, data: undefined };
  // Names are judged as on Linux: an archive may hold what this system could not.
  await walkRestore(source, request, place, archive, { signal: options.signal, platform: 'linux' });
  await archive.end();
  return archive.report();
}

class Archive implements RestoreVisitor<undefined> {
  private readonly source: TarSource;
  private readonly output: Writable;
  private readonly options: DumpOptions;
  private readonly problems = new ProblemList();
  private readonly firstNames = new Map<string, Buffer>();
  private waiting: Buffer[] = [];
  private written = 0n;
  private entries = 0;

  constructor(source: TarSource, output: Writable, options: DumpOptions) {
    this.source = source;
    this.output = output;
    this.options = options;
  }

  /** Folders come before what is in them; GNU tar and others set their times at the end. */
  enter(visit: Visit): Place<undefined> {
    if (visit.chosen) {
      const header = tarHeader(visit.path.subarray(1), visit.node, 0n, undefined);
      if (header !== undefined) this.waiting.push(header);
      this.entries += 1;
    }
    return { path: visit.target, exists: false, data: undefined };
  }

  leave(): void {
    // A folder has nothing at its end.
  }

  async entry(visit: Visit): Promise<void> {
    const { node } = visit;
    const path = visit.path.subarray(1);
    const key = `${node.deviceId}:${node.inode}`;
    const isShared = node.type === 'file' && node.links > 1n && node.inode !== 0n;
    const first = isShared ? this.firstNames.get(key) : undefined;
    if (node.type !== 'file' || first !== undefined) {
      await this.put(tarHeader(path, node, 0n, first));
    } else if (await this.file(path, node)) {
      if (isShared) this.firstNames.set(key, path);
    } else {
      return;
    }
    this.entries += 1;
  }

  refuse(path: Buffer, reason: string): void {
    this.problems.add({ path: path.toString('utf8'), kind: 'not-written', message: `It is left out: ${reason}.`, hint: '' });
  }

  unreadable(path: Buffer, error: AppError): void {
    this.problems.add({ path: path.toString('utf8'), kind: 'damaged', message: error.message, hint: error.hint });
  }

  async end(): Promise<void> {
    await this.put(undefined);
    await this.put(tarEnd(this.written));
  }

  report(): TarReport {
    const { items, count } = this.problems;
    return { entries: this.entries, bytes: Number(this.written), problems: items, problemCount: count };
  }

  /** Everything that can be known before the header is out is found out before: sizes, and the first blob. */
  private async file(path: Buffer, node: Node): Promise<boolean> {
    const content = node.content ?? [];
    let size = 0n;
    let first: Uint8Array | undefined;
    try {
      for (const id of content) size += BigInt(plainLength(locateBlob(this.source.index, id)));
      if (content[0] !== undefined) first = await this.source.loadBlob('data', content[0]);
    } catch (error) {
      if (!(error instanceof AppError) || error.code === 'cancelled') throw error;
      this.unreadable(Buffer.concat([Buffer.from('/'), path]), error);
      return false;
    }
    await this.put(tarHeader(path, node, size, undefined));
    await dumpContent(this.source, content, this.output, this.options, first);
    this.written += size;
    await this.put(padding(size));
    return true;
  }

  private async put(bytes: Buffer | undefined): Promise<void> {
    if (this.options.signal?.aborted === true) throw cancelledError();
    for (const block of [...this.waiting.splice(0), ...(bytes === undefined ? [] : [bytes])]) {
      await writeTo(this.output, block);
      this.written += BigInt(block.length);
    }
  }
}
