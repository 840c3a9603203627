import type { Clock } from '../../engine/platform/clock.ts';
import { Observable } from '../observable.ts';
import { presets } from '../volumes/presets.ts';
import { measureFolder } from '../volumes/size-walk.ts';
import type { FolderSize } from '../volumes/size-walk.ts';

/** What is known of a folder's size; `counting` until the end was reached. */
export interface CountedFolder extends FolderSize {
  readonly counting: boolean;
}

const goodFor = 15 * 60_000;

/** Sizes of folders, counted one after the other in the background while somebody looks, and kept for a while. */
export class FolderSizes {
  readonly #clock: Clock;
  readonly #sizes = new Map<string, CountedFolder & { readonly at: number }>();
  readonly #queue: string[] = [];
  #stop = new AbortController();
  #watchers = 0;
  #working = false;
  readonly changes = new Observable<null>(null);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get(folder: string): CountedFolder | undefined {
    return this.#sizes.get(folder);
  }

  /** Counts while at least one watcher is there; what was begun and not finished is begun anew next time. */
  watch(): Disposable {
    this.#watchers += 1;
    return {
      [Symbol.dispose]: () => {
        this.#watchers -= 1;
        if (this.#watchers > 0) return;
        this.#stop.abort();
        this.#stop = new AbortController();
        this.#queue.length = 0;
      },
    };
  }

  /** Asks for a folder's size; harmless when it is known or waiting. */
  request(folder: string): void {
    const known = this.#sizes.get(folder);
    const age = this.#clock.now() - (known?.at ?? 0);
    if (this.#queue.includes(folder) || (known !== undefined && (known.counting || (age >= 0 && age < goodFor)))) return;
    this.#queue.push(folder);
    void this.#work();
  }

  async #work(): Promise<void> {
    if (this.#working) return;
    this.#working = true;
    try {
      for (let folder = this.#queue.shift(); folder !== undefined; folder = this.#queue.shift()) await this.#count(folder);
    } finally {
      this.#working = false;
    }
  }

  async #count(folder: string): Promise<void> {
    const { signal } = this.#stop;
    const put = (size: FolderSize, counting: boolean) => {
      this.#sizes.set(folder, { ...size, counting, at: this.#clock.now() });
      this.changes.set(null);
    };
    put({ bytes: 0, files: 0, presetBytes: new Map() }, true);
    const size = await measureFolder(folder, {
      presets,
      platform: process.platform,
      signal,
      now: () => this.#clock.now(),
      onProgress: (soFar) => put(soFar, true),
    });
    if (signal.aborted) this.#sizes.delete(folder);
    else put(size, false);
  }
}
