/**
 * The closed set of error codes. The page, the command line and the contract switch on these,
 * so a code is never renamed; `exitCodes` in the command line maps them to restic's numbers.
 */
export const errorCodes = [
  'invalid-input',
  'unauthorised',
  'unsupported',
  'not-found',
  'ambiguous',
  'no-repository',
  'repository-exists',
  'unsupported-version',
  'wrong-password',
  'damaged',
  'missing-data',
  'locked',
  'lock-lost',
  'read-only',
  'no-space',
  'permission-denied',
  'source-missing',
  'destination-inside-source',
  'destination-unavailable',
  'nothing-to-do',
  'too-large',
  'hostile-data',
  'conflict',
  'busy',
  'cancelled',
  'disconnected',
  'keychain-unavailable',
  'keychain-locked',
  'key-not-found',
  'storage-failed',
  'internal',
] as const;

/** One of {@link errorCodes}. */
export type ErrorCode = (typeof errorCodes)[number];

/** Whether trying again makes sense: at once never, later by itself, or after the person did something. */
export type Retry = 'never' | 'later' | 'after-action';

/** What crosses every boundary (contract, JSON output, log): never a stack, never a secret. */
export interface ErrorFacts {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string;
  readonly retry: Retry;
}

/** What an error says beside its code and message. Unless given: no hint, `never`, no context. */
export interface AppErrorOptions {
  /** One thing to do, as a sentence. */
  readonly hint?: string;
  readonly retry?: Retry;
  /** Facts for the log and for tests (paths, ids, sizes); never secrets. */
  readonly context?: Readonly<Record<string, string | number | boolean>>;
  readonly cause?: unknown;
}

/**
 * The one error type of the project: says what happened (`message`), what to do (`hint`) and whether
 * a retry can help. Thrown by the engine, mapped by services, serialised as {@link ErrorFacts}.
 */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly hint: string;
  readonly retry: Retry;
  readonly context: Readonly<Record<string, string | number | boolean>>;

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.hint = options.hint ?? '';
    this.retry = options.retry ?? 'never';
    this.context = options.context ?? {};
  }
}

/** The facts of any thrown value; what is not an {@link AppError} becomes `internal`. */
export function errorFacts(error: unknown): ErrorFacts {
  if (error instanceof AppError) {
    return { code: error.code, message: error.message, hint: error.hint, retry: error.retry };
  }
  return {
    code: 'internal',
    message: error instanceof Error ? error.message : String(error),
    hint: 'This is a fault in Tidemark. What was already backed up is not affected.',
    retry: 'never',
  };
}

/** Whether `error` is an {@link AppError} with one of `codes`. */
export function hasCode(error: unknown, ...codes: readonly ErrorCode[]): error is AppError {
  return error instanceof AppError && codes.includes(error.code);
}

/** The error of an operation that its caller cancelled. */
export function cancelledError(): AppError {
  return new AppError('cancelled', 'Cancelled.', { retry: 'after-action' });
}
