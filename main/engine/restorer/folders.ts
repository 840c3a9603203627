import { fs } from '../platform/native-fs.ts';
import type { Node } from '../snapshot/node.ts';
import type { PartialNames } from './partial-names.ts';
import { pathText, type WriteSettings } from './restore-jobs.ts';
import { assertFolders } from './safe-folders.ts';
import { joinPath, parentPath } from './target-names.ts';
import { lookAt, type TargetState } from './target-state.ts';
import { holdAside, holdingPath, JournalFile, journalFacts, savedName } from './undo-journal.ts';
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

/** Makes folders when they are first needed; they get their metadata when all that is in them is done. */
export class FolderMaker implements Disposable {
  private readonly settings: WriteSettings;
  private readonly names: PartialNames;
  private journalFile: JournalFile | undefined;
  private known = new Set<string>();
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
      assertFolders(this.settings.root, pathText(folder.parent.path), this.known);
      this.make(folder);
    }
    folder.exists = true;
    folder.created = true;
    this.count += 1;
  }

  /**
   * To be called before a window of entries is written: the journal of the folders made until now is durable then, and
   * folders that were found to be real ones are looked at again.
   */
  async settle(): Promise<void> {
    this.known.clear();
    await this.journalFile?.sync();
  }

  [Symbol.dispose](): void {
    this.journalFile?.[Symbol.dispose]();
    this.journalFile = undefined;
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
    const temp = joinPath(parentPath(folder.path), Buffer.from(this.names.next()));
    fs.mkdirSync(temp, 0o700);
    if (undo === undefined) {
      fs.unlinkSync(folder.path);
    } else {
      const saved = holdingPath(undo, folder.path, present, savedName(pathText(temp)));
      this.journal(folder, saved, temp);
      this.journalFile?.syncNow();
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
    this.journalFile ??= new JournalFile(undo, 'folders');
    this.journalFile.append([
      saved === undefined ? { op: 'created', ...facts } : { op: 'replaced', ...facts, saved: saved.toString('base64') },
    ]);
  }
}

/** Node's own way to make several levels hides the system's reason behind `ENOENT` on a read-only disk. */
function makeFolders(path: Buffer): void {
  const parent = parentPath(path);
  if (parent.length < path.length && !fs.existsSync(parent)) makeFolders(parent);
  fs.mkdirSync(path);
}
