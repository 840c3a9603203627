import { cancelledError } from '../../../shared/errors.ts';
import type { FileProblem } from '../../../shared/model/problem.ts';
import { fs, optionalFlags } from '../platform/native-fs.ts';
import type { BlobIndex } from '../repository/blob-index.ts';
import { readPack } from '../repository/pack-reader.ts';
import type { Storage } from '../storage/storage.ts';
import type { WorkerPool } from '../workers/pool.ts';
import { planReads } from './blob-reads.ts';
import {
  pathBytes,
  pathText,
  type FolderJob,
  type RestoreBatch,
  type RestoreBatchResult,
  type RestoreJob,
  type RestoreSegment,
  type SuppliedRange,
  type WriteSettings,
} from './restore-jobs.ts';
import type { LargeFile, WindowPlan } from './restore-window.ts';
import { assertFolders } from './safe-folders.ts';
import { writeProblem } from './write-errors.ts';

/** What the batches of a restore need. */
export interface BatchEnvironment {
  readonly storage: Storage;
  readonly index: BlobIndex;
  readonly pool: WorkerPool;
  readonly settings: WriteSettings;
  readonly signal: AbortSignal;
  readonly onWarning: (problem: FileProblem) => void;
  readonly onBytes: (bytes: number) => void;
}

/** A job that did not work out. */
export interface FailedJob {
  readonly job: RestoreJob;
  readonly problem: FileProblem;
  readonly cannotLink: boolean;
}

type Step = () => Promise<void>;

/**
 * Runs the batches of one window on the workers, a few at a time, and gives back the jobs that failed; all others are in
 * place. Rejects with the first error that ends the restore, after everything under way has ended.
 */
export async function runWindow(environment: BatchEnvironment, plan: WindowPlan): Promise<FailedJob[]> {
  const failed: FailedJob[] = [];
  const steps: Step[] = [
    ...plan.large.flatMap((large) => largeSteps(environment, large, failed)),
    ...plan.batches.map((jobs) => () => runJobs(environment, jobs, failed)),
  ];
  await runSteps(steps, environment.pool.size + 1);
  return failed;
}

/** Runs jobs as one batch; adds the failed ones to `failed`. */
export async function runJobs(
  environment: BatchEnvironment,
  jobs: readonly RestoreJob[],
  failed: FailedJob[],
): Promise<void> {
  const result = await runBatch(environment, jobs, []);
  for (const { index, problem, cannotLink } of result.failedJobs) {
    const job = jobs[index];
    if (job !== undefined) failed.push({ job, problem, cannotLink });
  }
}

/** Gives folders their metadata on a worker; also after the restore was asked to stop. */
export async function runFolders(environment: BatchEnvironment, folders: readonly FolderJob[]): Promise<void> {
  if (folders.length === 0) return;
  const { pool, settings, onWarning } = environment;
  const batch: RestoreBatch = { settings, jobs: [], segments: [], folders, supplied: [] };
  const { warnings } = await pool.run('restore', batch);
  for (const warning of warnings) onWarning(warning);
}

/** Waits until the file system that holds `path` is on the disk. */
export async function runSync(environment: BatchEnvironment, path: Buffer): Promise<void> {
  const { pool, settings } = environment;
  await pool.run('restore', { settings, jobs: [], segments: [], folders: [], sync: pathText(path), supplied: [] });
}

/** Segments run side by side; whichever ends last finishes the file. */
function largeSteps(environment: BatchEnvironment, large: LargeFile, failed: FailedJob[]): Step[] {
  const temp = pathBytes(large.job.temp);
  let problem: FileProblem | undefined;
  let prepared = false;
  let left = large.segments.length;
  const prepare = (): void => {
    prepared = true;
    try {
      assertFolders(environment.settings.root, large.job.folder, new Set());
      const { O_WRONLY, O_CREAT, O_EXCL } = fs.constants;
      const file = fs.openSync(temp, O_WRONLY | O_CREAT | O_EXCL | optionalFlags.O_NOFOLLOW, 0o600);
      fs.ftruncateSync(file, large.size);
      fs.closeSync(file);
    } catch (error) {
      problem = writeProblem(pathBytes(large.job.target), error);
    }
  };
  const remove = (): void => fs.rmSync(temp, { force: true });
  return large.segments.map((segment) => async () => {
    try {
      if (!prepared) prepare();
      if (problem === undefined) {
        const result = await runBatch(environment, [], [segment]);
        problem ??= result.failedSegments[0]?.problem;
      }
      left -= 1;
      if (left > 0) return;
      if (problem === undefined) {
        await runJobs(environment, [large.job], failed);
      } else {
        remove();
        failed.push({ job: large.job, problem, cannotLink: false });
      }
    } catch (error) {
      remove();
      throw error;
    }
  });
}

async function runBatch(
  environment: BatchEnvironment,
  jobs: readonly RestoreJob[],
  segments: readonly RestoreSegment[],
): Promise<RestoreBatchResult> {
  const { pool, signal, settings } = environment;
  if (signal.aborted) throw cancelledError();
  const supplied = await supply(environment, jobs, segments);
  const batch: RestoreBatch = { settings, jobs, segments, folders: [], supplied };
  const transfer = supplied?.map(({ bytes }) => bytes.buffer) ?? [];
  const result = await pool.run('restore', batch, { signal, transfer });
  for (const warning of result.warnings) environment.onWarning(warning);
  environment.onBytes(result.bytesWritten);
  return result;
}

/**
 * The bytes for workers that cannot read the storage. A range that cannot be loaded is left out; the worker then reports
 * the files that need it.
 */
async function supply(
  environment: BatchEnvironment,
  jobs: readonly RestoreJob[],
  segments: readonly RestoreSegment[],
): Promise<SuppliedRange[] | undefined> {
  const { storage, index } = environment;
  if (storage.properties.kind === 'local') return undefined;
  const files = [
    ...jobs.filter((job) => job.kind === 'file' && !job.written).map(({ content }) => ({ content, offset: 0 })),
    ...segments,
  ];
  const supplied: SuppliedRange[] = [];
  for (const { packId, offset, length } of planReads(index, files, () => undefined).ranges) {
    const bytes = await readPack(storage, packId, { offset, length }).catch(() => undefined);
    if (bytes !== undefined) supplied.push({ packId, offset, bytes: new Uint8Array(bytes) });
  }
  return supplied;
}

/** Runs steps in order, `width` at a time; after a failure starts no more, waits for the rest, and rejects. */
async function runSteps(steps: readonly Step[], width: number): Promise<void> {
  const failures: unknown[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < steps.length && failures.length === 0) {
      const step = steps[next];
      next += 1;
      try {
        await step?.();
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, steps.length) }, lane));
  if (failures.length > 0) throw failures[0];
}
