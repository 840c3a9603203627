import { fs } from '../platform/native-fs.ts';
import { applyMetadata } from '../platform/posix-helper.ts';
import { pathBytes, type RestoreJob, type WriteSettings } from './restore-jobs.ts';
import { assertFolders } from './safe-folders.ts';
import { isThere, lookAt, sameState, type TargetState } from './target-state.ts';
import { appendJournal, holdAside, holdingPath, journalFacts, savedName, type JournalRecord } from './undo-journal.ts';
import { changedMeanwhile } from './write-errors.ts';

/** A finished entry under its temporary name. */
export interface FinishedJob {
  readonly job: RestoreJob;
  readonly index: number;
}

interface Placement {
  readonly index: number;
  readonly job: RestoreJob;
  readonly temp: Buffer;
  readonly target: Buffer;
  readonly present: TargetState | undefined;
  readonly saved: Buffer | undefined;
}

/**
 * Puts finished entries in their places, each in one step: whoever looks sees what was there before or all of the new one.
 * Looks again right before, and leaves alone what changed since it was decided. With undo, the journal is durable before
 * the first change; without, the content of files that replace others is.
 */
export function placeJobs(
  finished: readonly FinishedJob[],
  settings: WriteSettings,
  writer: string,
  onFailure: (index: number, error: unknown) => void,
): void {
  const placements: Placement[] = [];
  const records: JournalRecord[] = [];
  const attempt = (index: number, action: () => void): void => {
    try {
      action();
    } catch (error) {
      onFailure(index, error);
    }
  };
  const folders = new Set<string>();
  for (const { job, index } of finished) {
    attempt(index, () => {
      assertFolders(settings.root, job.folder, folders);
      const placement = prepare(job, index, settings);
      placements.push(placement);
      if (settings.undo !== undefined) records.push(recordOf(placement));
    });
  }
  if (settings.undo !== undefined) appendJournal(settings.undo, writer, records);
  else makeDurable(placements);
  for (const placement of placements) attempt(placement.index, () => place(placement));
}

function prepare(job: RestoreJob, index: number, settings: WriteSettings): Placement {
  const target = pathBytes(job.target);
  const temp = pathBytes(job.temp);
  const present = job.expected === undefined && !isThere(target) ? undefined : lookAt(target);
  if (present !== undefined && (job.expected === undefined || !sameState(present, job.expected))) {
    throw changedMeanwhile('Something else was put there while the restore ran, so it was left alone.');
  }
  const keeps = settings.undo !== undefined && present !== undefined;
  const saved = keeps ? holdingPath(settings.undo, target, present, savedName(job.temp)) : undefined;
  return { index, job, temp, target, present, saved };
}

function recordOf({ target, temp, saved }: Placement): JournalRecord {
  const state = lookAt(temp);
  if (state === undefined) throw changedMeanwhile('The new file was taken away while the restore ran.');
  const facts = { path: target.toString('base64'), made: journalFacts(state) };
  return saved === undefined ? { op: 'created', ...facts } : { op: 'replaced', ...facts, saved: saved.toString('base64') };
}

function place({ job, temp, target, present, saved }: Placement): void {
  if (present !== undefined) {
    const link = job.kind === 'link' ? lookAt(temp) : undefined;
    if (link !== undefined && link.inode === present.inode && link.device === present.device) {
      // Renaming one name of a file over another name of it does nothing.
      fs.unlinkSync(temp);
      return;
    }
    if (saved !== undefined) holdAside(target, saved, present);
    else if (present.type === 'dir') fs.rmdirSync(target);
  }
  fs.renameSync(temp, target);
}

/** One by one for a few; for many the whole file system, which costs about as much as a few. */
function makeDurable(placements: readonly Placement[]): void {
  const replacing = placements.filter(({ job, present }) => present !== undefined && job.kind === 'file');
  if (replacing.length > 16) {
    const devices = new Map(replacing.map(({ present, temp }) => [present?.device, temp]));
    const synced = applyMetadata([...devices.values()].map((temp) => ({ kind: 'sync', path: temp })));
    if (synced.every((error) => error === null)) return;
  }
  for (const { temp } of replacing) {
    const file = fs.openSync(temp, 'r');
    try {
      fs.fsyncSync(file);
    } finally {
      fs.closeSync(file);
    }
  }
}
