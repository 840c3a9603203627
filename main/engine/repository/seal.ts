import { AppError } from '../../../shared/errors.ts';
import { createAes128BlockCipher, createAes256CtrCipher, timingSafeEqual } from '../platform/crypto.ts';
import { poly1305 } from '../platform/poly1305.ts';
import { systemRandom, type RandomSource } from '../platform/random.ts';
import { releaseMemory } from '../platform/release-memory.ts';
import { isValidKey } from './master-key.ts';
import type { MasterKey } from './types.ts';

const ivSize = 16;
const macSize = 16;

/** Bytes that sealing adds: the IV in front, the MAC behind. */
export const sealOverhead = ivSize + macSize;

function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}

/** What can seal: a key, or (faster for many blobs) a {@link Sealer} of it. */
export type SealingKey = MasterKey | Sealer;

/**
 * Authenticated encryption of repository files (format section 3): AES-256-CTR, then Poly1305-AES over the ciphertext.
 * Holds the expanded key; belongs to one thread; needs `poly1305Ready()` there.
 */
export class Sealer {
  readonly #encrypt: (iv: Uint8Array, data: Uint8Array) => Buffer<ArrayBuffer>;
  readonly #encryptBlock: (block: Uint8Array) => Buffer;
  readonly #oneTimeKey = Buffer.alloc(32);

  constructor(key: MasterKey) {
    if (!isValidKey(key)) throw new AppError('internal', 'An unusable key was given.');
    this.#encrypt = createAes256CtrCipher(key.encrypt);
    this.#encryptBlock = createAes128BlockCipher(key.macK);
    this.#oneTimeKey.set(key.macR, 0);
  }

  #mac(iv: Uint8Array, ciphertext: Uint8Array): Buffer {
    this.#oneTimeKey.set(this.#encryptBlock(iv), 16);
    return poly1305(this.#oneTimeKey, ciphertext);
  }

  /** IV(16) || ciphertext || MAC(16) in a memory block of its own, under a fresh IV from `random`. */
  seal(plaintext: Uint8Array, random: RandomSource): Buffer<ArrayBuffer> {
    const iv = random.bytes(ivSize);
    if (isZero(iv)) throw new AppError('internal', 'The random source gave only zeros.');
    const sealed = Buffer.allocUnsafeSlow(plaintext.length + sealOverhead);
    const ciphertext = this.#encrypt(iv, plaintext);
    sealed.set(iv, 0);
    sealed.set(ciphertext, ivSize);
    sealed.set(this.#mac(iv, ciphertext), ivSize + ciphertext.length);
    releaseMemory(ciphertext);
    return sealed;
  }

  /** The plaintext, or `undefined` when the bytes were not sealed with this key or were altered. */
  tryOpen(sealed: Uint8Array): Buffer<ArrayBuffer> | undefined {
    if (sealed.length < sealOverhead) return undefined;
    const iv = sealed.subarray(0, ivSize);
    if (isZero(iv)) return undefined;
    const ciphertext = sealed.subarray(ivSize, sealed.length - macSize);
    const mac = sealed.subarray(sealed.length - macSize);
    if (!timingSafeEqual(this.#mac(iv, ciphertext), mac)) return undefined;
    return this.#encrypt(iv, ciphertext);
  }

  /** The plaintext; `damaged` when the bytes were altered or sealed with another key. */
  open(sealed: Uint8Array): Buffer {
    const plaintext = this.tryOpen(sealed);
    if (plaintext === undefined) {
      throw new AppError('damaged', 'Encrypted data was altered, cut short, or belongs to another key.');
    }
    return plaintext;
  }
}

/** The sealer of `key`; a sealer is returned as it is. */
export function sealerOf(key: SealingKey): Sealer {
  return key instanceof Sealer ? key : new Sealer(key);
}

/** Seals once; see {@link Sealer.seal}. */
export function seal(key: SealingKey, plaintext: Uint8Array, random: RandomSource = systemRandom): Buffer<ArrayBuffer> {
  return sealerOf(key).seal(plaintext, random);
}

/** Opens once; see {@link Sealer.open}. */
export function open(key: SealingKey, sealed: Uint8Array): Buffer {
  return sealerOf(key).open(sealed);
}
