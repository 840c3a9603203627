import { availableParallelism } from 'node:os';
import { AppError, cancelledError, hasCode } from '../../../shared/errors.ts';
import { releaseMemory } from '../platform/release-memory.ts';
import { compressionLevels } from '../repository/blob-codec.ts';
import { BlobIndex } from '../repository/blob-index.ts';
import { BlobWriter, defaultPackSize } from '../repository/blob-writer.ts';
import type { PackSink } from '../repository/pack-sink.ts';
import type { Repository } from '../repository/repository.ts';
import type { FinishedPack, OpenBlobs } from '../repository/types.ts';
import type { StoredSnapshot } from '../snapshot/snapshot-codec.ts';
import { emptyTreeId } from '../snapshot/tree-codec.ts';
import { WorkerPool } from '../workers/pool.ts';
import { counters, type SharedControl } from '../workers/shared-control.ts';
import { emptyCounts } from './archive-protocol.ts';
import type { ArchiveCounts, ArchiveSettings, OwnFolder, PackEvent } from './archive-protocol.ts';
import type { BackupOptions } from './backup-options.ts';
import { layOut } from './layout.ts';
import { NodeBuilder } from './node-builder.ts';
import type { ProblemList } from './problem-list.ts';
import { RunIndex } from './run-index.ts';
import { saveStream } from './save-stream.ts';
import { Scheduler } from './scheduler.ts';
import type { SelectRules } from './select.ts';
import type { LayoutNode } from './targets.ts';

/** Packs of standard input on their way to storage at once. */
const streamPacks = 1;

/** What one run of the archiver works with. */
export interface RunContext {
  readonly repository: Repository;
  readonly options: BackupOptions;
  readonly problems: ProblemList;
  /** Stops the run; aborted by whoever finds the first failure, with that as its reason. */
  readonly stop: AbortController;
  readonly timeText: string;
}

/** What was stored: the root tree and how it came about. */
export interface Archived {
  readonly treeId: string;
  readonly counts: ArchiveCounts;
}

/** The archiver's threads for one run, and the way of their packs into the repository. */
export class ArchiveRun implements AsyncDisposable {
  readonly #run: RunContext;
  readonly #workers: number;
  readonly #pool: WorkerPool;
  readonly #sink: PackSink;
  readonly #pending = BlobIndex.create();

