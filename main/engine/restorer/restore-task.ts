import type { FileProblem } from '../../../shared/model/problem.ts';
import { fs } from '../platform/native-fs.ts';
import { applyMetadata } from '../platform/posix-helper.ts';
import type { WorkerContext } from '../workers/context.ts';
import { counters } from '../workers/shared-control.ts';
import { finishFolders } from './finish-folders.ts';
import { finishOpenFile, makeSpecials, setMetadata, verifyFile } from './finish-jobs.ts';
import { placeJobs } from './place-jobs.ts';
import { pathBytes, type JobFailure, type RestoreBatch, type RestoreBatchResult } from './restore-jobs.ts';
import { assertFolders } from './safe-folders.ts';
import { writeContents, type ContentTarget } from './write-content.ts';
import { codeOf, writeProblem } from './write-errors.ts';

const cannotLinkCodes = ['EPERM', 'EXDEV', 'EMLINK', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'];

/**
 * The worker's part of a restore: writes, finishes and places everything of one batch. Whatever ends it early (full disk,
 * cancel) leaves no temporary file of the batch behind. Throws `no-space`, `read-only`, `cancelled`; all else is a value.
 */
export function runRestore(context: WorkerContext, batch: RestoreBatch): RestoreBatchResult {
  const run = new BatchRun(context, batch);
  try {
    return run.run();
  } finally {
    run.removeLeftovers();
  }
}

class BatchRun {
  private readonly context: WorkerContext;
  private readonly batch: RestoreBatch;
  private readonly failedJobs = new Map<number, JobFailure>();
  private readonly failedSegments = new Map<number, JobFailure>();
  private placed = false;

  constructor(context: WorkerContext, batch: RestoreBatch) {
    this.context = context;
    this.batch = batch;
  }

  run(): RestoreBatchResult {
    const { settings } = this.batch;
    this.showItem();
    this.checkFolders();
    const bytesWritten = this.write();
    this.context.throwIfCancelled();
    if (settings.verify) this.verify();
    const warnings = this.finish();
    const left = this.remaining();
    placeJobs(left, settings, String(this.context.worker), (index, error) => this.failJob(index, error));
    this.placed = true;
    warnings.push(...finishFolders(this.batch.folders, settings, String(this.context.worker)));
    if (this.batch.sync !== undefined) applyMetadata([{ kind: 'sync', path: pathBytes(this.batch.sync) }]);
    const files = this.batch.jobs.length - this.failedJobs.size;
    this.context.counters[counters.filesDone] = (this.context.counters[counters.filesDone] ?? 0) + files;
    return {
      failedJobs: [...this.failedJobs.values()],
      failedSegments: [...this.failedSegments.values()],
      warnings,
      bytesWritten,
    };
  }

  /** Temporary files of jobs that failed, or of all when the batch did not get to its end. */
  removeLeftovers(): void {
    for (const [index, job] of this.batch.jobs.entries()) {
      if (this.placed && !this.failedJobs.has(index)) continue;
      try {
        fs.unlinkSync(pathBytes(job.temp));
      } catch {
        // It was never made.
      }
    }
  }

  private checkFolders(): void {
    const known = new Set<string>();
    for (const [index, job] of this.batch.jobs.entries()) {
      try {
        assertFolders(this.batch.settings.root, job.folder, known);
      } catch (error) {
        this.failJob(index, error);
      }
    }
  }

  private write(): number {
    const { settings, segments } = this.batch;
    const files = this.remaining().filter(({ job }) => job.kind === 'file' && !job.written);
    const targets: ContentTarget[] = [
      ...files.map(({ job }) => ({
        path: pathBytes(job.temp),
        offset: 0,
        content: job.content,
        finish: (file: number) => finishOpenFile(file, job.metadata, settings),
      })),
      ...segments.map((segment) => ({
        path: pathBytes(segment.temp),
        offset: segment.offset,
        content: segment.content,
        finish: undefined,
      })),
    ];
    const options = { sparse: settings.sparse, supplied: this.batch.supplied };
    const bytes = writeContents(this.context, targets, options, (position, error) => {
      const file = files[position];
      if (file !== undefined) this.failJob(file.index, error);
      else this.failSegment(position - files.length, error);
    });
    const specials = this.remaining().filter(({ job }) => job.kind !== 'file');
    makeSpecials(specials, (index, error) => this.failJob(index, error));
    return bytes;
  }

  private verify(): void {
    for (const { job, index } of this.remaining()) {
      if (job.kind !== 'file') continue;
      try {
        verifyFile(pathBytes(job.temp), job.content, this.context.repository.index);
      } catch (error) {
        this.failJob(index, error);
      }
    }
  }

  private finish(): FileProblem[] {
    const targets = this.remaining()
      .filter(({ job }) => job.kind !== 'link')
      .map(({ job }) => ({
        path: pathBytes(job.temp),
        shown: pathBytes(job.target),
        kind: job.kind,
        metadata: job.metadata,
        ownerAndModeDone: job.kind === 'file' && !job.written,
        fresh: true,
      }));
    return targets.length === 0 ? [] : setMetadata(targets, this.batch.settings);
  }

  private remaining() {
    return this.batch.jobs.map((job, index) => ({ job, index })).filter(({ index }) => !this.failedJobs.has(index));
  }

  private failJob(index: number, error: unknown): void {
    const job = this.batch.jobs[index];
    if (job === undefined) return;
    const cannotLink = job.kind === 'link' && cannotLinkCodes.includes(codeOf(error));
    this.failedJobs.set(index, { index, problem: writeProblem(pathBytes(job.target), error), cannotLink });
  }

  private failSegment(index: number, error: unknown): void {
    const segment = this.batch.segments[index];
    if (segment === undefined) return;
    this.failedSegments.set(index, { index, problem: writeProblem(pathBytes(segment.target), error), cannotLink: false });
  }

  private showItem(): void {
    const first = this.batch.jobs[0]?.target ?? this.batch.segments[0]?.target;
    if (first !== undefined) this.context.control.setItem(this.context.worker, pathBytes(first));
  }
}
