import path from 'node:path';
import type { z } from 'zod';
import { fs } from '../../engine/platform/native-fs.ts';
import type { Clock } from '../../engine/platform/clock.ts';
import { readFileBounded, writeFileAtomic } from './atomic-file.ts';

export interface JsonStoreOptions<T> {
  readonly file: string;
  /** The version written now; what is read from older files passes `migrate` one version at a time. */
  readonly version: number;
  readonly schema: z.ZodType<T>;
  readonly empty: T;
  readonly clock: Clock;
  /** `migrate[n]` turns content of version n into version n + 1. */
  readonly migrate?: Readonly<Record<number, (content: unknown) => unknown>>;
}

/** What reading a store found, so that somebody can say it: all well, nothing there yet, migrated, or set aside. */
export type StoreState =
  | { readonly kind: 'loaded' }
  | { readonly kind: 'new' }
  | { readonly kind: 'migrated'; readonly from: number; readonly backup: string }
  | { readonly kind: 'damaged'; readonly setAside: string }
  /** Written by a newer program: read as it is set aside, so that going back up loses nothing. */
  | { readonly kind: 'newer'; readonly setAside: string };

const maxBytes = 32 * 1024 * 1024;

/**
 * One validated JSON document in memory and on disk: `{version, content}`. Reads once, writes atomically and in
 * order; an update is durable when its promise resolves.
 */
export class JsonStore<T> {
  readonly #options: JsonStoreOptions<T>;
  #value: T;
  #writing: Promise<void> = Promise.resolve();

  private constructor(options: JsonStoreOptions<T>, value: T) {
    this.#options = options;
    this.#value = value;
  }

  /** Reads the file; a damaged one is renamed to `<name>.damaged-<time>` and an empty document takes its place. */
  static async open<T>(options: JsonStoreOptions<T>): Promise<{ store: JsonStore<T>; state: StoreState }> {
    const store = new JsonStore(options, options.empty);
    return { store, state: await store.#load() };
  }

  get value(): T {
    return this.#value;
  }

  /** Replaces the document; concurrent updates are applied one after the other on the newest value. */
  async update(change: (value: T) => T): Promise<T> {
    const next = this.#writing.then(async () => {
      const value = this.#options.schema.parse(change(this.#value));
      await this.#write(value);
      this.#value = value;
    });
    this.#writing = next.catch(() => undefined);
    await next;
    return this.#value;
  }

  /** Resolves when everything handed over so far is on disk or has failed. */
  async settled(): Promise<void> {
    await this.#writing;
  }

  async #load(): Promise<StoreState> {
    const { file, version, schema, migrate } = this.#options;
    const bytes = await readFileBounded(file, maxBytes);
    if (bytes === undefined) return { kind: 'new' };
    let found: unknown;
    try {
      found = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    } catch {
      return { kind: 'damaged', setAside: await this.#setAside('damaged') };
    }
    if (typeof found !== 'object' || found === null || !('version' in found) || !('content' in found)) {
      return { kind: 'damaged', setAside: await this.#setAside('damaged') };
    }
    const from = found.version;
    if (typeof from !== 'number' || !Number.isInteger(from) || from < 1) {
      return { kind: 'damaged', setAside: await this.#setAside('damaged') };
    }
    if (from > version) return { kind: 'newer', setAside: await this.#setAside('newer') };
    let content: unknown = found.content;
    try {
      for (let step = from; step < version; step += 1) content = migrate?.[step]?.(content) ?? content;
    } catch {
      return { kind: 'damaged', setAside: await this.#setAside('damaged') };
    }
    const parsed = schema.safeParse(content);
    if (!parsed.success) return { kind: 'damaged', setAside: await this.#setAside('damaged') };
    this.#value = parsed.data;
    if (from === version) return { kind: 'loaded' };
    const backup = `${file}.version-${from}`;
    await writeFileAtomic(backup, bytes);
    await this.#write(parsed.data);
    return { kind: 'migrated', from, backup };
  }

  async #write(value: T): Promise<void> {
    const { file, version } = this.#options;
    await writeFileAtomic(file, `${JSON.stringify({ version, content: value }, undefined, 2)}\n`);
  }

  async #setAside(why: 'damaged' | 'newer'): Promise<string> {
    const { file, clock } = this.#options;
    const stamp = new Date(clock.now()).toISOString().replaceAll(/[-:]/g, '').replace(/\.\d+/, '');
    let target = `${file}.${why}-${stamp}`;
    for (let copy = 2; await exists(target); copy += 1) target = `${file}.${why}-${stamp}-${copy}`;
    await fs.promises.rename(file, target);
    return path.basename(target);
  }
}

async function exists(file: string): Promise<boolean> {
  return await fs.promises.lstat(file).then(() => true, () => false);
}
