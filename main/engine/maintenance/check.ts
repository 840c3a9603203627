import { availableParallelism } from 'node:os';
import { AppError, errorFacts } from '../../../shared/errors.ts';
import { forEachConcurrently } from '../platform/concurrency.ts';
import type { Repository } from '../repository/repository.ts';
import { listSnapshots } from '../snapshot/snapshots.ts';
import type { StoredSnapshot } from '../snapshot/snapshot-codec.ts';
import { forEachTree } from '../snapshot/tree-reader.ts';
import { WorkerPool } from '../workers/pool.ts';
import type {
  CheckFinding,
  CheckOptions,
  CheckProgress,
  CheckReport,
  FindingKind,
} from './check-report.ts';
import { choosePacks } from './choose-packs.ts';
import type { PackFile } from './choose-packs.ts';
import { freshRepository, listPacks } from './fresh-repository.ts';

const mostWorkers = 8;

class Checker {
  readonly #repository: Repository;
  readonly #signal: AbortSignal | undefined;
  readonly #onProgress: (progress: CheckProgress) => void;
  readonly errors: CheckFinding[] = [];
  readonly hints: CheckFinding[] = [];
  readonly damagedPacks = new Set<string>();
  snapshots = 0;
  trees = 0;
  packs = 0;
  packsRead = 0;
  bytesRead = 0;

  constructor(repository: Repository, signal: AbortSignal | undefined, onProgress: (progress: CheckProgress) => void) {
    this.#repository = repository;
    this.#signal = signal;
    this.#onProgress = onProgress;
  }

