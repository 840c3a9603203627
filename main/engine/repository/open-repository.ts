import { AppError, hasCode } from '../../../shared/errors.ts';
import { randomPolynomial } from '../chunker/polynomial.ts';
import type { Clock } from '../platform/clock.ts';
import { collect } from '../platform/concurrency.ts';
import type { ScryptParameters } from '../platform/crypto.ts';
import { poly1305Ready } from '../platform/poly1305.ts';
import { systemIdentity, type ProcessIdentity } from '../platform/process-identity.ts';
import type { RandomSource } from '../platform/random.ts';
import type { Storage } from '../storage/storage.ts';
import { decodeConfig, encodeConfig } from './config.ts';
import { damagedFile } from './damage.ts';
import { calibrateScrypt, type KeyLabel } from './key-file.ts';
import { findKey, passwordBytes, saveKey, type Passwords } from './keys.ts';
import { isValidKey, randomMasterKey } from './master-key.ts';
import type { LockTimes } from './repository-lock.ts';
import { Repository } from './repository.ts';
import { Sealer } from './seal.ts';
import type { MasterKey, RepositoryConfig, RepositoryVersion } from './types.ts';

/** What opening and making a repository have in common. */
export interface RepositoryEnvironment {
  readonly clock: Clock;
  readonly random: RandomSource;
  /** Recorded in locks; default: this process. */
  readonly identity?: ProcessIdentity;
  /** For tests. */
  readonly lockTimes?: Partial<LockTimes>;
}

/** How to unlock a repository. The passwords are used during the call only and never kept. */
export interface OpenOptions extends RepositoryEnvironment {
  /** One password or several to try; used exactly as given. */
  readonly password: Passwords;
  /** Id (or its beginning) of the key file to try first. */
  readonly keyHint?: string;
}

/** What a new repository is made with: version 2 and a random polynomial unless given. */
export interface InitOptions extends RepositoryEnvironment, KeyLabel {
  readonly password: string | Uint8Array;
  readonly version?: RepositoryVersion;
  readonly polynomial?: bigint;
  /** Default: calibrated to half a second. */
  readonly kdf?: ScryptParameters;
}

async function loadSealedConfig(storage: Storage): Promise<Buffer> {
  try {
    return await storage.load({ type: 'config', name: '' });
  } catch (error) {
    if (!hasCode(error, 'not-found', 'destination-unavailable')) throw error;
    const rootMissing = error.code === 'destination-unavailable';
    if (!rootMissing) {
      await storage.checkLayout();
      await throwIfConfigLost(storage);
    }
    throw new AppError('no-repository', 'There are no backups at this place.', {
      hint: 'Check the location, or create a new destination there.',
      retry: 'after-action',
      context: { location: storage.location, rootMissing },
      cause: error,
    });
  }
}

/** A place with keys and data but no config is not empty: its config was lost. */
async function throwIfConfigLost(storage: Storage): Promise<void> {
  for await (const { name } of storage.list('key')) {
    throw damagedFile('config', '', `it is missing, although there are keys (${name.slice(0, 8)})`);
  }
}

function openConfig(masterKey: MasterKey, sealed: Buffer): RepositoryConfig {
  const json = new Sealer(masterKey).tryOpen(sealed);
  if (json === undefined) throw damagedFile('config', '', 'it was altered, cut short, or belongs to another repository');
  return decodeConfig(json);
}

/**
 * Opens the repository in `storage`: config, key, decrypted config. The index is not loaded. Errors: `no-repository`,
 * `wrong-password`, `unsupported-version`, `unsupported` (old layout), `damaged`, and those of the storage.
 */
export async function openRepository(storage: Storage, options: OpenOptions): Promise<Repository> {
  await poly1305Ready();
  const sealedConfig = await loadSealedConfig(storage);
  const key = await findKey(storage, passwordBytes(options.password), options.keyHint);
  const config = openConfig(key.masterKey, sealedConfig);
  return repository(storage, config, key.masterKey, key.keyId, options);
}

function repository(
  storage: Storage,
  config: RepositoryConfig,
  masterKey: MasterKey,
  keyId: string,
  environment: RepositoryEnvironment,
): Repository {
  const { clock, random, identity = systemIdentity(), lockTimes } = environment;
  const times = lockTimes === undefined ? {} : { lockTimes };
  return new Repository({ storage, config, masterKey, keyId, clock, random, identity, ...times });
}

async function isOccupied(storage: Storage): Promise<boolean> {
  if (await storage.exists({ type: 'config', name: '' })) return true;
  await storage.create();
  const [keys, snapshots] = [await collect(storage.list('key')), await collect(storage.list('snapshot'))];
  return keys.length > 0 || snapshots.length > 0;
}

/**
 * Makes a new repository (format section 5): folders, key file, config last. `repository-exists` when there is a
 * config, a key or a snapshot. `password` must not be empty.
 */
export async function initRepository(storage: Storage, options: InitOptions): Promise<Repository> {
  await poly1305Ready();
  const { password, hostname, username, clock, random, version = 2 } = options;
  const bytes = Buffer.from(password);
  if (bytes.length === 0) {
    throw new AppError('invalid-input', 'The password must not be empty.', { hint: 'Choose a password.' });
  }
  if (await isOccupied(storage)) {
    throw new AppError('repository-exists', 'There are backups at this place already.', {
      hint: 'Connect to the existing destination, or choose an empty folder.',
      retry: 'after-action',
      context: { location: storage.location },
    });
  }
  let masterKey = randomMasterKey(random);
  while (!isValidKey(masterKey)) masterKey = randomMasterKey(random);
  const kdf = options.kdf ?? (await calibrateScrypt(clock));
  const keyId = await saveKey(storage, masterKey, bytes, { hostname, username, kdf, clock, random });
  const polynomial = options.polynomial ?? randomPolynomial(random);
  const config: RepositoryConfig = { version, id: random.bytes(32).toString('hex'), polynomial, extra: {} };
  const sealed = new Sealer(masterKey).seal(encodeConfig(config), random);
  // Proof that it opens, and that a given polynomial is usable, before the place counts as a repository.
  openConfig(masterKey, sealed);
  await storage.save({ type: 'config', name: '' }, [sealed]);
  return repository(storage, config, masterKey, keyId, options);
}
