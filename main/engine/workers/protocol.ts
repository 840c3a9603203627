import { AppError, errorFacts, type AppErrorOptions, type ErrorCode } from '../../../shared/errors.ts';
import type { WorkerRepository } from '../repository/types.ts';

/** What a worker is born with. */
export interface WorkerStart {
  readonly worker: number;
  readonly workers: number;
  readonly control: SharedArrayBuffer;
  readonly repository: WorkerRepository | undefined;
}

/** Pool to worker: run one task. A worker never has more than one. */
export interface RunMessage {
  readonly task: string;
  readonly input: unknown;
}

/** Worker to pool. */
export type WorkerMessage =
  | { readonly kind: 'event'; readonly event: unknown }
  | { readonly kind: 'done'; readonly output: unknown }
  | { readonly kind: 'failed'; readonly error: WireError };

/** An error as it crosses threads. */
export interface WireError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly options: AppErrorOptions;
  readonly stack: string | undefined;
}

/** Any thrown value as it crosses threads; the cause is left behind. */
export function toWire(error: unknown): WireError {
  const facts = errorFacts(error);
  const context = error instanceof AppError ? error.context : {};
  return {
    code: facts.code,
    message: facts.message,
    options: { hint: facts.hint, retry: facts.retry, context },
    stack: error instanceof Error ? error.stack : undefined,
  };
}

/** The inverse of {@link toWire}; the stack is the worker's. */
export function fromWire(wire: WireError): AppError {
  const error = new AppError(wire.code, wire.message, wire.options);
  if (wire.stack !== undefined) error.stack = wire.stack;
  return error;
}
