import { fs } from '../platform/native-fs.ts';
import { applyMetadata } from '../platform/posix-helper.ts';
import type { WorkerContext } from '../workers/context.ts';
import { counters } from '../workers/shared-control.ts';
import { ProblemList } from './restore-report.ts';
import { parentPath } from './target-names.ts';
import { lookAt, type TargetState } from './target-state.ts';
import type { UndoReport } from './undo.ts';
import { matchesFacts, readJournal, type JournalRecord } from './undo-journal.ts';
import { shownPath, throwIfFatal, writeProblem } from './write-errors.ts';

/** Takes the restore of an undo folder back, or (`discard`) gives up the possibility. */
export interface UndoTask {
  readonly directory: string;
  readonly action: 'take-back' | 'discard';
}

declare module '../workers/tasks.ts' {
  interface Tasks {
    undo: TaskSignature<UndoTask, UndoReport>;
  }
}

type PlaceRecord = Exclude<JournalRecord, { readonly op: 'folder' }>;

/** The worker's part of undo.ts: one synchronous pass over the journal. Throws `no-space`, `read-only`, `cancelled`. */
export function runUndo(context: WorkerContext, { directory, action }: UndoTask): UndoReport {
  return action === 'discard' ? discard(directory) : takeBack(context, directory);
}

function takeBack(context: WorkerContext, directory: string): UndoReport {
  const records = readJournal(directory);
  const places = deepestFirst(records.filter((record): record is PlaceRecord => record.op !== 'folder'));
  const undo = new Undo();
  context.counters[counters.filesTotal] = places.length;
  for (const [done, record] of places.entries()) {
    context.throwIfCancelled();
    undo.takeBack(record);
    context.counters[counters.filesDone] = done + 1;
  }
  undo.restoreFolders(deepestFirst(records.filter((record) => record.op === 'folder')));
  removeHoldingFolders(places);
  const { items, count } = undo.problems;
  return { putBack: undo.putBack, removed: undo.removed, problems: items, problemCount: count };
}

function discard(directory: string): UndoReport {
  const records = readJournal(directory);
  for (const record of records) {
    if (record.op === 'replaced') fs.rmSync(bytes(record.saved), { recursive: true, force: true });
  }
  removeHoldingFolders(records.filter((record): record is PlaceRecord => record.op !== 'folder'));
  fs.rmSync(directory, { recursive: true, force: true });
  return { putBack: 0, removed: 0, problems: [], problemCount: 0 };
}

class Undo {
  readonly problems = new ProblemList();
  putBack = 0;
  removed = 0;

  takeBack(record: PlaceRecord): void {
    const path = bytes(record.path);
    try {
      const present = lookAt(path);
      const isOurs = present !== undefined && matchesFacts(present, record.made);
      if (record.op === 'replaced') this.putBackOne(path, bytes(record.saved), present, isOurs);
      else if (isOurs) this.removeOne(path, present);
      else if (present !== undefined) this.leave(path, 'It was changed since, so it was left as it is.');
    } catch (error) {
      throwIfFatal(error);
      this.problems.add(writeProblem(path, error));
    }
  }

  /** The directories' own properties as they were, now that nothing in them changes any more. */
  restoreFolders(records: readonly Extract<JournalRecord, { readonly op: 'folder' }>[]): void {
    const present = records.filter(({ path }) => lookAt(bytes(path))?.type === 'dir');
    for (const { path, uid, gid } of present) {
      try {
        fs.lchownSync(bytes(path), uid, gid);
      } catch {
        // Only root can; then it was not changed either.
      }
    }
    applyMetadata(
      present.map(({ path, mtimeNs }) => {
        const time = BigInt(mtimeNs);
        return { kind: 'times', path: bytes(path), atimeNs: time, mtimeNs: time };
      }),
    );
    for (const { path, mode } of present) {
      try {
        fs.chmodSync(bytes(path), mode);
      } catch (error) {
        this.problems.add(writeProblem(bytes(path), error));
      }
    }
  }

  private putBackOne(path: Buffer, saved: Buffer, present: TargetState | undefined, isOurs: boolean): void {
    const kept = lookAt(saved);
    if (kept === undefined) return;
    const sameObject = present !== undefined && present.inode === kept.inode && present.device === kept.device;
    if (sameObject) {
      // The restore ended before the new file took the place; the second name is all there is to take back.
      fs.unlinkSync(saved);
      return;
    }
    if (present !== undefined && !isOurs) {
      this.leave(path, `It was changed since. What was there before the restore is in ${shownPath(saved)}.`);
      return;
    }
    if (present !== undefined && (present.type === 'dir') !== (kept.type === 'dir')) {
      if (present.type === 'dir') fs.rmdirSync(path);
      else fs.unlinkSync(path);
    }
    fs.renameSync(saved, path);
    this.putBack += 1;
  }

  private removeOne(path: Buffer, present: TargetState): void {
    if (present.type !== 'dir') {
      fs.unlinkSync(path);
    } else {
      try {
        fs.rmdirSync(path);
      } catch (error) {
        if (!['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
        this.leave(path, 'The folder has something else in it now, so it was left.');
        return;
      }
    }
    this.removed += 1;
  }

  private leave(path: Buffer, message: string): void {
    this.problems.add({ path: shownPath(path), kind: 'not-written', message, hint: '' });
  }
}

/** What is in folders comes before the folders. */
function deepestFirst<R extends JournalRecord>(records: readonly R[]): R[] {
  return records
    .map((record) => ({ record, depth: depth(record.path) }))
    .sort((a, b) => b.depth - a.depth)
    .map(({ record }) => record);
}

function depth(path: string): number {
  let count = 0;
  for (const byte of bytes(path)) if (byte === 0x2f || byte === 0x5c) count += 1;
  return count;
}

function removeHoldingFolders(records: readonly PlaceRecord[]): void {
  const folders = new Set<string>();
  for (const record of records) {
    if (record.op === 'replaced') folders.add(parentPath(bytes(record.saved)).toString('latin1'));
  }
  for (const folder of folders) {
    try {
      fs.rmdirSync(Buffer.from(folder, 'latin1'));
    } catch {
      // Something is still kept in it.
    }
  }
}

function bytes(path: string): Buffer {
  return Buffer.from(path, 'base64');
}
