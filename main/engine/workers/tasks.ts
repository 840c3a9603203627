import type { WorkerContext } from './context.ts';

/** What a task takes and gives; both must be structured-cloneable. */
export interface TaskSignature<Input, Output> {
  readonly input: Input;
  readonly output: Output;
}

/**
 * The tasks a worker knows. A task module adds itself by augmentation and is registered in `engine-worker.ts`:
 *
 * ```ts
 * declare module '../workers/tasks.ts' {
 *   interface Tasks { restore: TaskSignature<RestoreInput, RestoreOutput> }
 * }
 * export const runRestore: TaskHandler<'restore'> = (context, input) => …;
 * ```
 */
export interface Tasks {}

/** Name of a registered task. */
export type TaskName = keyof Tasks;
/** What a task takes. */
export type TaskInput<T extends TaskName> = Tasks[T] extends TaskSignature<infer Input, infer _> ? Input : never;
/** What a task gives. */
export type TaskOutput<T extends TaskName> = Tasks[T] extends TaskSignature<infer _, infer Output> ? Output : never;

/** A task's body: runs in a worker, one at a time, normally synchronously; throws AppError. */
export type TaskHandler<T extends TaskName> = (
  context: WorkerContext,
  input: TaskInput<T>,
) => TaskOutput<T> | Promise<TaskOutput<T>>;

/** A handler for every registered task. */
export type TaskHandlers = { readonly [T in TaskName]: TaskHandler<T> };
