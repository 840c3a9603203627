import { scrypt, type ScryptParameters } from '../platform/crypto.ts';
import type { Clock } from '../platform/clock.ts';
import { utcTimestamp } from '../platform/clock.ts';
import type { RandomSource } from '../platform/random.ts';
import { damagedFile } from './damage.ts';
import { base64Bytes, parseObject, textOf } from './json.ts';
import { decodeMasterKey, encodeMasterKey, isValidKey, keyFromBytes } from './master-key.ts';
import { Sealer } from './seal.ts';
import type { MasterKey } from './types.ts';

/** What a key file says in the clear, and the sealed master key. */
export interface KeyFile {
  readonly created: string;
  readonly username: string;
  readonly hostname: string;
  readonly kdf: ScryptParameters;
  readonly salt: Buffer;
  readonly data: Buffer;
}

/** Who a key file is for; informational. */
export interface KeyLabel {
  readonly hostname: string;
  readonly username: string;
}

const saltSize = 64;
const calibrated = { N: 32768, r: 8 } as const;
const wantedMilliseconds = 500;
const highestP = 16;

/** Bounds of what is computed for a file from outside: 1 GiB of memory, and about a minute of work. */
const largestMemory = 1024 ** 3;
const largestWork = 512 * 60 * 1024 * 1024;

/** scrypt cost that takes about half a second here: N = 32768 and r = 8 as restic, p measured. */
export async function calibrateScrypt(clock: Clock): Promise<ScryptParameters> {
  const salt = Buffer.alloc(saltSize);
  const start = clock.now();
  await scrypt(Buffer.from('calibration'), salt, { ...calibrated, p: 1 });
  const milliseconds = Math.max(1, clock.now() - start);
  return { ...calibrated, p: Math.min(highestP, Math.max(1, Math.floor(wantedMilliseconds / milliseconds))) };
}

function isPowerOfTwo(value: number): boolean {
  return Number.isSafeInteger(value) && value > 1 && Number.isInteger(Math.log2(value));
}

function parameters(N: unknown, r: unknown, p: unknown): ScryptParameters | undefined {
  if (typeof N !== 'number' || typeof r !== 'number' || typeof p !== 'number') return undefined;
  const positive = Number.isSafeInteger(r) && Number.isSafeInteger(p) && r >= 1 && p >= 1;
  if (!isPowerOfTwo(N) || !positive || r * p >= 2 ** 30) return undefined;
  return 128 * N * r <= largestMemory && 128 * N * r * p <= largestWork ? { N, r, p } : undefined;
}

/** Reads the JSON of a key file (format section 4); `damaged` with the reason when it cannot be used. */
export function decodeKeyFile(bytes: Uint8Array, name: string): KeyFile {
  const value = parseObject(bytes);
  if (value === undefined) throw damagedFile('key', name, 'it is not a JSON object');
  if (value['kdf'] !== 'scrypt') throw damagedFile('key', name, 'it uses an unknown way to derive keys');
  const kdf = parameters(value['N'], value['r'], value['p']);
  if (kdf === undefined) throw damagedFile('key', name, 'its cost numbers are impossible');
  const salt = base64Bytes(value['salt']);
  if (salt?.length !== saltSize) throw damagedFile('key', name, 'its salt has a wrong length');
  const data = base64Bytes(value['data']);
  if (data === undefined) throw damagedFile('key', name, 'its data is not base64');
  const label = { username: textOf(value['username']), hostname: textOf(value['hostname']) };
  return { created: textOf(value['created']), ...label, kdf, salt, data };
}

async function userKey(password: Uint8Array, salt: Uint8Array, kdf: ScryptParameters): Promise<Sealer | undefined> {
  const key = keyFromBytes(await scrypt(password, salt, kdf));
  return isValidKey(key) ? new Sealer(key) : undefined;
}

/** The master key in a key file, or `undefined` when the password is not the one of this file. */
export async function openKeyFile(file: KeyFile, password: Uint8Array, name: string): Promise<MasterKey | undefined> {
  const sealer = await userKey(password, file.salt, file.kdf);
  const json = sealer?.tryOpen(file.data);
  if (json === undefined) return undefined;
  const key = decodeMasterKey(json);
  if (key === undefined) throw damagedFile('key', name, 'it opens, but holds no usable key');
  return key;
}

/** Label, cost and time of a new key file (format section 4): they are stored in it as they are, unencrypted. */
export interface CreateKeyFileOptions extends KeyLabel {
  readonly kdf: ScryptParameters;
  readonly clock: Clock;
  readonly random: RandomSource;
}

/** The bytes of a new key file that wraps `master` with a password. */
export async function createKeyFile(
  master: MasterKey,
  password: Uint8Array,
  { hostname, username, kdf, clock, random }: CreateKeyFileOptions,
): Promise<Buffer> {
  const salt = random.bytes(saltSize);
  const sealer = await userKey(password, salt, kdf);
  if (sealer === undefined) return createKeyFile(master, password, { hostname, username, kdf, clock, random });
  const data = sealer.seal(encodeMasterKey(master), random);
  const created = utcTimestamp(clock.now());
  return Buffer.from(
    JSON.stringify({
      created,
      username,
      hostname,
      kdf: 'scrypt',
      N: kdf.N,
      r: kdf.r,
      p: kdf.p,
      salt: salt.toString('base64'),
      data: data.toString('base64'),
    }),
  );
}
