import { localZone } from '../platform/time-zone.ts';
import type { Repository } from '../repository/repository.ts';
import { encodeSnapshot, type Snapshot, type StoredSnapshot } from '../snapshot/snapshot-codec.ts';
import { formatTime } from '../snapshot/time.ts';
import type { ArchiveCounts } from './archive-protocol.ts';
import type { BackupOptions, BackupReport } from './backup-options.ts';
import { loadSelect } from './load-select.ts';
import { ownFolderOf, refuseOwnFolder } from './own-folder.ts';
import { chooseParent } from './parent-choice.ts';
import { ProblemList } from './problem-list.ts';
import { ProgressReporter } from './progress-reporter.ts';
import { ArchiveRun, throwIfStopped, type Archived } from './run.ts';
import { streamPath } from './save-stream.ts';
import { scanPaths } from './scan.ts';
import { lostTargets, resolveTargets, type LayoutNode, type Targets } from './targets.ts';
import type { ByteString } from './bytes.ts';

export type { BackupOptions, BackupReport } from './backup-options.ts';

/**
 * Makes a snapshot of files and folders (or of a stream). Takes a shared lock, loads the index, and stores packs, then
 * index files, then the snapshot, each durable before the next; when it rejects there is no snapshot, and what was
 * stored is reused by the next run. Problems of single files are in the report. Errors: `source-missing` (nothing there),
 * `nothing-to-do` (nothing left to store), `invalid-input`, `destination-inside-source`, `locked`, `lock-lost`,
 * `cancelled`, and those of the storage.
 */
export async function backup(repository: Repository, options: BackupOptions): Promise<BackupReport> {
  const started = options.clock.now();
  const problems = new ProblemList(options.onProblem);
  const sources = await prepare(repository, options, problems);
  const stop = new AbortController();
  const detach = follow(stop, options.signal);
  await using lock = options.dryRun ? undefined : await takeLock(repository, options);
  const detachLock = follow(stop, lock?.signal);
  try {
    const time = options.time ?? started;
    const parent = await chooseParent(repository, options, sources.paths, nanoseconds(time));
    await loadIndex(repository, problems, stop.signal);
    throwIfStopped(stop.signal);
    const run = { repository, options, problems, stop, timeText: timeText(time) };
    const archived = await archive(run, sources, parent);
    reportLost(sources.targets, problems);
    const isUnchanged = parent !== undefined && parent.tree === archived.treeId;
    const summary = summaryOf(archived.counts, started, options.clock.now());
    const snapshot = snapshotOf(repository, options, { time, parent, treeId: archived.treeId, sources, summary });
    throwIfStopped(stop.signal);
    const skip = options.dryRun || (options.skipIfUnchanged && isUnchanged);
    return {
      snapshotId: skip ? null : await repository.saveUnpacked('snapshot', encodeSnapshot(snapshot)),
      treeId: archived.treeId,
      parentId: parent?.id ?? null,
      summary,
      problems: problems.kept,
      problemsTotal: problems.total,
      incomplete: problems.hasFailures,
      excluded: archived.counts.excluded,
    };
  } finally {
    detach();
    detachLock();
  }
}

/** What is to be backed up, before anything in the repository is touched. */
interface Sources {
  readonly paths: readonly string[];
  readonly targets: Targets | undefined;
  readonly select: Awaited<ReturnType<typeof loadSelect>>;
  readonly ownFolder: ReturnType<typeof ownFolderOf>;
}

async function prepare(repository: Repository, options: BackupOptions, problems: ProblemList): Promise<Sources> {
  const select = await loadSelect(options.select);
  const ownFolder = ownFolderOf(repository.storage);
  if (options.stdin !== undefined) {
    return { paths: [`/${streamPath(options.stdin.name).join('/')}`], targets: undefined, select, ownFolder };
  }
  const targets = resolveTargets(options.targets, { cwd: options.cwd ?? process.cwd() });
  refuseOwnFolder(ownFolder, targets.named);
  for (const path of targets.missing) {
    const hint = 'Connect its drive, or take it off the list.';
    problems.add({ path, kind: 'unreadable', message: 'It does not exist.', hint });
  }
  return { paths: targets.paths, targets, select, ownFolder };
}

/** One file that goes away meanwhile is a coincidence; a whole target that does is not what the person wanted. */
function reportLost(targets: Targets | undefined, problems: ProblemList): void {
  if (targets === undefined) return;
  for (const path of lostTargets(targets)) {
    const hint = 'Connect its drive, then back up again.';
    problems.add({ path, kind: 'unreadable', message: 'It went away during the backup.', hint });
  }
}

