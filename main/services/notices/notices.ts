import type { Notice } from '../../../shared/contract/app.ts';
import { Observable } from '../observable.ts';
import type { SettingsStore } from '../store/settings-store.ts';

/** What the whole application has to say, worst first; what was put away stays away. */
export class Notices {
  readonly changes = new Observable<readonly Notice[]>([]);
  readonly #settings: SettingsStore;
  #all: readonly Notice[] = [];

  constructor(settings: SettingsStore) {
    this.#settings = settings;
  }

  /** Adds a notice, or replaces the one with its id. */
  put(notice: Notice): void {
    this.#set([...this.#all.filter((other) => other.id !== notice.id), notice]);
  }

  remove(id: string): void {
    if (this.#all.some((notice) => notice.id === id)) this.#set(this.#all.filter((notice) => notice.id !== id));
  }

  async dismiss(id: string): Promise<void> {
    const found = this.#all.find((notice) => notice.id === id);
    if (found === undefined || !found.dismissable) return;
    await this.#settings.update((settings) => ({
      ...settings,
      dismissed: [...settings.dismissed.filter((other) => other !== id), id].slice(-1_000),
    }));
    this.#set(this.#all);
  }

  #set(all: readonly Notice[]): void {
    this.#all = all;
    const hidden = new Set(this.#settings.value.dismissed);
    const order = { risk: 0, attention: 1, info: 2 } as const;
    this.changes.set(
      all.filter((notice) => !(notice.dismissable && hidden.has(notice.id)))
        .toSorted((a, b) => order[a.severity] - order[b.severity]),
    );
  }
}
