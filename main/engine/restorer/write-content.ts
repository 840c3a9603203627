import { AppError } from '../../../shared/errors.ts';
import { fs, optionalFlags } from '../platform/native-fs.ts';
import type { WorkerContext } from '../workers/context.ts';
import { counters } from '../workers/shared-control.ts';
import { BlobFetcher, type ReadMemory } from './blob-fetcher.ts';
import { planReads } from './blob-reads.ts';
import type { SuppliedRange } from './restore-jobs.ts';

/** A file to fill: a new one (`finish` gets it complete and open), or a part of one that exists. */
export interface ContentTarget {
  readonly path: Buffer;
  readonly offset: number;
  readonly content: readonly string[];
  readonly finish: ((file: number) => void) | undefined;
}

interface OpenTarget {
  readonly target: ContentTarget;
  file: number | undefined;
  left: number;
  end: number;
  failure: unknown;
}

const zeros = Buffer.alloc(64 * 1024);

/**
 * Writes verified blobs into files, reading each pack in one pass. New files are made exclusively and never through a link.
 * With `sparse`, blobs of zeros stay holes. Failures of single files go to `onFailure` and the rest continues.
 */
export function writeContents(
  context: WorkerContext,
  targets: readonly ContentTarget[],
  options: { readonly sparse: boolean; readonly supplied: readonly SuppliedRange[] | undefined },
  onFailure: (index: number, error: unknown) => void,
): number {
  const writer = new ContentWriter(context, targets, options.sparse, onFailure);
  try {
    return writer.run(options.supplied);
  } finally {
    writer.close();
  }
}

class ContentWriter {
  private readonly context: WorkerContext;
  private readonly files: readonly OpenTarget[];
  private readonly sparse: boolean;
  private readonly onFailure: (index: number, error: unknown) => void;
  private bytesWritten = 0;

  constructor(
    context: WorkerContext,
    targets: readonly ContentTarget[],
    sparse: boolean,
    onFailure: (index: number, error: unknown) => void,
  ) {
    this.context = context;
    this.files = targets.map((target) => ({ target, file: undefined, left: 0, end: 0, failure: undefined }));
    this.sparse = sparse;
    this.onFailure = onFailure;
  }

  run(supplied: readonly SuppliedRange[] | undefined): number {
    const { index } = this.context.repository;
    const memory = this.context.resource<ReadMemory>('restore-memory', () => ({ buffer: Buffer.alloc(0) }));
    const fetcher = new BlobFetcher(this.context.repository, memory, supplied);
    const targets = this.files.map(({ target }) => target);
    const plan = planReads(index, targets, (file, error) => this.fail(file, error));
    for (const [number, file] of this.files.entries()) {
      file.left = plan.blobs[number] ?? 0;
      file.end = file.target.offset + (plan.lengths[number] ?? 0);
      if (file.left === 0 && file.failure === undefined) this.attempt(number, () => this.complete(file));
    }
    for (const range of plan.ranges) {
      this.context.throwIfCancelled();
      fetcher.forEachBlob(range, (read, plaintext) => {
        for (const target of read.targets) this.put(target.file, target.offset, plaintext);
      });
    }
    return this.bytesWritten;
  }

  close(): void {
    for (const open of this.files) this.closeFile(open);
  }

  private put(number: number, offset: number, plaintext: Buffer | AppError): void {
    const open = this.files[number];
    if (open === undefined || open.failure !== undefined) return;
    if (plaintext instanceof AppError) {
      this.fail(number, plaintext);
      return;
    }
    this.attempt(number, () => {
      const file = this.fileOf(open);
      if (!this.sparse || !isZero(plaintext)) writeAll(file, plaintext, offset);
      this.bytesWritten += plaintext.length;
      this.context.counters[counters.bytesDone] = (this.context.counters[counters.bytesDone] ?? 0) + plaintext.length;
      open.left -= 1;
      if (open.left === 0) this.complete(open);
    });
  }

  private complete(open: OpenTarget): void {
    if (open.target.finish !== undefined) {
      const file = this.fileOf(open);
      if (this.sparse) fs.ftruncateSync(file, open.end);
      open.target.finish(file);
    }
    this.closeFile(open);
  }

  private fileOf(open: OpenTarget): number {
    const { O_WRONLY, O_CREAT, O_EXCL } = fs.constants;
    const create = open.target.finish === undefined ? 0 : O_CREAT | O_EXCL;
    open.file ??= fs.openSync(open.target.path, O_WRONLY | optionalFlags.O_NOFOLLOW | create, 0o600);
    return open.file;
  }

  private attempt(number: number, action: () => void): void {
    try {
      action();
    } catch (error) {
      this.fail(number, error);
    }
  }

  private fail(number: number, error: unknown): void {
    const open = this.files[number];
    if (open === undefined) return;
    open.failure = error;
    this.closeFile(open);
    this.onFailure(number, error);
  }

  private closeFile(open: OpenTarget): void {
    if (open.file === undefined) return;
    const { file } = open;
    open.file = undefined;
    fs.closeSync(file);
  }
}

function writeAll(file: number, bytes: Buffer, position: number): void {
  let done = 0;
  while (done < bytes.length) done += fs.writeSync(file, bytes, done, bytes.length - done, position + done);
}

function isZero(bytes: Buffer): boolean {
  for (let at = 0; at < bytes.length; at += zeros.length) {
    const part = bytes.subarray(at, at + zeros.length);
    if (Buffer.compare(part, zeros.subarray(0, part.length)) !== 0) return false;
  }
  return true;
}
