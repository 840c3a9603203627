import { dirname } from 'node:path';
import { AppError, cancelledError, hasCode } from '../../../shared/errors.ts';
import type { Clock } from '../platform/clock.ts';
import { collect, forEachConcurrently } from '../platform/concurrency.ts';
import type { ScryptParameters } from '../platform/crypto.ts';
import { sha256 } from '../platform/crypto.ts';
import type { ProcessIdentity } from '../platform/process-identity.ts';
import type { RandomSource } from '../platform/random.ts';
import type { Storage } from '../storage/storage.ts';
import { decodeBlob } from './blob-codec.ts';
import { BlobIndex } from './blob-index.ts';
import { damagedFile } from './damage.ts';
import { isId } from './ids.ts';
import { decodeIndex, encodeIndex, type IndexedPack } from './index/index-codec.ts';
import { calibrateScrypt, type KeyLabel } from './key-file.ts';
import { describeKeys, listKeyIds, saveKey, type KeyInfo } from './keys.ts';
import { PackSink } from './pack-sink.ts';
import { readPack } from './pack-reader.ts';
import {
  acquireLock,
  lockTimes,
  removeLocks,
  type LockContext,
  type LockOptions,
  type LockTimes,
  type RepositoryLock,
} from './repository-lock.ts';
import { Sealer } from './seal.ts';
import type { BlobId, BlobType, MasterKey, RepositoryConfig, WorkerRepository } from './types.ts';
import { decodeUnpacked, encodeUnpacked, type UnpackedType } from './unpacked.ts';

/** What a repository is made of once its key is known. */
export interface RepositoryParts {
  readonly storage: Storage;
  readonly config: RepositoryConfig;
  readonly masterKey: MasterKey;
  readonly keyId: string;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly identity: ProcessIdentity;
  readonly lockTimes?: Partial<LockTimes>;
}

/** Something wrong with one index file; the others were used. */
export interface IndexProblem {
  readonly indexId: string;
  /** `unreadable`: blobs may be missing. `different`: a pack is listed elsewhere with other blobs. `duplicate`: hint. */
  readonly kind: 'unreadable' | 'different' | 'duplicate';
  readonly packId?: string;
  readonly message: string;
}

/** How many index files were read, and what was wrong with them: a problem is a value here, the rest is loaded. */
export interface LoadIndexResult {
  readonly files: number;
  readonly problems: readonly IndexProblem[];
}

/** Index files fetched and decrypted at once. */
const indexLoads = 4;

/** An open repository: its files and blobs. Holds nothing that needs closing; locks and sinks are separate. */
export class Repository {
  readonly storage: Storage;
  readonly config: RepositoryConfig;
  readonly masterKey: MasterKey;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly identity: ProcessIdentity;
  /** Known blobs; empty until {@link loadIndex}. */
  readonly index: BlobIndex = BlobIndex.create();
  /** Seals and opens with the master key, in this thread. */
  readonly sealer: Sealer;
  readonly #lockTimes: LockTimes;
  readonly #loadedIndexes = new Set<string>();
  readonly #unindexed: IndexedPack[] = [];
  #keyId: string;

  constructor(parts: RepositoryParts) {
    this.storage = parts.storage;
    this.config = parts.config;
    this.masterKey = parts.masterKey;
    this.clock = parts.clock;
    this.random = parts.random;
    this.identity = parts.identity;
    this.sealer = new Sealer(parts.masterKey);
    this.#lockTimes = { ...lockTimes, ...parts.lockTimes };
    this.#keyId = parts.keyId;
  }

  /** The key file it was opened with (or that `changePassword` put in its place). */
  get keyId(): string {
    return this.#keyId;
  }

