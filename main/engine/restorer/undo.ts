import { cancelledError } from '../../../shared/errors.ts';
import type { FileProblem } from '../../../shared/model/problem.ts';
import { fs } from '../platform/native-fs.ts';
import { applyMetadata } from '../platform/posix-helper.ts';
import { parentPath } from './target-names.ts';
import { lookAt, type TargetState } from './target-state.ts';
import { matchesFacts, readJournal, type JournalRecord } from './undo-journal.ts';
import { shownPath, throwIfFatal, writeProblem } from './write-errors.ts';

/** What undoing did, in entries including folders. What is in `problems` was left as it is. */
export interface UndoReport {
  readonly putBack: number;
  readonly removed: number;
  readonly problems: readonly FileProblem[];
}

type PlaceRecord = Exclude<JournalRecord, { readonly op: 'folder' }>;

/**
 * Takes a restore back with the journal in its undo folder: what it replaced is put back, what it created is removed, unless
 * it was changed since (reported, left alone; what it replaced stays in safe keeping). Each file returns in one step; when
 * interrupted, run it again. Throws `no-space`, `read-only`, `cancelled`, and the system's error when there is no journal.
 */
export function undoRestore(
  undoDirectory: string,
  options: { readonly signal?: AbortSignal; readonly onProgress?: (done: number, total: number) => void } = {},
): UndoReport {
  const records = readJournal(undoDirectory);
  const places = records.filter((record): record is PlaceRecord => record.op !== 'folder').sort(deepestFirst);
  const undo = new Undo();
  for (const [done, record] of places.entries()) {
    if (options.signal?.aborted === true) throw cancelledError();
    undo.takeBack(record);
    if (done % 100 === 0) options.onProgress?.(done, places.length);
  }
  undo.restoreFolders(records.filter((record) => record.op === 'folder').sort(deepestFirst));
  removeHoldingFolders(places);
  options.onProgress?.(places.length, places.length);
  return { putBack: undo.putBack, removed: undo.removed, problems: undo.problems };
}

/** Gives up the possibility to undo: removes the replaced entries that were kept, and the undo folder. */
export function discardUndo(undoDirectory: string): void {
  const records = readJournal(undoDirectory);
  for (const record of records) {
    if (record.op === 'replaced') fs.rmSync(bytes(record.saved), { recursive: true, force: true });
  }
  removeHoldingFolders(records.filter((record): record is PlaceRecord => record.op !== 'folder'));
  fs.rmSync(undoDirectory, { recursive: true, force: true });
}

class Undo {
  readonly problems: FileProblem[] = [];
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
      this.problems.push(writeProblem(path, error));
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
        this.problems.push(writeProblem(bytes(path), error));
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
    this.problems.push({ path: shownPath(path), kind: 'not-written', message, hint: '' });
  }
}

/** What is in folders comes before the folders. */
function deepestFirst(a: JournalRecord, b: JournalRecord): number {
  return depth(b.path) - depth(a.path);
}

function depth(path: string): number {
  return bytes(path).reduce((count, byte) => count + (byte === 0x2f || byte === 0x5c ? 1 : 0), 0);
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
