import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  formatPolynomial, isIrreducible, parsePolynomial, randomPolynomial, remainder,
} from '../../../../main/engine/chunker/polynomial.ts';
import { rabinTables } from '../../../../main/engine/chunker/rabin-tables.ts';

const known = 0x3da3358b4dc173n;

describe('polynomial', () => {
  it('recognises the irreducible polynomials restic uses', () => {
    for (const polynomial of [known, 0x3e982ddfd135afn, 0x2b3589146c8135n]) {
      expect(isIrreducible(polynomial)).toBe(true);
      expect(isIrreducible(polynomial ^ 1n)).toBe(false);
    }
  });

  it('agrees with trial division for every small polynomial', () => {
    for (let value = 2n; value < 1024n; value += 1n) {
      let divisible = false;
      for (let divisor = 2n; divisor < 32n; divisor += 1n) {
        divisible ||= divisor.toString(2).length < value.toString(2).length && remainder(value, divisor) === 0n;
      }
      expect([value, isIrreducible(value)]).toEqual([value, !divisible]);
    }
  });

  it('draws irreducible polynomials of degree 53', () => {
    const drawn = randomPolynomial({ bytes: (n) => randomBytes(n) });
    expect(drawn >> 53n).toBe(1n);
    expect(isIrreducible(drawn)).toBe(true);
    expect(parsePolynomial(formatPolynomial(drawn))).toBe(drawn);
  });

  it('refuses what is no polynomial of a repository', () => {
    for (const text of ['', '0', '7', 'xyz', '3da3358b4dc172', '0x3da3358b4dc173', '3da3358b4dc1733da3358b4dc173']) {
      expect(() => parsePolynomial(text)).toThrow(expect.objectContaining({ code: 'damaged' }));
    }
  });

  it('makes the tables of the specification', () => {
    const { out, mod, outShifted } = rabinTables(known);
    expect([1, 2, 128, 255].map((i) => out[i]?.toString(16)))
      .toEqual(['17eb4232e19216', '1275b1ee8ee55f', '5b54453ea6b5c', 'b80b98cecc39a']);
    expect([1, 2, 128, 255].map((i) => mod[i]?.toString(16)))
      .toEqual(['3da3358b4dc173', '46e55e9dd64395', '1012ab55b228ad4d', '1ff7ac8a5af476a7']);
    expect(outShifted[7]).toBe(remainder((out[7] ?? 0n) << 8n, known));
  });
});
