import { AppError, type AppErrorOptions, type ErrorCode } from '../../../shared/errors.ts';

/** What was being done, for the message. */
export type StorageAction = 'read' | 'write' | 'list' | 'remove' | 'create';

interface Explanation {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string;
  readonly retry: 'never' | 'later' | 'after-action';
}

const full: Explanation = {
  code: 'no-space',
  message: 'The destination is full.',
  hint: 'Free some space there or choose another destination. What was backed up before is safe.',
  retry: 'after-action',
};
const denied: Explanation = {
  code: 'permission-denied',
  message: 'The destination does not permit this.',
  hint: 'Give your user account access to the folder of the destination.',
  retry: 'after-action',
};
const readOnly: Explanation = {
  code: 'read-only',
  message: 'The destination can only be read.',
  hint: 'Remove its write protection, or choose another destination.',
  retry: 'after-action',
};
const away: Explanation = {
  code: 'destination-unavailable',
  message: 'The destination cannot be reached.',
  hint: 'Connect the disk or network drive.',
  retry: 'later',
};
const missing: Explanation = {
  code: 'not-found',
  message: 'The file is not there.',
  hint: 'Run "tidemark check" to see what is affected.',
  retry: 'never',
};

const explanations: Readonly<Record<string, Explanation>> = {
  ENOSPC: full,
  EDQUOT: full,
  EFBIG: full,
  EACCES: denied,
  EPERM: denied,
  EROFS: readOnly,
  ENOENT: missing,
  ENODEV: away,
  ENXIO: away,
  ENOTCONN: away,
  ESTALE: away,
  ETIMEDOUT: away,
  EHOSTDOWN: away,
  EHOSTUNREACH: away,
  ENETDOWN: away,
  ENETUNREACH: away,
  ECONNRESET: away,
  ECONNABORTED: away,
};

const verbs: Readonly<Record<StorageAction, string>> = {
  read: 'A file of the destination could not be read.',
  write: 'A file could not be written to the destination.',
  list: 'A folder of the destination could not be listed.',
  remove: 'A file of the destination could not be removed.',
  create: 'The destination could not be set up.',
};

/** The `code` of a system error, or `''`. */
export function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** The AppError for a failed system call on `path`; AppErrors pass unchanged. */
export function storageError(action: StorageAction, path: string, error: unknown): AppError {
  if (error instanceof AppError) return error;
  const code = systemCode(error);
  const context = { path, system: code };
  const known = explanations[code];
  const options: AppErrorOptions =
    known === undefined
      ? { hint: 'Check that the disk is healthy and try again.', retry: 'later', context, cause: error }
      : { hint: known.hint, retry: known.retry, context, cause: error };
  return known === undefined
    ? new AppError('storage-failed', verbs[action], options)
    : new AppError(known.code, known.message, options);
}