  #error(kind: FindingKind, id: string, message: string): void {
    this.errors.push({ kind, id, message });
  }

  #hint(kind: FindingKind, id: string, message: string): void {
    this.hints.push({ kind, id, message });
  }

  #progress(phase: CheckProgress['phase'], done: number, total: number | null, bytes?: readonly [number, number]): void {
    this.#onProgress({ phase, done, total, bytesDone: bytes?.[0] ?? 0, bytesTotal: bytes?.[1] ?? null });
  }

  async keys(): Promise<void> {
    for (const { id, problem } of await this.#repository.listKeys()) {
      if (problem !== undefined) this.#error('key-damaged', id, problem);
    }
  }

  /** Snapshots are listed before the index is read, so that one finished meanwhile does not look broken. */
  async loadSnapshots(): Promise<StoredSnapshot[]> {
    this.#progress('snapshots', 0, null);
    const snapshots = await listSnapshots(this.#repository, {}, {
      ...(this.#signal === undefined ? {} : { signal: this.#signal }),
      onProblem: (id: string, error: AppError) => this.#error('snapshot-unreadable', id, error.message),
    });
    this.snapshots = snapshots.length;
    return snapshots;
  }

  async index(): Promise<boolean> {
    this.#progress('index', 0, null);
    const { problems } = await this.#repository.loadIndex(this.#signal);
    for (const { kind, indexId, packId, message } of problems) {
      if (kind === 'duplicate') this.#hint('index-duplicate', packId ?? indexId, message);
      else this.#error(kind === 'unreadable' ? 'index-unreadable' : 'index-split', packId ?? indexId, message);
    }
    return problems.every(({ kind }) => kind !== 'unreadable');
  }

  /** Compares the index with the files; gives the packs whose data can be read. */
  async listPacks(): Promise<PackFile[]> {
    this.#progress('packs', 0, null);
    const { index } = this.#repository;
    const listed = await listPacks(this.#repository);
    const readable: PackFile[] = [];
    for (const id of index.packIds()) {
      this.packs += 1;
      const size = listed.get(id);
      const expected = index.packSize(id);
      listed.delete(id);
      if (size === undefined) {
        this.#error('pack-missing', id, `Pack ${id} is missing.`);
        continue;
      }
      if (size !== expected) {
        this.#error('pack-size', id, `Pack ${id} has ${size} bytes, but should have ${expected ?? 0}.`);
        this.damagedPacks.add(id);
      }
      if (new Set(index.packEntries(id).map(({ type }) => type)).size > 1) {
        this.#hint('pack-mixed', id, `Pack ${id} holds both data and folder listings.`);
      }
      readable.push({ id, size });
    }
    for (const id of listed.keys()) this.#hint('pack-unindexed', id, `Pack ${id} is in no index.`);
    return readable;
  }

  async walkTrees(snapshots: readonly StoredSnapshot[]): Promise<void> {
    const { index } = this.#repository;
    const seen = new Set<string>();
    const missing = new Set<string>();
    const roots = snapshots.map(({ tree }) => tree);
    await forEachTree(
      this.#repository,
      roots,
      (treeId, nodes) => {
        this.trees += 1;
        this.#progress('trees', this.trees, null);
        for (const node of nodes) {
          for (const id of node.content ?? []) {
            if (missing.has(id) || index.has('data', id)) continue;
            missing.add(id);
            this.#error('blob-missing', id, `Data ${id} of file ${JSON.stringify(String(node.name))} in tree ${treeId.slice(0, 8)} is not in the index.`);
          }
        }
      },
      {
        signal: this.#signal,
        seen,
        onError: (treeId, error) => {
          const facts = errorFacts(error);
          if (facts.code !== 'damaged' && facts.code !== 'missing-data' && facts.code !== 'hostile-data') throw error;
          this.#error(facts.code === 'missing-data' ? 'tree-missing' : 'tree-damaged', treeId, `Tree ${treeId}: ${facts.message}`);
        },
        onProblem: (treeId, { message, name }) => {
          const entry = name.length === 0 ? '' : ` (entry ${JSON.stringify(String(name))})`;
          this.#error('node-invalid', treeId, `Tree ${treeId}: ${message}${entry}`);
        },
      },
    );
  }

  async readData(packs: readonly PackFile[], options: CheckOptions): Promise<void> {
    const repository = this.#repository;
    const chosen = choosePacks(packs, options.readData, repository.random);
    if (chosen.length === 0) return;
    const total = chosen.reduce((sum, { size }) => sum + size, 0);
    const size = Math.min(options.workers ?? Math.min(availableParallelism(), mostWorkers), chosen.length);
    await using pool = new WorkerPool({ size, repository: repository.workerRepository() });
    this.#progress('data', 0, chosen.length, [0, total]);
    await forEachConcurrently(chosen, pool.size * 2, async (pack) => {
      await this.#verify(pool, pack);
      this.packsRead += 1;
      this.bytesRead += pack.size;
      this.#progress('data', this.packsRead, chosen.length, [this.bytesRead, total]);
    });
  }

  async #verify(pool: WorkerPool, pack: PackFile): Promise<void> {
    const handle = { type: 'pack', name: pack.id } as const;
    const { storage } = this.#repository;
    const isLocal = storage.localPath(handle) !== undefined;
    const bytes = isLocal ? undefined : new Uint8Array(await storage.load(handle));
    const [verified] = await pool.run(
      'verify-packs',
      { packs: [bytes === undefined ? pack : { ...pack, bytes }] },
      {
        ...(this.#signal === undefined ? {} : { signal: this.#signal }),
        transfer: bytes === undefined ? [] : [bytes.buffer],
      },
    );
    for (const problem of verified?.problems ?? []) {
      const later = verified?.onlyAtFirst === true ? ' (a second reading found nothing: the disk or connection is not reliable)' : '';
      this.#error('pack-damaged', pack.id, `Pack ${pack.id}: ${problem}${later}`);
      if (verified?.onlyAtFirst !== true) this.damagedPacks.add(pack.id);
    }
  }

  report(): CheckReport {
    const repairable: readonly FindingKind[] = ['index-unreadable', 'index-split', 'pack-missing', 'pack-size', 'index-duplicate', 'pack-mixed'];
    const has = (kinds: readonly FindingKind[], among: readonly CheckFinding[]): boolean => among.some(({ kind }) => kinds.includes(kind));
    return {
      errors: this.errors,
      hints: this.hints,
      damagedPacks: [...this.damagedPacks],
      suggestRepairIndex: has(repairable, this.errors) || has(['index-duplicate'], this.hints),
      suggestPrune: has(['pack-unindexed', 'pack-mixed'], this.hints),
      snapshots: this.snapshots,
      trees: this.trees,
      packs: this.packs,
      packsRead: this.packsRead,
      bytesRead: this.bytesRead,
    };
  }
}

/**
 * Checks a repository (format section 18): keys, index, packs against the index, snapshots, all trees once, and the data
 * of the chosen packs. Damage is in the report; only failing storage, `cancelled` and faults are thrown. The caller
 * holds an exclusive lock, or a shared one when a backup that runs meanwhile may show up as hints.
 */
export async function checkRepository(
  repository: Repository,
  options: CheckOptions,
  onProgress: (progress: CheckProgress) => void = () => {},
  signal?: AbortSignal,
): Promise<CheckReport> {
  const fresh = freshRepository(repository);
  const checker = new Checker(fresh, signal, onProgress);
  await checker.keys();
  const snapshots = await checker.loadSnapshots();
  if (await checker.index()) {
    const packs = await checker.listPacks();
    await checker.walkTrees(snapshots);
    await checker.readData(packs, options);
  }
  if (signal?.aborted === true) throw new AppError('cancelled', 'The check was cancelled.', { retry: 'after-action' });
  return checker.report();
}
