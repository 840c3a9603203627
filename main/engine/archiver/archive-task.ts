import { AppError } from '../../../shared/errors.ts';
import type { FileProblem } from '../../../shared/model/problem.ts';
import { chunkMinimum, createChunker, type Chunker } from '../chunker/chunker.ts';
import { systemRandom } from '../platform/random.ts';
import { BlobIndex } from '../repository/blob-index.ts';
import { BlobWriter, openBlobsTransferList, packTransferList } from '../repository/blob-writer.ts';
import type { BlobType } from '../repository/types.ts';
import type { WorkerContext } from '../workers/context.ts';
import { counters } from '../workers/shared-control.ts';
import type { TaskHandler } from '../workers/tasks.ts';
import {
  emptyCounts,
  type ArchiveCounts,
  type ArchiveOutput,
  type ArchiveSettings,
  type Budget,
  type Job,
  type JobResult,
  type OpenPart,
  type PackEvent,
} from './archive-protocol.ts';
import { toBytes } from './bytes.ts';
import { readFile } from './file-reader.ts';
import { NodeBuilder } from './node-builder.ts';
import { ParentTrees } from './parent-tree.ts';
import { Reach } from './reach.ts';
import { RunIndex } from './run-index.ts';
import { saveDirectory, saveLargeFile, saveNames, type SaveContext } from './save-directory.ts';
import { compileSelect, type Selector } from './select.ts';
import { walkDirectory, walkLargeFile, walkNames, type EntryBudget, type Gone, type WalkedDirectory } from './walk.ts';
import { readAttributes } from './xattr-phase.ts';

/** The content of a hole in a sparse file, once cut: 512 KiB of zeros. */
const zeroChunkId = '07854d2fef297a06ba81685e660c332de36d5d18d546927d30daad6d7fda1541';
const zeroChunk = Buffer.alloc(chunkMinimum);

/** What a worker keeps during one run. */
interface RunState {
  readonly settings: ArchiveSettings;
  readonly selector: Selector;
  readonly index: RunIndex;
  readonly writer: BlobWriter;
  readonly chunker: Chunker;
  readonly builder: NodeBuilder;
  readonly parents: ParentTrees;
}

const stateKey = 'archive';

/**
 * The archiver's work in a thread: `start` prepares a run, `work` does jobs until the budget is used up, `finish` hands
 * over blobs that fill no pack and forgets the run. Full packs are posted as {@link PackEvent}, each for one credit.
 */
export const runArchive: TaskHandler<'archive'> = (context, input) => {
  switch (input.kind) {
    case 'start':
      context.dropResource(stateKey);
      context.resource(stateKey, () => startRun(context, input.settings));
      return answer([]);
    case 'work':
      return new Work(context, stateOf(context), input.budget).run(input.jobs);
    case 'finish': {
      const open = stateOf(context).writer.drain();
      context.dropResource(stateKey);
      context.transferWithOutput(openBlobsTransferList(open));
      return { ...answer([]), open };
    }
  }
};

function answer(results: readonly JobResult[]): ArchiveOutput {
  return { results, counts: { ...emptyCounts }, problems: [], open: undefined };
}

function stateOf(context: WorkerContext): RunState {
  return context.resource<RunState>(stateKey, () => {
    throw new AppError('internal', 'A worker got work before its run was started.');
  });
}

function startRun(context: WorkerContext, settings: ArchiveSettings): RunState {
  const { key, version, polynomial, index: known } = context.repository;
  const index = new RunIndex(known, BlobIndex.attach(settings.pending));
  const onPack = (pack: PackEvent['pack']) => {
    if (settings.dryRun) return;
    if (!context.control.takeCredit(context.worker)) context.throwIfCancelled();
    const event: PackEvent = { kind: 'pack', pack };
    context.post(event, packTransferList(pack));
  };
  return {
    settings,
    selector: compileSelect(settings.select),
    index,
    writer: new BlobWriter({
      key,
      version,
      level: settings.level,
      verify: true,
      index,
      packSize: settings.packSize,
      random: systemRandom,
      onPack,
    }),
    chunker: context.resource('chunker', () => createChunker(polynomial)),
    builder: new NodeBuilder(settings.withAtime),
    parents: new ParentTrees(context.repository),
  };
}

/** One `work` task. */
class Work {
  readonly #context: WorkerContext;
  readonly #state: RunState;
  readonly #entries: EntryBudget;
  readonly #byteBudget: number;
  readonly #counts: ArchiveCounts = { ...emptyCounts };
  readonly #problems: FileProblem[] = [];
  readonly #reach = new Reach();
  #bytesRead = 0;

  constructor(context: WorkerContext, state: RunState, budget: Budget) {
    this.#context = context;
    this.#state = state;
    this.#entries = { entries: budget.entries };
    this.#byteBudget = budget.bytes;
  }