  constructor(run: RunContext) {
    this.#run = run;
    const { workers, stdin, packSize } = run.options;
    this.#workers = stdin !== undefined ? 1 : Math.max(1, workers ?? Math.max(2, availableParallelism()));
    this.#sink = run.repository.createPackSink(packSize === undefined ? {} : { packSize });
    this.#pool = new WorkerPool({
      size: this.#workers,
      repository: run.repository.workerRepository(),
      onEvent: (event) => void this.#store((event as PackEvent).pack),
    });
    // Memory of a run, besides heaps, the index and the trees of very large folders: workers x (16 MiB chunker
    // buffer + up to 2 open packs a type + one chunk of at most 8 MiB in each of its forms + 32 MiB parent trees)
    // + credits x pack size on their way to storage. Small buffers wait for the collector on top of that.
    this.#pool.control.addCredits(Math.max(2, this.#workers));
  }

  get control(): SharedControl {
    return this.#pool.control;
  }

  async #store(pack: FinishedPack): Promise<void> {
    try {
      await this.#sink.store(pack);
    } catch (error) {
      this.#run.stop.abort(error);
    }
    // A credit means room for one more pack, so this one's memory is given back now and not at some later collection.
    for (const part of pack.parts) releaseMemory(part);
    this.#pool.control.addCredits(1);
  }

  /** Walks and saves everything the layout leads to. */
  async archive(
    layout: LayoutNode,
    parent: StoredSnapshot | undefined,
    rules: { readonly select: SelectRules; readonly ownFolder: OwnFolder | undefined },
  ): Promise<Archived> {
    const { repository, options, problems, stop } = this.#run;
    const settings = this.#settings(rules.select, rules.ownFolder);
    const loadTree = async (id: string) => {
      try {
        return new Uint8Array(await repository.loadBlob('tree', id));
      } catch {
        // Without it the files below are read again, which also heals what is missing.
        return undefined;
      }
    };
    await this.#pool.runOnEach('archive', { kind: 'start', settings });
    const builder = new NodeBuilder(options.withAtime);
    const root = await layOut({ builder, oneFileSystem: options.oneFileSystem, loadTree }, layout, parent?.tree);
    const scheduler = new Scheduler({
      pool: this.#pool,
      workers: this.#workers,
      signal: stop.signal,
      loadTree: repository.workerRepository().localDataRoot === undefined ? loadTree : undefined,
      onFailure: (error) => stop.abort(error),
      onProblem: (found) => problems.add(found),
    });
    try {
      const treeId = await scheduler.run(root);
      if (treeId === emptyTreeId) throw nothingToDo();
      await this.#finish(await this.#drain());
      return { treeId, counts: scheduler.counts };
    } catch (error) {
      if (!hasCode(error, 'nothing-to-do')) await this.#rescue();
      throw stop.signal.aborted ? stopReason(stop.signal) : error;
    }
  }

  /** Saves standard input; on this thread, since that is where a stream is read. */
  async archiveStream(stdin: NonNullable<BackupOptions['stdin']>): Promise<Archived> {
    const { repository, options, stop } = this.#run;
    const { masterKey: key, config, random } = repository;
    const counts: ArchiveCounts = { ...emptyCounts };
    const stores = new Set<Promise<void>>();
    const writer = new BlobWriter({
      key,
      version: config.version,
      level: levelOf(options),
      verify: true,
      index: new RunIndex(repository.index, this.#pending),
      packSize: options.packSize ?? defaultPackSize,
      random,
      onPack: (pack) => {
        if (options.dryRun) return;
        const store = this.#store(pack).finally(() => stores.delete(store));
        stores.add(store);
      },
    });
    const values = this.#pool.control.countersOf(0);
    const saved = await saveStream(
      {
        polynomial: config.polynomial,
        time: this.#run.timeText,
        signal: stop.signal,
        onBytes: (bytes) => {
          values[counters.bytesDone] = (values[counters.bytesDone] ?? 0) + bytes;
        },
        save: async (type, plaintext) => {
          const blob = writer.save(type, plaintext);
          if (blob.isNew) {
            counts[type === 'data' ? 'dataBlobs' : 'treeBlobs'] += 1;
            counts.bytesAdded += plaintext.length;
            counts.bytesStored += blob.storedBytes;
          }
          while (stores.size > streamPacks) await Promise.race(stores);
          throwIfStopped(stop.signal);
          return blob.id.toString('hex');
        },
      },
      stdin,
    );
    await this.#finish([writer.drain()]);
    counts.filesNew = 1;
    counts.files = 1;
    counts.bytes = saved.size;
    counts.dirsNew = saved.folders;
    return { treeId: saved.treeId, counts };
  }

  #settings(select: SelectRules, ownFolder: OwnFolder | undefined): ArchiveSettings {
    const { options } = this.#run;
    return {
      select,
      ownFolder,
      withAtime: options.withAtime,
      ignoreInode: options.ignoreInode,
      ignoreCtime: options.ignoreCtime || options.ignoreInode,
      level: levelOf(options),
      packSize: options.packSize ?? defaultPackSize,
      pending: this.#pending.shared,
      dryRun: options.dryRun,
    };
  }

  async #drain(): Promise<OpenBlobs[]> {
    const outputs = await this.#pool.runOnEach('archive', { kind: 'finish' });
    return outputs.flatMap(({ open }) => (open === undefined ? [] : [open]));
  }

  async #finish(open: readonly OpenBlobs[]): Promise<void> {
    if (this.#run.options.dryRun) return;
    throwIfStopped(this.#run.stop.signal);
    await this.#sink.merge(open);
    await this.#sink.flush();
    throwIfStopped(this.#run.stop.signal);
  }

  /**
   * After a cancelled or failed run: what was stored so far is entered in the index, so that the next run need not
   * store it again. Not without our lock, since somebody may be removing those very packs.
   */
  async #rescue(): Promise<void> {
    const { reason } = this.#run.stop.signal as { readonly reason: unknown };
    if (this.#run.options.dryRun || (reason instanceof AppError && reason.code === 'lock-lost')) return;
    try {
      const open = await this.#drain();
      await this.#sink.merge(open);
    } catch {
      // The first failure is what the caller hears of.
    }
    try {
      await this.#sink.flush();
    } catch {
      // As above.
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#pool[Symbol.asyncDispose]();
  }
}

function nothingToDo(): AppError {
  return new AppError('nothing-to-do', 'Nothing is left to back up.', {
    hint: 'Check the folders and what is excluded.',
    retry: 'after-action',
  });
}

function levelOf({ compression }: BackupOptions): number | undefined {
  return compression === 'off' ? undefined : compressionLevels[compression];
}

/** Throws why a run was stopped, if it was. */
export function throwIfStopped(signal: AbortSignal): void {
  if (signal.aborted) throw stopReason(signal);
}

function stopReason(signal: AbortSignal): unknown {
  const { reason } = signal as { readonly reason: unknown };
  return reason instanceof AppError ? reason : cancelledError();
}
