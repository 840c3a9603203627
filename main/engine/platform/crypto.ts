import * as node from 'node:crypto';
import { AppError } from '../../../shared/errors.ts';
import { poly1305, poly1305Ready } from './poly1305.ts';

/** The algorithms that Node's OpenSSL and Electron's BoringSSL both have; nothing else may be used by the engine. */
export const portableAlgorithms = {
  hashes: ['sha256'],
  ciphers: ['aes-256-ctr', 'aes-128-ecb'],
} as const;

const [sha256Name] = portableAlgorithms.hashes;
const [aes256CtrName, aes128EcbName] = portableAlgorithms.ciphers;

/** Cost numbers of scrypt; memory is 128 * N * r bytes. */
export interface ScryptParameters {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

/** An unfinished SHA-256. */
export interface Sha256 {
  update(data: Uint8Array): Sha256;
  /** The 32 bytes; the object cannot be used afterwards. */
  digest(): Buffer;
}

/** SHA-256 of `data`, 32 bytes. */
export function sha256(data: Uint8Array): Buffer {
  return node.hash(sha256Name, data, 'buffer');
}

/** Starts a SHA-256 over data that arrives in parts. */
export function createSha256(): Sha256 {
  const hash = node.createHash(sha256Name);
  const result: Sha256 = {
    update(data) {
      hash.update(data);
      return result;
    },
    digest: () => hash.digest(),
  };
  return result;
}

/** AES-256 in counter mode (128-bit big-endian counter starting at `iv`): encrypts and decrypts alike. */
export function aes256Ctr(key: Uint8Array, iv: Uint8Array, data: Uint8Array): Buffer {
  return node.createCipheriv(aes256CtrName, key, iv).update(data);
}

/**
 * A function that does the same as {@link aes256Ctr} under one `key`, which is prepared once: with a key given as bytes
 * the runtime makes a key object for each call, and that costs more than encrypting a small blob.
 */
export function createAes256CtrCipher(key: Uint8Array): (iv: Uint8Array, data: Uint8Array) => Buffer<ArrayBuffer> {
  const prepared = node.createSecretKey(key);
  return (iv, data) => node.createCipheriv(aes256CtrName, prepared, iv).update(data);
}

/** A function that encrypts single 16-byte blocks with AES-128 under `key`, keeping the expanded key. */
export function createAes128BlockCipher(key: Uint8Array): (block: Uint8Array) => Buffer {
  const cipher = node.createCipheriv(aes128EcbName, key, null).setAutoPadding(false);
  return (block) => cipher.update(block);
}

/** One 16-byte block encrypted with AES-128 under the 16-byte `key`. */
export function aes128EncryptBlock(key: Uint8Array, block: Uint8Array): Buffer {
  return createAes128BlockCipher(key)(block);
}

/** 64 bytes derived from a password with scrypt, on the thread pool. The caller bounds the parameters. */
export function scrypt(
  password: Uint8Array,
  salt: Uint8Array,
  { N, r, p }: ScryptParameters,
): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const maxmem = 128 * r * (N + p + 2) + 1024 * 1024;
  node.scrypt(password, salt, 64, { N, r, p, maxmem }, (error, derived) => {
    if (error === null) resolve(derived);
    else reject(error);
  });
  return promise;
}

/** HKDF with SHA-256: `length` bytes for the purpose named by `info`. */
export function hkdf(key: Uint8Array, salt: Uint8Array, info: string, length: number): Buffer {
  return Buffer.from(node.hkdfSync(sha256Name, key, salt, info, length));
}

/** HMAC with SHA-256, 32 bytes. */
export function hmac(key: Uint8Array, data: Uint8Array): Buffer {
  return node.createHmac(sha256Name, key).update(data).digest();
}

/** Whether two byte strings are equal, in time that depends on their lengths only. */
export function timingSafeEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && node.timingSafeEqual(a, b);
}

function range(start: number, length: number): Buffer {
  return Buffer.from(Array.from({ length }, (_, index) => start + index));
}

/**
 * Compares every primitive with a known answer (FIPS 180, SP 800-38A style, RFC 4231, RFC 5869 construction, RFC 8439,
 * and the vectors of the repository format). Run once at start; throws `unsupported` when the runtime computes
 * anything else, because a backup written then could not be read elsewhere.
 */
export async function cryptoSelfTest(): Promise<void> {
  await poly1305Ready();
  const poly = poly1305(
    Buffer.from('85d6be7857556d337f4452fe42d506a80103808afb0db2fd4abff6af4149f51b', 'hex'),
    Buffer.from('Cryptographic Forum Research Group'),
  );
  const derived = await scrypt(Buffer.from('test'), range(0, 64), { N: 1024, r: 8, p: 1 });
  const answers: readonly (readonly [string, Buffer, string])[] = [
    ['SHA-256', sha256(Buffer.from('abc')), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    ['AES-256-CTR', aes256Ctr(range(0, 32), range(0x40, 16), Buffer.from('restic')), 'd11bac4bfe39'],
    ['AES-128', aes128EncryptBlock(range(0, 16), Buffer.from('00112233445566778899aabbccddeeff', 'hex')),
      '69c4e0d86a7b0430d8cdb78070b4c55a'],
    ['HMAC', hmac(Buffer.from('Jefe'), Buffer.from('what do ya want for nothing?')),
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843'],
    ['HKDF', hkdf(Buffer.alloc(22, 0x0b), Buffer.alloc(0), '', 42),
      '8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8'],
    ['Poly1305', poly, 'a8061dc1305136c6c22b8baf0c0127a9'],
    ['scrypt', derived.subarray(0, 32), '61e71ad33908cbdb299958d495a6a4b23cdd1bbf70f6823ae620887f15b44ae6'],
  ];
  for (const [name, actual, expected] of answers) {
    if (actual.toString('hex') !== expected) {
      throw new AppError('unsupported', `The encryption of this system does not work: ${name} gives a wrong result.`, {
        hint: 'Install Tidemark again, or use another computer. Nothing was written.',
        context: { algorithm: name },
      });
    }
  }
}
