import type { AppError } from '../../../shared/errors.ts';
import type { BlobIndex } from '../repository/blob-index.ts';
import type { Storage } from '../storage/storage.ts';
import type { WorkerPool } from '../workers/pool.ts';
import { folderJobs } from './finish-folders.ts';
import { runFolders, runSync, runWindow, type BatchEnvironment, type FailedJob } from './batch-runner.ts';
import { compareWithTarget, decide } from './decide.ts';
import type { FolderMaker, FolderState } from './folders.ts';
import { HardLinks } from './hard-links.ts';
import { removeStalePartials, type PartialNames } from './partial-names.ts';
import { pathText, type FolderJob, type RestoreJob, type WriteSettings } from './restore-jobs.ts';
import type { RestorePolicy, RestoreRequest } from './restore-plan.ts';
import type { ProblemList } from './restore-report.ts';
import { jobOf, planWindow, type PlannedFile } from './restore-window.ts';
import { joinPath, parentPath, secondName, versionLabel } from './target-names.ts';
import { lookAt, type TargetState } from './target-state.ts';
import type { Place, RestoreVisitor, Visit } from './walk.ts';
import { shownPath, writeProblem } from './write-errors.ts';

/**
 * Entries that are looked at before their packs are read together. As many windows as there are workers are being written
 * while one more fills, whatever the size of the restore. So what a restore holds is at most about
 *   (1 + workers) x (windowFiles x 3 KiB + windowBlobs x 100 bytes)                                11 MiB each, this thread
 *   + workers x (one read of a pack, at most 32 MiB, + plain bytes of blobs until they are collected, about 64 MiB)
 * besides Node itself, the index, and what V8 has not collected yet, which for small files is the largest part. A single
 * blob above 32 MiB counts twice.
 */
const windowFiles = 2048;
const windowBlobs = 50_000;
/** Folders that get their metadata together, after the window with the last entry of the last of them. */
const closingFolders = 4096;

/** What came of the entries so far. `quietBytes`: sizes of entries that needed no writing. */
export interface RunCounts {
  created: number;
  replaced: number;
  keptBoth: number;
  skipped: number;
  identical: number;
  quietBytes: number;
}

/** What one restore works with. */
export interface RunParts {
  readonly repository: { readonly storage: Storage; readonly index: BlobIndex };
  readonly request: RestoreRequest;
  readonly policy: RestorePolicy;
  readonly settings: WriteSettings;
  readonly pool: WorkerPool;
  readonly names: PartialNames;
  readonly folders: FolderMaker;
  readonly problems: ProblemList;
  readonly counts: RunCounts;
  readonly signal: AbortSignal;
}

interface Window {
  readonly files: PlannedFile[];
  blobs: number;
}

/**
 * The visitor that restores. It decides entry by entry, collects them in windows, and hands a full window to the workers
 * while the walk goes on with the next. A folder gets its metadata some time after the window with its last entry.
 */
export class RestoreRun implements RestoreVisitor<FolderState> {
  bytesWritten = 0;
  private readonly parts: RunParts;
  private readonly environment: BatchEnvironment;
  private readonly links = new HardLinks();
  private readonly label: string;
  private readonly secondNames = new Set<string>();
  private readonly open = new Set<FolderState>();
  private window: Window = emptyWindow();
  /** Folders whose last entry was visited, children before parents. */
  private closing: FolderState[] = [];
  private running: Promise<void>[] = [];

  constructor(parts: RunParts) {
    this.parts = parts;
    this.label = versionLabel(parts.request.versionTime);
    this.environment = {
      storage: parts.repository.storage,
      index: parts.repository.index,
      pool: parts.pool,
      settings: parts.settings,
      signal: parts.signal,
      onWarning: (problem) => parts.problems.add(problem),
      onBytes: (bytes) => {
        this.bytesWritten += bytes;
      },
    };
  }

