import { join } from 'node:path';
import { promisify } from 'node:util';
import { fs } from '../platform/native-fs.ts';
import { joinPath, parentPath } from './target-names.ts';
import type { UndoSettings } from './restore-jobs.ts';
import { lookAt, type TargetState } from './target-state.ts';

/** Facts of an entry as they stand in a journal; sizes and times as decimal text. */
export interface JournalFacts {
  readonly type: TargetState['type'];
  readonly size: string;
  readonly mtimeNs: string;
  readonly inode: string;
  readonly device: string;
}

/**
 * One line of a journal, written before the change it tells of. Paths in base64. `created`: nothing was at `path`.
 * `replaced`: what was there is (or was about to be) at `saved`. `folder`: a folder that was there got other metadata.
 * `made` is what the restore put there; undefined while that was not known.
 */
export type JournalRecord =
  | { readonly op: 'created'; readonly path: string; readonly made: JournalFacts }
  | { readonly op: 'replaced'; readonly path: string; readonly saved: string; readonly made: JournalFacts }
  | {
      readonly op: 'folder';
      readonly path: string;
      readonly mode: number;
      readonly uid: number;
      readonly gid: number;
      readonly mtimeNs: string;
    };

/** One open file of a journal. One per `writer`, so that threads do not meet. */
export class JournalFile implements Disposable {
  private readonly file: number;
  private dirty = false;

  constructor(undo: UndoSettings, writer: string) {
    this.file = fs.openSync(join(undo.directory, `journal-${writer}.jsonl`), 'a', 0o600);
  }

  /** Appends; safe from the end of this process at once, from the end of the system's power after a sync. */
  append(records: readonly JournalRecord[]): void {
    fs.writeFileSync(this.file, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
    this.dirty = true;
  }

  /** Makes what was appended durable before it returns. */
  syncNow(): void {
    fs.fdatasyncSync(this.file);
    this.dirty = false;
  }

  /** Makes what was appended durable without holding up this thread. */
  async sync(): Promise<void> {
    if (!this.dirty) return;
    this.dirty = false;
    await promisify(fs.fdatasync)(this.file);
  }

  [Symbol.dispose](): void {
    fs.closeSync(this.file);
  }
}

/** Appends records and makes them durable, once for all of them, before it returns. */
export function appendJournal(undo: UndoSettings, writer: string, records: readonly JournalRecord[]): void {
  if (records.length === 0) return;
  using file = new JournalFile(undo, writer);
  file.append(records);
  file.syncNow();
}

/** All records of an undo folder; a last line that was cut off by a crash told of nothing that happened. */
export function readJournal(directory: string): JournalRecord[] {
  const records: JournalRecord[] = [];
  for (const name of fs.readdirSync(directory).filter((entry) => /^journal-.*\.jsonl$/.test(entry)).sort()) {
    for (const line of fs.readFileSync(join(directory, name), 'utf8').split('\n')) {
      if (!line.endsWith('}')) continue;
      try {
        records.push(JSON.parse(line) as JournalRecord);
      } catch {
        // Cut off in the middle.
      }
    }
  }
  return records;
}

/** The facts of a state as they stand in a journal. */
export function journalFacts(state: TargetState): JournalFacts {
  return {
    type: state.type,
    size: String(state.size),
    mtimeNs: String(state.mtimeNs),
    inode: String(state.inode),
    device: String(state.device),
  };
}

/** Whether what is there now is what the journal says was put there. A folder counts as the same while it is that folder. */
export function matchesFacts(state: TargetState, facts: JournalFacts): boolean {
  const sameObject =
    state.type === facts.type && String(state.inode) === facts.inode && String(state.device) === facts.device;
  return sameObject && (facts.type === 'dir' || (String(state.size) === facts.size && String(state.mtimeNs) === facts.mtimeNs));
}

/**
 * Where a replaced entry is kept so that moving it there is one step: the undo folder when it is on the entry's file
 * system, else a hidden folder at the top of the destination, else one beside the entry. `name` must be unique.
 */
export function holdingPath(undo: UndoSettings, target: Buffer, state: TargetState, name: string): Buffer {
  const candidates = [
    { base: Buffer.from(undo.directory), folder: 'files' },
    { base: Buffer.from(undo.root, 'latin1'), folder: hiddenFolder(undo.id) },
  ];
  const fitting = candidates.find(({ base }) => lookAt(base)?.device === state.device);
  const folder = fitting === undefined ? joinPath(parentPath(target), Buffer.from(hiddenFolder(undo.id))) : joinPath(fitting.base, Buffer.from(fitting.folder));
  return joinPath(folder, Buffer.from(name));
}

/** The name under which what gives way to the entry with the temporary name `temp` is kept. */
export function savedName(temp: string): string {
  return temp.slice(Math.max(temp.lastIndexOf('/'), temp.lastIndexOf('\\')) + 2).replace('tidemark-partial', 'saved');
}

/** The name of folders for replaced entries outside of the undo folder. */
export function hiddenFolder(id: string): string {
  return `.tidemark-undo-${id}`;
}

/**
 * Keeps what is at `target` also (a plain file, by a second name) or only (anything else) at `saved`, which has a record in
 * the journal already. A file therefore never leaves its place before the new one takes it.
 */
export function holdAside(target: Buffer, saved: Buffer, state: TargetState): void {
  const folder = parentPath(saved);
  if (lookAt(folder) === undefined) fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (state.type === 'file') {
    try {
      fs.linkSync(target, saved);
      return;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EEXIST' || code === 'ENOENT') throw error;
      // File systems without hard links, and files of other people: moved instead.
    }
  }
  fs.renameSync(target, saved);
}
