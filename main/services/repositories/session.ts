import { errorFacts } from '../../../shared/errors.ts';
import type { Repository } from '../../engine/repository/repository.ts';
import { listSnapshots } from '../../engine/snapshot/snapshots.ts';
import type { StoredSnapshot } from '../../engine/snapshot/snapshot-codec.ts';
import { TreeReader } from '../../engine/snapshot/tree-reader.ts';
import type { Logger } from '../../ports/logger.ts';
import type { Clock } from '../../engine/platform/clock.ts';

const refreshAfter = 2_000;
const cachedNodes = 400_000;

/** One opened repository: its versions and trees, read once and again when somebody added or removed versions. */
export class Session {
  readonly repository: Repository;
  readonly trees: TreeReader;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #snapshots: readonly StoredSnapshot[] = [];
  #ids = '';
  #checked = Number.NEGATIVE_INFINITY;
  #refreshing: Promise<boolean> | undefined;

  constructor(repository: Repository, clock: Clock, logger: Logger) {
    this.repository = repository;
    this.#clock = clock;
    this.#logger = logger;
    this.trees = new TreeReader(repository, { maxNodes: cachedNodes });
  }

  /** Versions, oldest first; looked up again when the last look is older than two seconds. */
  async snapshots(): Promise<readonly StoredSnapshot[]> {
    const age = this.#clock.now() - this.#checked;
    if (age < 0 || age > refreshAfter) await this.refresh();
    return this.#snapshots;
  }

  /** Looks for versions that came or went, and loads the index when any did. True when something changed. */
  async refresh(): Promise<boolean> {
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = undefined;
    });
    return await this.#refreshing;
  }

  async #refresh(): Promise<boolean> {
    const ids = (await this.repository.listSnapshotIds()).toSorted().join(' ');
    if (ids === this.#ids && this.#checked !== Number.NEGATIVE_INFINITY) {
      this.#checked = this.#clock.now();
      return false;
    }
    const { problems } = await this.repository.loadIndex();
    for (const problem of problems) this.#logger.warn('A part of the index cannot be read.', { problem: problem.message });
    this.#snapshots = await listSnapshots(this.repository, {}, {
      onProblem: (id, error) => this.#logger.warn('A version cannot be read.', { id, code: errorFacts(error).code }),
    });
    this.#ids = ids;
    this.#checked = this.#clock.now();
    return true;
  }
}