  async enter(visit: Visit, parent: Place<FolderState>): Promise<Place<FolderState> | 'skip'> {
    const { policy, counts, names, folders } = this.parts;
    let path = visit.target;
    let present = visit.state;
    if (present !== undefined && present.type !== 'dir') {
      const action = decide(policy, compareWithTarget(visit.node, present, path, true));
      if (action === 'skip') {
        counts.skipped += 1;
        return 'skip';
      }
      if (action === 'keep-both') {
        path = this.secondPath(path);
        present = undefined;
      }
    }
    const exists = present?.type === 'dir';
    const state: FolderState = { path, parent: parent.data, node: visit.node, present, exists, created: false };
    try {
      if (visit.chosen) folders.ensure(state);
    } catch (error) {
      this.parts.problems.add(writeProblem(path, error));
      return 'skip';
    }
    if (exists) await removeStalePartials(path, names);
    this.open.add(state);
    return { path, exists, data: state };
  }

  leave(visit: Visit, place: Place<FolderState>): void | Promise<void> {
    const state = place.data;
    this.open.delete(state);
    if (!state.created && (!visit.chosen || this.parts.policy !== 'replace-all')) return;
    this.closing.push(state);
    if (this.closing.length >= closingFolders) return this.flush(true);
  }

  entry(visit: Visit, parent: Place<FolderState>): void | Promise<void> {
    const { policy, counts, request, names } = this.parts;
    const { node } = visit;
    const comparison = compareWithTarget(node, visit.state, visit.target, request.trustTimes !== false);
    const action = decide(policy, comparison);
    if (action === 'skip' || action === 'identical') {
      if (action === 'skip') counts.skipped += 1;
      else counts.identical += 1;
      counts.quietBytes += node.type === 'file' ? Number(node.size) : 0;
      if (action === 'identical' && HardLinks.isShared(node)) this.links.found(node, visit.target);
      return;
    }
    try {
      this.parts.folders.ensure(parent.data);
    } catch (error) {
      this.parts.problems.add(writeProblem(visit.target, error));
      return;
    }
    const target = action === 'keep-both' ? this.secondPath(visit.target) : visit.target;
    const expected: TargetState | undefined = action === 'replace' ? visit.state : undefined;
    if (action === 'create') counts.created += 1;
    else if (action === 'replace') counts.replaced += 1;
    else counts.keptBoth += 1;
    this.window.files.push({ node, target, temp: names.next(), expected, action });
    this.window.blobs += node.content?.length ?? 0;
    if (this.window.files.length >= windowFiles || this.window.blobs >= windowBlobs) return this.flush();
  }

  refuse(path: Buffer, reason: string): void {
    this.parts.problems.add({
      path: shownPath(path),
      kind: 'not-written',
      message: `It cannot be restored: ${reason}.`,
      hint: '',
    });
  }

  unreadable(path: Buffer, error: AppError): void {
    this.parts.problems.add({ path: shownPath(path), kind: 'damaged', message: error.message, hint: error.hint });
  }

  /** Waits until everything visited is in place. */
  async drain(): Promise<void> {
    await this.flush(true);
    await Promise.all(this.running);
  }

  /** Waits until the file system of the destination is on the disk. */
  async makeDurable(root: Buffer): Promise<void> {
    await runSync(this.environment, root);
  }

  /** After a failure: waits for what runs, and gives the folders made so far their metadata as well as it can. */
  async abandon(): Promise<void> {
    await Promise.allSettled(this.running);
    const created = [...this.closing, ...[...this.open].reverse()].filter((folder) => folder.created);
    try {
      await runFolders(this.environment, folderJobs(created));
    } catch {
      // The error that ended the restore is the one to tell.
    }
  }

  private async flush(closes = false): Promise<void> {
    while (this.running.length >= this.parts.pool.size) await this.running.shift();
    await this.parts.folders.settle();
    const { window } = this;
    const folders = closes ? folderJobs(this.closing.splice(0)) : [];
    this.window = emptyWindow();
    const running = this.write(window, folders, this.running.at(-1));
    // A failure is thrown by the next await; until then it must not count as unhandled.
    running.catch(() => undefined);
    this.running.push(running);
  }