  /**
   * Reads every index file that was not read yet. List snapshots before this, or a snapshot finished in between refers
   * to unknown blobs. Damaged index files are problems in the result, not errors; failing storage is an error.
   */
  async loadIndex(signal?: AbortSignal): Promise<LoadIndexResult> {
    const problems: IndexProblem[] = [];
    let files = 0;
    await forEachConcurrently(this.storage.list('index'), indexLoads, async ({ name }) => {
      if (signal?.aborted === true) throw cancelledError();
      if (this.#loadedIndexes.has(name)) return;
      files += 1;
      problems.push(...(await this.#loadIndexFile(name)));
    });
    return { files, problems };
  }

  async #loadIndexFile(indexId: string): Promise<IndexProblem[]> {
    let packs: IndexedPack[];
    try {
      packs = decodeIndex(await this.loadUnpacked('index', indexId), this.config.version, indexId);
    } catch (error) {
      // Another client replaced it meanwhile; its successor is listed or will be.
      if (hasCode(error, 'not-found')) return [];
      if (!hasCode(error, 'damaged')) throw error;
      return [{ indexId, kind: 'unreadable', message: error.message }];
    }
    this.#loadedIndexes.add(indexId);
    return packs.flatMap(({ id, entries }): IndexProblem[] => {
      const result = this.index.addPack(id, entries);
      if (result === 'added') return [];
      const what = result === 'duplicate' ? 'is listed twice' : 'is listed with different contents';
      return [{ indexId, kind: result, packId: id, message: `Pack ${id.slice(0, 8)} ${what} in the index.` }];
    });
  }

  /** Ids of all snapshots, sorted. */
  async listSnapshotIds(): Promise<string[]> {
    const ids = (await collect(this.storage.list('snapshot'))).map(({ name }) => name);
    return ids.sort();
  }

  /** The full id of the only snapshot whose id starts with `prefix`; `not-found` or `ambiguous` otherwise. */
  async resolveSnapshotId(prefix: string): Promise<string> {
    const wanted = prefix.toLowerCase();
    const matches = /^[0-9a-f]{1,64}$/.test(wanted)
      ? (await this.listSnapshotIds()).filter((id) => id.startsWith(wanted))
      : [];
    const [match] = matches;
    if (match === undefined) {
      throw new AppError('not-found', `There is no snapshot "${prefix}".`, {
        hint: 'List the snapshots to see which there are.',
        retry: 'after-action',
      });
    }
    if (matches.length > 1) {
      throw new AppError('ambiguous', `"${prefix}" is the beginning of ${matches.length} snapshot ids.`, {
        hint: 'Give more digits of the id.',
        retry: 'after-action',
      });
    }
    return match;
  }

  /** The JSON of an unpacked file, verified against its name (read once more when it does not fit). */
  async loadUnpacked(type: UnpackedType, id: string): Promise<Buffer> {
    const handle = { type, name: id } as const;
    let file = await this.storage.load(handle);
    if (sha256(file).toString('hex') !== id) file = await this.storage.load(handle);
    if (sha256(file).toString('hex') !== id) throw damagedFile(type, id, 'its content does not fit its name');
    return decodeUnpacked(this.sealer, this.config.version, type, id, file);
  }

  /** Seals `json` and stores it durably; returns its id. */
  async saveUnpacked(type: UnpackedType, json: Uint8Array): Promise<string> {
    const file = encodeUnpacked(this.sealer, this.config.version, json, this.random);
    const readBack = decodeUnpacked(this.sealer, this.config.version, type, '', file);
    if (Buffer.compare(readBack, json) !== 0) {
      throw new AppError('internal', 'Data could not be read back after it was compressed and encrypted.', {
        hint: 'The memory or processor of this computer may be faulty. Nothing wrong was stored.',
      });
    }
    const id = sha256(file).toString('hex');
    await this.storage.save({ type, name: id }, [file]);
    if (type === 'index') this.#loadedIndexes.add(id);
    return id;
  }

  /** Writes one index file with whole packs. */
  async saveIndex(packs: readonly IndexedPack[]): Promise<string> {
    return this.saveUnpacked('index', encodeIndex(packs));
  }

  /** Removes a file. `unsupported` in append-only repositories, except for locks. */
  async removeFile(type: UnpackedType | 'pack', id: string): Promise<void> {
    if (this.config.extra['append_only'] === true && type !== 'lock') {
      throw new AppError('unsupported', 'This repository is marked append-only: nothing may be removed from it.', {
        hint: 'Change the mark with the program that set it (rustic).',
      });
    }
    await this.storage.remove({ type, name: id });
  }

  /**
   * The verified plaintext of a blob; tries every known copy. `missing-data` when the index knows none or all its packs
   * are gone, `damaged` when no copy is intact.
   */
  async loadBlob(type: BlobType, id: BlobId): Promise<Buffer> {
    const hex = typeof id === 'string' ? id : Buffer.from(id).toString('hex');
    if (hex.length !== 64 || !isId(hex)) throw new AppError('damaged', 'A blob id is not valid.');
    let failure: AppError | undefined;
    for (const location of this.index.findAll(type, hex)) {
      try {
        const sealed = await readPack(this.storage, location.packId, location);
        return decodeBlob(this.sealer, sealed, location.uncompressedLength, hex);
      } catch (error) {
        if (!hasCode(error, 'damaged', 'missing-data')) throw error;
        const damage = damagedFile('pack', location.packId, `blob ${hex.slice(0, 8)} in it is not intact`, error);
        if (failure?.code !== 'damaged') failure = error.code === 'damaged' ? damage : error;
      }
    }
    throw failure ?? missingBlob(type, hex);
  }

  /** All key files. */
  listKeys(): Promise<KeyInfo[]> {
    return describeKeys(this.storage, this.keyId);
  }

  /** Adds a password; returns the id of its key file, which was read back and opened. */
  async addKey(
    password: Uint8Array | string,
    label: KeyLabel & { readonly kdf?: ScryptParameters },
  ): Promise<string> {
    const { hostname, username } = label;
    const kdf = label.kdf ?? (await calibrateScrypt(this.clock));
    const options = { hostname, username, kdf, clock: this.clock, random: this.random };
    return saveKey(this.storage, this.masterKey, Buffer.from(password), options);
  }

  /** Replaces the key file in use by one for a new password; the old one is removed last. Returns the new id. */
  async changePassword(
    password: Uint8Array | string,
    label: KeyLabel & { readonly kdf?: ScryptParameters },
  ): Promise<string> {
    const old = this.#keyId;
    this.#keyId = await this.addKey(password, label);
    await this.#removeKeyFile(old);
    return this.#keyId;
  }

  /** Removes a key file; `conflict` for the one in use and for the last one. */
  async removeKey(id: string): Promise<void> {
    const ids = await listKeyIds(this.storage);
    if (!ids.includes(id)) {
      throw new AppError('not-found', 'There is no such key.', { hint: 'List the keys to see which there are.' });
    }
    if (id === this.keyId || ids.length === 1) {
      throw new AppError('conflict', 'The key in use cannot be removed.', {
        hint: 'Open the repository with another password first.',
        retry: 'after-action',
      });
    }
    await this.#removeKeyFile(id);
  }

  async #removeKeyFile(id: string): Promise<void> {
    if (this.config.extra['append_only'] === true) {
      throw new AppError('unsupported', 'This repository is marked append-only: nothing may be removed from it.', {
        hint: 'Change the mark with the program that set it (rustic).',
      });
    }
    await this.storage.remove({ type: 'key', name: id });
  }

  /** Takes a lock; see `acquireLock`. Dispose it when done. */
  lock(options: LockOptions): Promise<RepositoryLock> {
    return acquireLock(this.#lockContext(), options);
  }

  /** Removes dead locks (with `all` every lock); returns how many. */
  unlock({ all }: { readonly all: boolean }): Promise<number> {
    return removeLocks(this.#lockContext(), all);
  }

  #lockContext(): LockContext {
    return {
      clock: this.clock,
      identity: this.identity,
      times: this.#lockTimes,
      store: {
        list: () => collect(this.storage.list('lock')),
        load: (id) => this.loadUnpacked('lock', id),
        save: (json) => this.saveUnpacked('lock', json),
        remove: (id) => this.removeFile('lock', id),
      },
    };
  }

  /** A sink for the packs of one run. */
  createPackSink(options: { readonly packSize?: number } = {}): PackSink {
    return new PackSink({
      storage: this.storage,
      index: this.index,
      sealer: this.sealer,
      clock: this.clock,
      random: this.random,
      unindexed: this.#unindexed,
      ...options,
      saveIndex: async (packs) => {
        await this.saveIndex(packs);
      },
    });
  }

  /** What worker threads need to know; contains the master key. */
  workerRepository(): WorkerRepository {
    const pack = this.storage.localPath({ type: 'pack', name: '0'.repeat(64) });
    return {
      key: this.masterKey,
      version: this.config.version,
      polynomial: this.config.polynomial,
      index: this.index.shared,
      ...(pack === undefined ? {} : { localDataRoot: dirname(dirname(pack)) }),
    };
  }
}

function missingBlob(type: BlobType, id: string): AppError {
  const what = type === 'tree' ? 'A folder listing' : 'A part of a file';
  return new AppError('missing-data', `${what} (${id.slice(0, 8)}) is not in the repository.`, {
    hint: 'Run "tidemark check" to see what is affected, then back up again to heal what still exists.',
    context: { type, id },
  });
}
