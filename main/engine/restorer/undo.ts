import type { FileProblem } from '../../../shared/model/problem.ts';
import { fs } from '../platform/native-fs.ts';
import { WorkerPool } from '../workers/pool.ts';

/** What undoing did, in entries including folders. What is in `problems` was left as it is. */
export interface UndoReport {
  readonly putBack: number;
  readonly removed: number;
  /** At most 10,000; `problemCount` is the true number. */
  readonly problems: readonly FileProblem[];
  readonly problemCount: number;
}

/** How an undo is watched; `onProgress` comes at most ten times a second, in entries. */
export interface UndoOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

const progressMs = 100;

/**
 * Takes a restore back with the journal in its undo folder: what it replaced is put back, what it created is removed, unless
 * it was changed since (reported, left alone; what it replaced stays in safe keeping). Each file returns in one step; when
 * interrupted, run it again. Works in a thread of its own. Rejects with `no-space`, `read-only`, `cancelled`, and the
 * system's error when there is no journal.
 */
export async function undoRestore(undoDirectory: string, options: UndoOptions = {}): Promise<UndoReport> {
  await fs.promises.access(undoDirectory);
  const { signal, onProgress } = options;
  await using pool = new WorkerPool({ size: 1 });
  const tell = (): void => onProgress?.(pool.control.total('filesDone'), pool.control.total('filesTotal'));
  const timer = setInterval(tell, progressMs);
  timer.unref();
  try {
    const task = { directory: undoDirectory, action: 'take-back' } as const;
    const report = await pool.run('undo', task, signal === undefined ? {} : { signal });
    tell();
    return report;
  } finally {
    clearInterval(timer);
  }
}

/** Gives up the possibility to undo: removes the replaced entries that were kept, and the undo folder. */
export async function discardUndo(undoDirectory: string): Promise<void> {
  await fs.promises.access(undoDirectory);
  await using pool = new WorkerPool({ size: 1 });
  await pool.run('undo', { directory: undoDirectory, action: 'discard' });
}
