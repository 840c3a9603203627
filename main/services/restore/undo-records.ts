import path from 'node:path';
import { discardUndo } from '../../engine/restorer/undo.ts';
import { fs } from '../../engine/platform/native-fs.ts';
import type { Clock } from '../../engine/platform/clock.ts';
import { errorFacts } from '../../../shared/errors.ts';
import type { Logger } from '../../ports/logger.ts';

const keptMs = 30 * 24 * 3_600_000;

/** Where restores keep what they replaced, a folder a run, for 30 days. */
export class UndoRecords {
  readonly #folder: string;
  readonly #clock: Clock;
  readonly #logger: Logger;

  constructor(folder: string, clock: Clock, logger: Logger) {
    this.#folder = folder;
    this.#clock = clock;
    this.#logger = logger;
  }

  folderOf(runId: string): string {
    return path.join(this.#folder, runId);
  }

  async has(runId: string): Promise<boolean> {
    return await fs.promises.stat(this.folderOf(runId)).then((stat) => stat.isDirectory(), () => false);
  }

  async discard(runId: string): Promise<void> {
    try {
      await discardUndo(this.folderOf(runId));
    } catch (error) {
      this.#logger.warn('What a restore replaced could not be removed.', { runId, message: errorFacts(error).message });
    }
  }

  /** Gives up what is older than 30 days; answers those runs. */
  async sweep(): Promise<string[]> {
    const gone: string[] = [];
    for (const runId of await fs.promises.readdir(this.#folder).catch(() => [])) {
      const stat = await fs.promises.stat(this.folderOf(runId)).catch(() => undefined);
      if (stat === undefined || this.#clock.now() - stat.mtimeMs < keptMs) continue;
      await this.discard(runId);
      gone.push(runId);
    }
    return gone;
  }
}
