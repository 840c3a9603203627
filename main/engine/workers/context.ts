import type { Transferable } from 'node:worker_threads';
import type { BlobIndex } from '../repository/blob-index.ts';
import type { WorkerRepository } from '../repository/types.ts';
import type { SharedControl } from './shared-control.ts';

/** A repository as a worker sees it: the keys, the shared index and, on local storage, where the packs are. */
export type AttachedRepository = Omit<WorkerRepository, 'index'> & { readonly index: BlobIndex };

/** What a task gets besides its input. One context lives as long as its worker. */
export interface WorkerContext {
  /** 0-based number of this worker in its pool. */
  readonly worker: number;
  /** Throws `internal` in a pool that was made without a repository. */
  readonly repository: AttachedRepository;
  readonly control: SharedControl;
  /** This worker's progress counters; see `counters`. */
  readonly counters: Float64Array;
  /** Sends an event to the pool's `onEvent`, in order with the task's result; `transfer` moves buffers. */
  post(event: unknown, transfer?: readonly Transferable[]): void;
  /** Moves these buffers, instead of copying them, with the output of the task that runs now. */
  transferWithOutput(buffers: readonly Transferable[]): void;
  /** Throws `cancelled` when the task that runs now should stop. Cheap: call it once a file and once a chunk. */
  throwIfCancelled(): void;
  /** Something expensive that a task keeps between runs in this worker (buffers, caches, open packs). */
  resource<T>(key: string, create: () => T): T;
  /** Drops a resource, so that the next `resource` call makes a new one. */
  dropResource(key: string): void;
}