  /** Ends after `before`, so that folders are finished in order and after all that is in them. */
  private async write(
    window: Window,
    folders: readonly FolderJob[],
    before: Promise<void> | undefined,
  ): Promise<void> {
    try {
      for (let files: readonly PlannedFile[] = window.files; files.length > 0; ) files = await this.round(files);
      await before;
    } catch (error) {
      await before?.catch(() => undefined);
      // The error that ended the restore is the one to tell.
      await runFolders(this.environment, folders).catch(() => undefined);
      throw error;
    }
    await runFolders(this.environment, folders);
  }

  /** Writes what can be written now; gives back the names of shared files that waited for it. */
  private async round(files: readonly PlannedFile[]): Promise<PlannedFile[]> {
    const writes: PlannedFile[] = [];
    const linkJobs: RestoreJob[] = [];
    for (const file of files) {
      const part = HardLinks.isShared(file.node) ? this.links.take(file) : { write: true };
      if ('write' in part) writes.push(file);
      else if ('linkTo' in part) linkJobs.push(jobOf(file, { linkTo: part.linkTo }));
    }
    const lost = new Set<PlannedFile>();
    const plan = planWindow(this.environment.index, writes, (file, error) => {
      this.fail(file, writeProblem(file.target, error));
      lost.add(file);
    });
    const linkBatches = linkJobs.length === 0 ? [] : [linkJobs];
    const failed = await runWindow(this.environment, { ...plan, batches: [...plan.batches, ...linkBatches] });
    const byTemp = failed.length === 0 ? undefined : filesByTemp(files);
    const again = failed.flatMap((failure) => this.retryAsFile(failure, byTemp?.get(tempOf(failure)), lost));
    const waiting = writes
      .filter(({ node }) => HardLinks.isShared(node))
      .flatMap((file) => this.links.settle(file, !lost.has(file)));
    if (again.length > 0) await this.writeCopies(again);
    return waiting;
  }

  /** A failed job: reported, or, where the file system makes no further names, to be written as a file of its own. */
  private retryAsFile(
    { problem, cannotLink }: FailedJob,
    file: PlannedFile | undefined,
    lost: Set<PlannedFile>,
  ): PlannedFile[] {
    if (file === undefined) return [];
    if (cannotLink) return [file];
    this.fail(file, problem);
    lost.add(file);
    return [];
  }

  private async writeCopies(files: readonly PlannedFile[]): Promise<void> {
    const plan = planWindow(this.environment.index, files, (file, error) => this.fail(file, writeProblem(file.target, error)));
    const byTemp = filesByTemp(files);
    for (const failure of await runWindow(this.environment, plan)) {
      const file = byTemp.get(tempOf(failure));
      if (file !== undefined) this.fail(file, failure.problem);
    }
  }

  private fail(file: PlannedFile, problem: ReturnType<typeof writeProblem>): void {
    const { counts, problems } = this.parts;
    problems.add(problem);
    if (file.action === 'create') counts.created -= 1;
    else if (file.action === 'replace') counts.replaced -= 1;
    else counts.keptBoth -= 1;
  }

  private secondPath(target: Buffer): Buffer {
    const parent = parentPath(target);
    const name = target.subarray(parent.length + (parent.length > 1 ? 1 : 0));
    for (let attempt = 1; ; attempt++) {
      const candidate = joinPath(parent, secondName(name, this.label, attempt));
      const key = pathText(candidate);
      if (this.secondNames.has(key) || lookAt(candidate) !== undefined) continue;
      this.secondNames.add(key);
      return candidate;
    }
  }
}

function filesByTemp(files: readonly PlannedFile[]): ReadonlyMap<string, PlannedFile> {
  return new Map(files.map((file) => [file.temp, file]));
}

function tempOf({ job }: FailedJob): string {
  return job.temp.slice(job.folder.length + (job.folder.endsWith('/') || job.folder.endsWith('\\') ? 0 : 1));
}

function emptyWindow(): Window {
  return { files: [], blobs: 0 };
}
