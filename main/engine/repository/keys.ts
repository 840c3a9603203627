import { AppError, hasCode } from '../../../shared/errors.ts';
import { sha256 } from '../platform/crypto.ts';
import type { Storage } from '../storage/storage.ts';
import { damagedFile } from './damage.ts';
import { createKeyFile, decodeKeyFile, openKeyFile, type CreateKeyFileOptions, type KeyFile } from './key-file.ts';
import type { MasterKey } from './types.ts';

/** As many key files are tried as restic tries. */
const mostKeys = 20;

/** What a key file says of itself. `problem` is set when it cannot be used. */
export interface KeyInfo {
  readonly id: string;
  readonly created: string;
  readonly hostname: string;
  readonly username: string;
  /** Whether the repository was opened with it. */
  readonly current: boolean;
  readonly problem?: string;
}

/** A master key and the key file it came from. */
export interface FoundKey {
  readonly masterKey: MasterKey;
  readonly keyId: string;
}

/** One password or several to try, as bytes or text (UTF-8, used exactly as given). */
export type Passwords = string | Uint8Array | readonly (string | Uint8Array)[];

/** The bytes of each password. */
export function passwordBytes(passwords: Passwords): Uint8Array[] {
  const list = typeof passwords === 'string' || passwords instanceof Uint8Array ? [passwords] : passwords;
  return list.map((password) => (typeof password === 'string' ? Buffer.from(password, 'utf8') : password));
}

/** Ids of all key files, sorted, those that begin with `hint` first. */
export async function listKeyIds(storage: Storage, hint?: string): Promise<string[]> {
  const ids: string[] = [];
  for await (const { name } of storage.list('key')) ids.push(name);
  ids.sort();
  if (hint === undefined || hint === '') return ids;
  return [...ids.filter((id) => id.startsWith(hint)), ...ids.filter((id) => !id.startsWith(hint))];
}

/** Reads one key file; `damaged` when its content does not fit its name or cannot be used. */
export async function loadKeyFile(storage: Storage, id: string): Promise<KeyFile> {
  const bytes = await storage.load({ type: 'key', name: id });
  if (sha256(bytes).toString('hex') !== id) throw damagedFile('key', id, 'its content was altered');
  return decodeKeyFile(bytes, id);
}

/**
 * Tries the passwords on the key files, the hinted one first, at most 20 files. A damaged key file does not keep
 * another from opening. `wrong-password` when none opens; `damaged` when none opens and some were damaged or all are
 * gone.
 */
export async function findKey(storage: Storage, passwords: readonly Uint8Array[], hint?: string): Promise<FoundKey> {
  const ids = await listKeyIds(storage, hint);
  if (ids.length === 0) {
    await storage.checkLayout();
    throw new AppError('damaged', 'All key files of the repository are missing.', {
      hint: 'Restore the folder "keys" from a copy. Without a key file nothing can be decrypted.',
    });
  }
  let damage: AppError | undefined;
  for (const id of ids.slice(0, mostKeys)) {
    try {
      const file = await loadKeyFile(storage, id);
      for (const password of passwords) {
        const masterKey = await openKeyFile(file, password, id);
        if (masterKey !== undefined) return { masterKey, keyId: id };
      }
    } catch (error) {
      if (hasCode(error, 'damaged')) damage ??= error;
      else if (!hasCode(error, 'not-found')) throw error;
    }
  }
  throw damage ?? wrongPassword(ids.length);
}

function wrongPassword(keys: number): AppError {
  return new AppError('wrong-password', 'The password or recovery key does not open this repository.', {
    hint: 'Check the spelling, or use the recovery key from your recovery kit.',
    retry: 'after-action',
    context: { keys },
  });
}

/** Writes a key file for a password and returns its id after reading it back and opening it. */
export async function saveKey(
  storage: Storage,
  masterKey: MasterKey,
  password: Uint8Array,
  options: CreateKeyFileOptions,
): Promise<string> {
  const bytes = await createKeyFile(masterKey, password, options);
  const id = sha256(bytes).toString('hex');
  await storage.save({ type: 'key', name: id }, [bytes]);
  const readBack = await openKeyFile(await loadKeyFile(storage, id), password, id);
  if (readBack === undefined) throw damagedFile('key', id, 'it does not open with its new password');
  return id;
}

/** All key files with what they say, unusable ones included. */
export async function describeKeys(storage: Storage, currentId: string): Promise<KeyInfo[]> {
  const infos: KeyInfo[] = [];
  for (const id of await listKeyIds(storage)) {
    const current = id === currentId;
    try {
      const { created, hostname, username } = await loadKeyFile(storage, id);
      infos.push({ id, created, hostname, username, current });
    } catch (error) {
      if (hasCode(error, 'damaged')) {
        infos.push({ id, created: '', hostname: '', username: '', current, problem: error.message });
      } else if (!hasCode(error, 'not-found')) throw error;
    }
  }
  return infos;
}
