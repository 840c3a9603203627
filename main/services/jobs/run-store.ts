import path from 'node:path';
import { z } from 'zod';
import { problem } from '../../../shared/contract/runs.ts';
import type { Problem } from '../../../shared/contract/runs.ts';
import { fs } from '../../engine/platform/native-fs.ts';
import type { Clock } from '../../engine/platform/clock.ts';
import { readFileBounded, writeFileAtomic } from '../store/atomic-file.ts';
import { JsonStore } from '../store/json-store.ts';
import type { StoreState } from '../store/json-store.ts';
import { runHistory } from './run-record.ts';
import type { RunRecord } from './run-record.ts';

const keptRuns = 500;
const keptMs = 90 * 24 * 3_600_000;
const maxReportBytes = 64 * 1024 * 1024;

/** Records of runs and, in a file each, their problems. Old ones are swept: 90 days or 500 runs. */
export class RunStore {
  readonly #store: JsonStore<z.infer<typeof runHistory>>;
  readonly #folder: string;
  readonly #clock: Clock;

  private constructor(store: JsonStore<z.infer<typeof runHistory>>, folder: string, clock: Clock) {
    this.#store = store;
    this.#folder = folder;
    this.#clock = clock;
  }

  static async open(folder: string, clock: Clock): Promise<{ store: RunStore; state: StoreState }> {
    const { store, state } = await JsonStore.open({
      file: path.join(folder, 'runs.json'),
      version: 1,
      schema: runHistory,
      empty: { runs: [] },
      clock,
    });
    return { store: new RunStore(store, path.join(folder, 'reports'), clock), state };
  }

  /** Newest first. */
  get runs(): readonly RunRecord[] {
    return this.#store.value.runs;
  }

  /** Adds or replaces the record. */
  async put(record: RunRecord): Promise<void> {
    await this.#store.update(({ runs }) => ({ runs: [record, ...runs.filter((other) => other.id !== record.id)] }));
  }

  /** Forgets runs and reports that are too old. */
  async sweep(): Promise<void> {
    const oldest = new Date(this.#clock.now() - keptMs).toISOString();
    const isKept = (run: RunRecord, at: number) => run.state === 'running' || (at < keptRuns && run.started >= oldest);
    if (!this.runs.every(isKept)) await this.#store.update(({ runs }) => ({ runs: runs.filter(isKept) }));
    const names = await fs.promises.readdir(this.#folder).catch(() => []);
    const known = new Set(this.runs.map((run) => `${run.id}.json`));
    for (const name of names) {
      if (!known.has(name)) await fs.promises.rm(path.join(this.#folder, name), { force: true });
    }
  }

  async saveProblems(runId: string, problems: readonly Problem[]): Promise<void> {
    await writeFileAtomic(this.#report(runId), JSON.stringify(problems));
  }

  /** The problems of an ended run; a report that cannot be read counts as empty. */
  async loadProblems(runId: string): Promise<readonly Problem[]> {
    const bytes = await readFileBounded(this.#report(runId), maxReportBytes).catch(() => undefined);
    if (bytes === undefined) return [];
    try {
      return z.array(problem).parse(JSON.parse(bytes.toString('utf8')));
    } catch {
      return [];
    }
  }

  async settled(): Promise<void> {
    await this.#store.settled();
  }

  #report(runId: string): string {
    return path.join(this.#folder, `${runId}.json`);
  }
}
