import type { FileProblem } from '../../../shared/model/problem.ts';
import { fs } from '../platform/native-fs.ts';
import type { Node } from '../snapshot/node.ts';
import { setMetadata } from './finish-jobs.ts';
import type { PartialNames } from './partial-names.ts';
import { pathText, type WriteSettings } from './restore-jobs.ts';
import { metadataOf } from './restore-window.ts';
import { assertFolders } from './safe-folders.ts';
import { parentPath } from './target-names.ts';
import { lookAt, type TargetState } from './target-state.ts';
import { appendJournal, holdAside, holdingPath, journalFacts, type JournalRecord } from './undo-journal.ts';
import { changedMeanwhile } from './write-errors.ts';

/** A folder of the destination during a restore. */
export interface FolderState {
  readonly path: Buffer;
  /** The folder above; undefined for the root of the destination. */
  readonly parent: FolderState | undefined;
  readonly node: Node | undefined;
  /** What was there when it was decided: nothing, the folder, or something that makes room for it. */
  readonly present: TargetState | undefined;
  exists: boolean;
  created: boolean;
}

/** Makes folders when they are first needed and gives them their metadata when all that is in them is done. */
export class FolderMaker {
  private readonly settings: WriteSettings;
  private readonly names: PartialNames;
  count = 0;

  constructor(settings: WriteSettings, names: PartialNames) {
    this.settings = settings;
    this.names = names;
  }

  /** Makes the folder and those above it unless they exist, open to this user only. Throws what the system says. */
  ensure(folder: FolderState): void {
    if (folder.exists) return;
    if (folder.parent === undefined) {
      makeFolders(folder.path);
    } else {
      this.ensure(folder.parent);
      assertFolders(this.settings.root, pathText(folder.parent.path), new Set());
      this.make(folder);
    }
    folder.exists = true;
    folder.created = true;
    this.count += 1;
  }

  /** A file that gives way to a folder is kept for undo, or removed. */
  private make(folder: FolderState): void {
    const { undo } = this.settings;
    const present = lookAt(folder.path);
    if (present?.type === 'dir' || present?.type === 'symlink') {
      throw changedMeanwhile('Something else was put in the place of this folder while the restore ran.');
    }
    if (present === undefined || folder.present === undefined) {
      fs.mkdirSync(folder.path, 0o700);
      this.journal(folder, undefined);
      return;
    }
    const temp = this.names.next(parentPath(folder.path));
    fs.mkdirSync(temp, 0o700);
    if (undo === undefined) {
      fs.unlinkSync(folder.path);
    } else {
      const name = `${pathText(temp).slice(temp.lastIndexOf(0x2f) + 2)}`.replace('tidemark-partial', 'saved');
      const saved = holdingPath(undo, folder.path, present, name);
      this.journal({ ...folder, path: folder.path }, saved, temp);
      holdAside(folder.path, saved, present);
      if (lookAt(folder.path) !== undefined) fs.unlinkSync(folder.path);
    }
    fs.renameSync(temp, folder.path);
  }

  private journal(folder: FolderState, saved: Buffer | undefined, made = folder.path): void {
    const { undo } = this.settings;
    const state = lookAt(made);
    if (undo === undefined || state === undefined) return;
    const facts = { path: folder.path.toString('base64'), made: journalFacts(state) };
    appendJournal(undo, 'folders', [
      saved === undefined ? { op: 'created', ...facts } : { op: 'replaced', ...facts, saved: saved.toString('base64') },
    ]);
  }

  /** Gives folders, children before parents, their metadata. Returns what could not be set. */
  finish(folders: readonly FolderState[]): FileProblem[] {
    const ready = folders.filter(({ exists, node, path }) => exists && node !== undefined && lookAt(path)?.type === 'dir');
    const { undo } = this.settings;
    if (undo !== undefined) appendJournal(undo, 'folders', ready.flatMap(changeRecord));
    const targets = ready.flatMap(({ path, node }) =>
      node === undefined
        ? []
        : [{ path, shown: path, kind: 'dir' as const, metadata: metadataOf(node), ownerAndModeDone: false }],
    );
    return targets.length === 0 ? [] : setMetadata(targets, this.settings);
  }
}

/** Node's own way to make several levels hides the system's reason behind `ENOENT` on a read-only disk. */
function makeFolders(path: Buffer): void {
  const parent = parentPath(path);
  if (parent.length < path.length && !fs.existsSync(parent)) makeFolders(parent);
  fs.mkdirSync(path);
}

function changeRecord({ created, path, present }: FolderState): JournalRecord[] {
  if (created || present === undefined) return [];
  const { mode, uid, gid, mtimeNs } = present;
  return [{ op: 'folder', path: path.toString('base64'), mode, uid, gid, mtimeNs: String(mtimeNs) }];
}