  run(jobs: readonly Job[]): ArchiveOutput {
    try {
      const results = this.#runAll(jobs);
      this.#transfer(results);
      return { results, counts: this.#counts, problems: this.#problems, open: undefined };
    } finally {
      this.#reach.close();
    }
  }

  #runAll(jobs: readonly Job[]): JobResult[] {
    const walked = jobs.map((job, index) => (index > 0 && this.#entries.entries <= 0 ? undefined : this.#walk(job)));
    const { builder } = this.#state;
    const { ignoreInode } = this.#state.settings;
    const directories = walked.filter((found) => found?.kind === 'walked');
    readAttributes({ reach: this.#reach, builder, ignoreInode }, directories);
    const save = this.#saveContext();
    return jobs.map((job, index) => this.#save(save, job, walked[index], index === 0));
  }

  #walk(job: Job): WalkedDirectory | Gone | undefined {
    if (job.kind === 'tree') return undefined;
    if (job.kind === 'file') return walkLargeFile(this.#reach, job.path, job.name);
    const context = {
      selector: this.#state.selector,
      parents: this.#state.parents,
      reach: this.#reach,
      ownFolder: this.#state.settings.ownFolder,
      throwIfCancelled: () => this.#context.throwIfCancelled(),
    };
    if (job.kind === 'entries') return walkNames(context, job, this.#entries);
    return walkDirectory(context, job.path, job.parent, job.device, this.#entries);
  }

  #save(save: SaveContext, job: Job, walked: WalkedDirectory | Gone | undefined, isFirst: boolean): JobResult {
    if (job.kind === 'tree') return { kind: 'tree', id: save.saveTree(job.bytes) };
    if (walked === undefined || (!isFirst && save.isExhausted())) return { kind: 'deferred' };
    if (walked.kind === 'gone') {
      save.report(walked.problem);
      return { kind: 'gone' };
    }
    if (job.kind === 'directory') return saveDirectory(save, walked);
    if (job.kind === 'entries') return saveNames(save, walked);
    return saveLargeFile(save, walked, job.known);
  }

  #saveContext(): SaveContext {
    const { builder, parents, index, chunker, settings } = this.#state;
    const context = this.#context;
    const read = {
      chunker,
      save: (chunk: Uint8Array) => this.#saveChunk(chunk),
      onProgress: (bytes: number) => {
        context.throwIfCancelled();
        this.#bytesRead += Math.max(0, bytes);
        this.#add('bytesDone', bytes);
      },
    };
    return {
      builder,
      parents,
      reach: this.#reach,
      counts: this.#counts,
      ignoreInode: settings.ignoreInode,
      ignoreCtime: settings.ignoreCtime,
      report: this.#report,
      throwIfCancelled: () => context.throwIfCancelled(),
      onItem: (path) => context.control.setItem(context.worker, toBytes(path)),
      onBytes: (bytes) => this.#add('bytesDone', bytes),
      onFile: () => this.#add('filesDone', 1),
      hasData: (id) => index.has('data', id),
      read: (path) => readFile(path, read),
      saveTree: (tree) => this.#saveBlob('tree', tree),
      isExhausted: () => this.#bytesRead >= this.#byteBudget,
    };
  }

  #saveChunk(chunk: Uint8Array): string {
    if (chunk.length === chunkMinimum && chunk[0] === 0 && zeroChunk.equals(chunk)) {
      if (this.#state.index.has('data', zeroChunkId)) return zeroChunkId;
    }
    return this.#saveBlob('data', chunk);
  }

  #saveBlob(type: BlobType, plaintext: Uint8Array): string {
    const saved = this.#state.writer.save(type, plaintext);
    if (saved.isNew) {
      this.#counts[type === 'data' ? 'dataBlobs' : 'treeBlobs'] += 1;
      this.#counts.bytesAdded += plaintext.length;
      this.#counts.bytesStored += saved.storedBytes;
      this.#add('bytesAdded', plaintext.length);
      this.#add('bytesStored', saved.storedBytes);
    }
    return saved.id.toString('hex');
  }

  readonly #report = (found: FileProblem): void => {
    this.#problems.push(found);
    this.#add('problems', 1);
  };

  #add(counter: keyof typeof counters, amount: number): void {
    const values = this.#context.counters;
    values[counters[counter]] = (values[counters[counter]] ?? 0) + amount;
  }

  #transfer(results: readonly JobResult[]): void {
    const visit = (part: OpenPart) => {
      this.#context.transferWithOutput([part.bytes.buffer]);
      for (const { by } of part.holes) {
        if (by.kind === 'open') visit(by.part);
        else if (by.kind === 'entries' && by.parent !== undefined && 'bytes' in by.parent) {
          this.#context.transferWithOutput([by.parent.bytes.buffer]);
        }
      }
    };
    for (const result of results) {
      if (result.kind === 'open') visit(result.part);
      else if (result.kind === 'nodes') this.#context.transferWithOutput([result.bytes.buffer]);
    }
  }
}
