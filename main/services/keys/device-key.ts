import type { RandomSource } from '../../engine/platform/random.ts';

/** A fresh random password of 256 bits, for the keychain of one computer. */
export function createDeviceKey(random: RandomSource): string {
  return random.bytes(32).toString('base64url');
}
