import { AppError } from '../../../shared/errors.ts';
import type { RandomSource } from '../platform/random.ts';

/** The degree of every polynomial the format uses. */
export const polynomialDegree = 53;

const topBit = 1n << BigInt(polynomialDegree);

/** The remainder of `value` divided by `modulus`, both polynomials over GF(2) with bit i the coefficient of x^i. */
export function remainder(value: bigint, modulus: bigint): bigint {
  const size = bitLength(modulus);
  let rest = value;
  for (let excess = bitLength(rest) - size; excess >= 0; excess = bitLength(rest) - size) {
    rest ^= modulus << BigInt(excess);
  }
  return rest;
}

/** Ben-Or irreducibility test over GF(2); bit i of `polynomial` is the coefficient of x^i. Source: format section 5. */
export function isIrreducible(polynomial: bigint): boolean {
  const degree = bitLength(polynomial) - 1;
  if (degree < 1) {
    return false;
  }
  let power = 2n;
  for (let i = 1; i <= degree >> 1; i += 1) {
    power = square(power, polynomial);
    if (greatestCommonDivisor(polynomial, power ^ 2n) !== 1n) {
      return false;
    }
  }
  return true;
}

/** A random irreducible polynomial of degree 53, the way restic draws them. */
export function randomPolynomial(random: RandomSource): bigint {
  for (;;) {
    const bits = random.bytes(8).readBigUInt64LE() & (topBit - 1n);
    const candidate = bits | topBit | 1n;
    if (isIrreducible(candidate)) {
      return candidate;
    }
  }
}

/** Lower-case hex without prefix or leading zeros, as in `chunker_polynomial`. */
export function formatPolynomial(polynomial: bigint): string {
  return polynomial.toString(16);
}

/**
 * Reads `chunker_polynomial`; throws AppError `damaged` when it is no hex number or not an irreducible polynomial of
 * degree 53.
 */
export function parsePolynomial(text: string): bigint {
  const polynomial = /^[0-9a-fA-F]{1,16}$/.test(text) ? BigInt(`0x${text}`) : 0n;
  if (bitLength(polynomial) !== polynomialDegree + 1 || !isIrreducible(polynomial)) {
    throw new AppError('damaged', 'The repository has an unusable chunker polynomial.', {
      hint: 'Restore the file "config" of the repository from a copy.',
    });
  }
  return polynomial;
}

function square(value: bigint, modulus: bigint): bigint {
  let spread = 0n;
  const bits = value.toString(2);
  for (let i = 0; i < bits.length; i += 1) {
    if (bits.charCodeAt(bits.length - 1 - i) === 0x31) {
      spread |= 1n << BigInt(2 * i);
    }
  }
  return remainder(spread, modulus);
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let [x, y] = [a, b];
  while (y !== 0n) {
    [x, y] = [y, remainder(x, y)];
  }
  return x;
}

function bitLength(value: bigint): number {
  return value === 0n ? 0 : value.toString(2).length;
}