async function takeLock(repository: Repository, { signal, retryLock }: BackupOptions) {
  return repository.lock({
    exclusive: false,
    ...(signal === undefined ? {} : { signal }),
    ...(retryLock === undefined ? {} : { retryFor: retryLock }),
  });
}

async function loadIndex(repository: Repository, problems: ProblemList, signal: AbortSignal): Promise<void> {
  const loaded = await repository.loadIndex(signal);
  for (const { indexId, kind, message } of loaded.problems) {
    if (kind !== 'unreadable') continue;
    problems.add({ path: `index/${indexId}`, kind: 'damaged', message, hint: 'Run a check of the destination.' });
  }
}

/** Aborts `stop` with the signal's reason; returns how to end that. */
function follow(stop: AbortController, signal: AbortSignal | undefined): () => void {
  if (signal === undefined) return () => {};
  const abort = () => stop.abort(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  return () => signal.removeEventListener('abort', abort);
}

async function archive(
  context: ConstructorParameters<typeof ArchiveRun>[0],
  { targets, select, ownFolder }: Sources,
  parent: StoredSnapshot | undefined,
): Promise<Archived> {
  const { options, problems, stop } = context;
  await using run = new ArchiveRun(context);
  using progress = new ProgressReporter(run.control, () => problems.total, options.onProgress);
  const estimating = new AbortController();
  const detach = follow(estimating, stop.signal);
  try {
    let archived: Archived;
    if (options.stdin !== undefined) {
      archived = await run.archiveStream(options.stdin);
    } else {
      const { layout } = targets as Targets;
      const estimate = estimateTotals(progress, options, { layout, select }, parent, estimating.signal);
      try {
        archived = await run.archive(layout, parent, { select, ownFolder });
      } finally {
        estimating.abort();
        await estimate;
      }
    }
    progress.finishing();
    return archived;
  } finally {
    detach();
  }
}

/** The parent's totals are close enough; without them everything is counted, beside the run. */
async function estimateTotals(
  progress: ProgressReporter,
  options: BackupOptions,
  { layout, select }: { readonly layout: LayoutNode; readonly select: Sources['select'] },
  parent: StoredSnapshot | undefined,
  signal: AbortSignal,
): Promise<void> {
  const { totalFilesProcessed: files, totalBytesProcessed: bytes } = parent?.summary ?? {};
  if (files !== undefined && bytes !== undefined) {
    progress.setTotals({ files, bytes });
    return;
  }
  if (!(options.estimate ?? options.onProgress !== undefined)) return;
  try {
    progress.setTotals(await scanPaths(leavesOf(layout), select, { oneFileSystem: options.oneFileSystem, signal }));
  } catch {
    // Totals are a courtesy; without them progress shows what is done.
  }
}

function leavesOf(layout: LayoutNode): ByteString[] {
  const own = layout.path === undefined ? [] : [layout.path];
  return [...own, ...[...layout.children.values()].flatMap(leavesOf)];
}

function summaryOf(counts: ArchiveCounts, started: number, ended: number): BackupReport['summary'] {
  return {
    backupStart: timeText(started),
    backupEnd: timeText(ended),
    filesNew: counts.filesNew,
    filesChanged: counts.filesChanged,
    filesUnmodified: counts.filesUnmodified,
    dirsNew: counts.dirsNew,
    dirsChanged: counts.dirsChanged,
    dirsUnmodified: counts.dirsUnmodified,
    dataBlobs: counts.dataBlobs,
    treeBlobs: counts.treeBlobs,
    dataAdded: counts.bytesAdded,
    dataAddedPacked: counts.bytesStored,
    totalFilesProcessed: counts.files,
    totalBytesProcessed: counts.bytes,
  };
}

function snapshotOf(
  repository: Repository,
  options: BackupOptions,
  made: {
    readonly time: number;
    readonly parent: StoredSnapshot | undefined;
    readonly treeId: string;
    readonly sources: Sources;
    readonly summary: BackupReport['summary'];
  },
): Snapshot {
  const { excludes, iexcludes } = made.sources.select;
  return {
    time: timeText(made.time),
    ...(made.parent === undefined ? {} : { parent: made.parent.id }),
    tree: made.treeId,
    paths: made.sources.paths,
    hostname: options.hostname,
    username: options.username,
    uid: repository.identity.uid,
    gid: repository.identity.gid,
    excludes: [...excludes, ...iexcludes],
    tags: options.tags,
    programVersion: `tidemark ${options.programVersion}`,
    summary: made.summary,
  };
}

function nanoseconds(milliseconds: number): bigint {
  return BigInt(Math.round(milliseconds)) * 1_000_000n;
}

function timeText(milliseconds: number): string {
  return formatTime(nanoseconds(milliseconds), localZone());
}
