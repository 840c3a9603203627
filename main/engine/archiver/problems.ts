import type { FileProblem, ProblemKind } from '../../../shared/model/problem.ts';
import { toText, type ByteString } from './bytes.ts';

const reasons: Readonly<Record<string, readonly [message: string, hint: string]>> = {
  EACCES: ['Tidemark may not read it.', 'Give your account the right to read it, or exclude it.'],
  EPERM: ['The system does not let Tidemark read it.', 'Give your account the right to read it, or exclude it.'],
  EIO: ['The disk reported a read error.', 'Check the disk; copy what matters elsewhere.'],
  ENAMETOOLONG: ['Its path is longer than this system can open.', 'Move it to a shorter path, or exclude it.'],
  ELOOP: ['It was replaced by a link while it was read.', 'Back up again.'],
  EMFILE: ['Too many files are open.', 'Close other programs and back up again.'],
  ESTALE: ['The network folder it is in went away.', 'Connect the network folder and back up again.'],
  ENOTCONN: ['The folder it is in is not connected.', 'Connect it and back up again.'],
};

/** The problem of an entry that a system call refused. */
export function unreadable(path: ByteString, error: unknown): FileProblem {
  const { code, message } = error as NodeJS.ErrnoException;
  const [reason, hint] = reasons[code ?? ''] ?? [`It could not be read (${code ?? message}).`, 'Back up again.'];
  return { path: toText(path), kind: 'unreadable', message: reason, hint };
}

/** A problem with its own words. */
export function problem(path: ByteString, kind: ProblemKind, message: string, hint = ''): FileProblem {
  return { path: toText(path), kind, message, hint };
}

/** Whether a system call failed because the entry does not exist (any more). */
export function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
