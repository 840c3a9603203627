import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { Clock } from '../../main/engine/platform/clock.ts';
import { systemRandom } from '../../main/engine/platform/random.ts';
import { BlobWriter } from '../../main/engine/repository/blob-writer.ts';
import { initRepository } from '../../main/engine/repository/open-repository.ts';
import type { InitOptions } from '../../main/engine/repository/open-repository.ts';
import type { Repository } from '../../main/engine/repository/repository.ts';
import type { BlobType, PackEntry } from '../../main/engine/repository/types.ts';
import type { Storage } from '../../main/engine/storage/storage.ts';

/** A clock that tests set. */
export class ManualClock implements Clock {
  #now: number;

  constructor(now = Date.UTC(2026, 10, 20, 12)) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  advance(milliseconds: number): void {
    this.#now += milliseconds;
  }
}

/** scrypt cost that takes no time. */
export const quickKdf = { N: 16, r: 1, p: 1 } as const;

export const testPassword = 'correct horse';

/** The settings of a repository that is made and opened in no time. */
export function quickInit(options: Partial<InitOptions> = {}): InitOptions {
  return {
    password: testPassword,
    hostname: 'test-host',
    username: 'tester',
    clock: new ManualClock(),
    random: systemRandom,
    kdf: quickKdf,
    polynomial: 0x3da3358b4dc173n,
    lockTimes: { recheck: 1, unreadable: [1], firstRetry: 5, longestRetry: 10 },
    ...options,
  };
}

/** A new repository in `storage`. */
export function quickRepository(storage: Storage, options: Partial<InitOptions> = {}): Promise<Repository> {
  return initRepository(storage, quickInit(options));
}

/** Stores blobs durably, index included; returns their ids. */
export async function storeBlobs(
  repository: Repository,
  blobs: readonly (readonly [BlobType, Uint8Array])[],
  options: { readonly packSize?: number; readonly level?: number | undefined } = { level: 3 },
): Promise<string[]> {
  const sink = repository.createPackSink();
  const stores: Promise<void>[] = [];
  const writer = new BlobWriter({
    key: repository.masterKey,
    version: repository.config.version,
    level: options.level,
    verify: true,
    index: repository.index,
    random: systemRandom,
    ...(options.packSize === undefined ? {} : { packSize: options.packSize }),
    onPack: (pack) => stores.push(sink.store(pack)),
  });
  const ids = blobs.map(([type, content]) => writer.save(type, content).id.toString('hex'));
  await Promise.all(stores);
  await sink.merge([writer.drain()]);
  await sink.flush();
  return ids;
}

/** Unpacks the repository that restic 0.14 made and returns its folder. Password: `fixture-password`. */
export function unpackFixture(into: string): string {
  const archive = join(import.meta.dirname, '../fixtures/restic-v2-tiny.tar.gz');
  execFileSync('tar', ['-xzf', archive, '-C', into]);
  return join(into, 'restic-v2-tiny');
}

/** What `test/fixtures/golden-v2/packs.json` says of a pack. */
export interface GoldenPack {
  readonly id: string;
  readonly size: number;
  readonly header_length: number;
  readonly blobs: readonly (Omit<PackEntry, 'uncompressedLength'> & { readonly uncompressed_length: number })[];
}
