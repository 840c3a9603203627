import { availableParallelism } from 'node:os';
import { AppError, cancelledError } from '../../../shared/errors.ts';
import type { Clock } from '../platform/clock.ts';
import { fs } from '../platform/native-fs.ts';
import { detectPosixCapabilities } from '../platform/posix-helper.ts';
import type { RandomSource } from '../platform/random.ts';
import type { BlobIndex } from '../repository/blob-index.ts';
import type { WorkerRepository } from '../repository/types.ts';
import type { BlobSource } from '../snapshot/tree-reader.ts';
import type { Storage } from '../storage/storage.ts';
import { WorkerPool } from '../workers/pool.ts';
import { FolderMaker, type FolderState } from './folders.ts';
import { createPartialNames, removeStalePartials } from './partial-names.ts';
import { pathText, type WriteSettings } from './restore-jobs.ts';
import type { RestorePlan, RestorePolicy } from './restore-plan.ts';
import { ProblemList, type RestoreProgress, type RestoreReport } from './restore-report.ts';
import { RestoreRun, type RunCounts } from './restore-run.ts';
import { lookAt } from './target-state.ts';
import { walkRestore } from './walk.ts';
import { throwIfFatal } from './write-errors.ts';

/** What a restore needs of a repository whose index is loaded. */
export interface RestoreSource extends BlobSource {
  readonly storage: Storage;
  readonly index: BlobIndex;
  readonly clock: Clock;
  readonly random: RandomSource;
  workerRepository(): WorkerRepository;
}

/** How a plan is carried out. Unless given: no second reading, no holes, nothing kept of what is replaced. */
export interface RestoreOptions {
  readonly policy: RestorePolicy;
  /** Read every written file again before it is put in place. */
  readonly verify?: boolean;
  /** Leave long runs of zeros as holes. */
  readonly sparse?: boolean;
  /** Set owners where the system allows it (default true). */
  readonly ownership?: boolean;
  /** Keep what is replaced, and a journal, in this folder (made if missing) so that `undoRestore` can put it back. */
  readonly undoDirectory?: string;
  /** Before it ends, wait until everything is on the disk (default false). */
  readonly durable?: boolean;
  readonly onProgress?: (progress: RestoreProgress) => void;
  readonly signal?: AbortSignal;
  /** Worker threads; as many as processors unless given. */
  readonly workers?: number;
}

/**
 * Carries out a plan. Every entry is judged again against what is there then; each file appears in one step, complete with
 * its metadata, so that ending the process at any moment leaves old or new files and a second run does the rest. Problems
 * of single files are in the report. Throws `no-space`, `read-only`, `permission-denied` (nothing can be written at all),
 * `destination-unavailable`, `cancelled`. The caller holds a shared lock of the repository.
 */
export async function executeRestore(
  repository: RestoreSource,
  plan: RestorePlan,
  options: RestoreOptions,
): Promise<RestoreReport> {
  if (options.signal?.aborted === true) throw cancelledError();
  const problems = new ProblemList();
  const counts: RunCounts = { created: 0, replaced: 0, keptBoth: 0, skipped: 0, identical: 0, quietBytes: 0 };
  const settings = settingsOf(repository, plan, options, problems);
  const names = createPartialNames(repository.clock.now(), repository.random.bytes(4));
  using folders = new FolderMaker(settings, names);
  const root: FolderState = rootFolder(plan, folders);
  await removeStalePartials(root.path, names);
  const size = options.workers ?? Math.max(2, availableParallelism());
  await using pool = new WorkerPool({ size, repository: repository.workerRepository() });
  using progress = reportProgress(pool, plan, counts, problems, options.onProgress);
  const { signal } = options;
  const run = new RestoreRun({
    repository,
    request: plan.request,
    policy: options.policy,
    settings,
    pool,
    names,
    folders,
    problems,
    counts,
    signal: signal ?? new AbortController().signal,
  });
  try {
    await walkRestore(repository, plan.request, { path: root.path, exists: root.exists, data: root }, run, { signal });
    await run.drain();
  } catch (error) {
    await run.abandon();
    throw error;
  }
  progress.phase = 'finishing';
  if (options.durable === true) await run.makeDurable(root.path);
  return {
    created: counts.created,
    replaced: counts.replaced,
    keptBoth: counts.keptBoth,
    skipped: counts.skipped,
    identical: counts.identical,
    foldersCreated: folders.count,
    bytesWritten: run.bytesWritten,
    problems: problems.items,
    problemCount: problems.count,
  };
}

function settingsOf(
  repository: RestoreSource,
  plan: RestorePlan,
  options: RestoreOptions,
  problems: ProblemList,
): WriteSettings {
  const capabilities = detectPosixCapabilities();
  if (capabilities.note !== '' && process.platform !== 'win32') {
    problems.add({ path: plan.root.toString('utf8'), kind: 'skipped', message: capabilities.note, hint: '' });
  }
  const { undoDirectory: directory } = options;
  if (directory !== undefined) fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
  const root = pathText(plan.root);
  const id = Buffer.from(repository.random.bytes(4)).toString('hex');
  return {
    root,
    verify: options.verify === true,
    sparse: options.sparse === true,
    ownership: options.ownership !== false && process.platform !== 'win32',
    xattrs: capabilities.xattrs,
    undo: directory === undefined ? undefined : { directory, root, id },
  };
}

/** The top of the destination is made at once: when that fails nothing else can work. */
function rootFolder(plan: RestorePlan, folders: FolderMaker): FolderState {
  const existed = lookAt(plan.root) !== undefined;
  const root: FolderState = {
    path: plan.root,
    parent: undefined,
    node: undefined,
    present: undefined,
    exists: existed,
    created: false,
  };
  try {
    folders.ensure(root);
    return root;
  } catch (error) {
    throwIfFatal(error);
    throw new AppError('permission-denied', `The folder ${plan.root.toString('utf8')} cannot be made.`, {
      hint: 'Choose a folder that you may write to.',
      retry: 'after-action',
      cause: error,
    });
  }
}

function reportProgress(
  pool: WorkerPool,
  plan: RestorePlan,
  counts: RunCounts,
  problems: ProblemList,
  onProgress: RestoreOptions['onProgress'],
): Disposable & { phase: RestoreProgress['phase'] } {
  const state = {
    phase: 'working' as RestoreProgress['phase'],
    [Symbol.dispose]: () => {
      clearInterval(timer);
      tick();
    },
  };
  const tick = (): void =>
    onProgress?.({
      phase: state.phase,
      filesDone: pool.control.total('filesDone') + counts.identical + counts.skipped,
      filesTotal: plan.files,
      bytesDone: pool.control.total('bytesDone') + counts.quietBytes,
      bytesTotal: plan.bytes,
      currentItems: pool.control.items(),
      problems: problems.count,
    });
  const timer = setInterval(tick, 100);
  timer.unref();
  return state;
}
