import { polynomialDegree, remainder } from './polynomial.ts';

/** Look-up tables of the rolling hash of one polynomial, 256 entries each. Source: format section 12.2. */
export interface RabinTables {
  /** What a byte contributes when it leaves the window: b(x) * x^(8*63) mod P. */
  readonly out: BigUint64Array;
  /** Reduces the byte that a shift pushed above the degree, and clears it: ((b << 53) mod P) | (b << 53). */
  readonly mod: BigUint64Array;
  /** `out` one step later, b(x) * x^(8*64) mod P: takes the leaving byte off the critical path. */
  readonly outShifted: BigUint64Array;
}

/** Computes the tables of a polynomial of degree 53. */
export function rabinTables(polynomial: bigint): RabinTables {
  const out = new BigUint64Array(256);
  const mod = new BigUint64Array(256);
  const outShifted = new BigUint64Array(256);
  const degree = BigInt(polynomialDegree);
  // Addition of polynomials is XOR, so eight single bits give all 256 bytes.
  const leaving = singleBits((bit) => remainder(1n << BigInt(bit + 8 * 63), polynomial));
  const leavingShifted = singleBits((bit) => remainder(1n << BigInt(bit + 8 * 64), polynomial));
  const reduced = singleBits((bit) => remainder(1n << (degree + BigInt(bit)), polynomial));
  for (let byte = 0; byte < 256; byte += 1) {
    out[byte] = combine(leaving, byte);
    outShifted[byte] = combine(leavingShifted, byte);
    mod[byte] = combine(reduced, byte) | (BigInt(byte) << degree);
  }
  return { out, mod, outShifted };
}

function singleBits(contribution: (bit: number) => bigint): bigint[] {
  return Array.from({ length: 8 }, (_, bit) => contribution(bit));
}

function combine(bits: readonly bigint[], byte: number): bigint {
  return bits.reduce((sum, value, bit) => ((byte >> bit) & 1 ? sum ^ value : sum), 0n);
}
