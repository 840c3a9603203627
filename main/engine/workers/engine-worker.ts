(process as { noAsar?: boolean }).noAsar = true;
import { isMainThread, parentPort, workerData, type Transferable } from 'node:worker_threads';
import { AppError, cancelledError } from '../../../shared/errors.ts';
import { runArchive } from '../archiver/archive-task.ts';
import { runScan } from '../archiver/scan-task.ts';
import { runVerifyPacks } from '../maintenance/verify-packs-task.ts';
import { poly1305Ready } from '../platform/poly1305.ts';
import { BlobIndex } from '../repository/blob-index.ts';
import { runRestore } from '../restorer/restore-task.ts';
import { runUndo } from '../restorer/undo-task.ts';
import type { AttachedRepository, WorkerContext } from './context.ts';
import { toWire, type RunMessage, type WorkerMessage, type WorkerStart } from './protocol.ts';
import { SharedControl } from './shared-control.ts';
import type { TaskHandlers, TaskName } from './tasks.ts';

/** Every task that a worker can run. Imports here are static, so that a bundled worker never loads code later. */
const handlers: TaskHandlers = {
  archive: runArchive,
  restore: runRestore,
  scan: runScan,
  undo: runUndo,
  'verify-packs': runVerifyPacks,
};

function createContext(start: WorkerStart, send: (message: WorkerMessage, transfer: readonly Transferable[]) => void) {
  const control = new SharedControl(start.workers, start.control);
  const resources = new Map<string, unknown>();
  const outgoing: Transferable[] = [];
  const repository: AttachedRepository | undefined =
    start.repository === undefined
      ? undefined
      : { ...start.repository, index: BlobIndex.attach(start.repository.index) };
  const context: WorkerContext = {
    worker: start.worker,
    control,
    counters: control.countersOf(start.worker),
    get repository() {
      if (repository === undefined) throw new AppError('internal', 'This worker has no repository.');
      return repository;
    },
    post: (event, transfer = []) => send({ kind: 'event', event }, transfer),
    transferWithOutput: (buffers) => {
      for (const buffer of buffers) outgoing.push(buffer);
    },
    throwIfCancelled: () => {
      if (control.isCancelled(start.worker)) throw cancelledError();
    },
    resource<T>(key: string, create: () => T): T {
      if (!resources.has(key)) resources.set(key, create());
      return resources.get(key) as T;
    },
    dropResource: (key) => {
      resources.delete(key);
    },
  };
  return { context, takeTransfers: () => outgoing.splice(0) };
}

async function serve(start: WorkerStart): Promise<void> {
  const port = parentPort;
  if (port === null) return;
  const send = (message: WorkerMessage, transfer: readonly Transferable[]) => port.postMessage(message, transfer);
  await poly1305Ready();
  const { context, takeTransfers } = createContext(start, send);
  const run = async (message: RunMessage): Promise<void> => {
    try {
      const handler = handlers[message.task as TaskName] as (context: WorkerContext, input: unknown) => unknown;
      const output = await handler(context, message.input);
      send({ kind: 'done', output }, takeTransfers());
    } catch (error) {
      takeTransfers();
      send({ kind: 'failed', error: toWire(error) }, []);
    } finally {
      context.control.setItem(start.worker, new Uint8Array(0));
    }
  };
  port.on('message', (message: RunMessage) => void run(message));
}

if (!isMainThread) await serve(workerData as WorkerStart);
