import { AppError } from '../../../shared/errors.ts';
import type { FileProblem } from '../../../shared/model/problem.ts';

/** A path as people read it: bytes that are not UTF-8 show as U+FFFD. */
export function shownPath(path: Buffer): string {
  return path.toString('utf8');
}

/** Throws the AppError of errors after which no further file can be written: `no-space`, `read-only`. */
export function throwIfFatal(error: unknown): void {
  const code = codeOf(error);
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    throw new AppError('no-space', 'The disk is full.', {
      hint: 'Make room and restore again: what is complete is not written twice.',
      retry: 'after-action',
      cause: error,
    });
  }
  if (code === 'EROFS') {
    throw new AppError('read-only', 'The disk to restore to is read-only.', {
      hint: 'Choose another folder, or make the disk writable.',
      retry: 'after-action',
      cause: error,
    });
  }
  if (error instanceof AppError && (error.code === 'cancelled' || error.code === 'no-space')) throw error;
}

/** What a failure to make an entry means to a person; fatal errors are thrown instead. */
export function writeProblem(path: Buffer, error: unknown): FileProblem {
  throwIfFatal(error);
  const shown = shownPath(path);
  if (error instanceof AppError) {
    const damaged = error.code === 'damaged' || error.code === 'missing-data' || error.code === 'hostile-data';
    return {
      path: shown,
      kind: damaged ? 'damaged' : 'not-written',
      message: error.message,
      hint: error.hint === '' && damaged ? 'Restore this file from another version.' : error.hint,
    };
  }
  switch (codeOf(error)) {
    case 'EACCES':
    case 'EPERM':
      return { path: shown, kind: 'not-written', message: 'No permission to write this file.', hint: 'Restore it into a folder of yours.' };
    case 'ENAMETOOLONG':
      return { path: shown, kind: 'not-written', message: 'The name is too long for this disk.', hint: 'Restore it into a folder nearer to the top.' };
    case 'EISDIR':
    case 'ENOTEMPTY':
      return { path: shown, kind: 'not-written', message: 'A folder with files in it is in the way.', hint: 'Move the folder away and restore again.' };
    default:
      return { path: shown, kind: 'not-written', message: `The system refused to write it (${codeOf(error)}).`, hint: '' };
  }
}

/** The system's name of an error, such as `EACCES`; its message when it has none. */
export function codeOf(error: unknown): string {
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
  return typeof code === 'string' ? code : String(message);
}

/** The error of an entry whose surroundings changed while the restore ran. */
export function changedMeanwhile(what: string): AppError {
  return new AppError('conflict', what, { hint: 'Restore it again.', retry: 'after-action' });
}
