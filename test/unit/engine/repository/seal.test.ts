import * as fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { poly1305Ready } from '../../../../main/engine/platform/poly1305.ts';
import { systemRandom } from '../../../../main/engine/platform/random.ts';
import { decodeMasterKey, encodeMasterKey, isValidKey, sameKey } from '../../../../main/engine/repository/master-key.ts';
import { open, seal, Sealer, sealOverhead } from '../../../../main/engine/repository/seal.ts';
import type { MasterKey } from '../../../../main/engine/repository/types.ts';

function range(start: number, length: number): Buffer {
  return Buffer.from(Array.from({ length }, (_, index) => start + index));
}

const key: MasterKey = { encrypt: range(0, 32), macK: range(0x20, 16), macR: range(0x30, 16) };
const fixedIv = { bytes: () => range(0x40, 16) };

const vectors = [
  ['', '404142434445464748494a4b4c4d4e4f859469c07743c7e45b318d151d3d87e9'],
  ['restic', '404142434445464748494a4b4c4d4e4fd11bac4bfe39169d3c90659e770562ecb5ae9b7028fb'],
  [
    'The quick brown fox jumps over the lazy dog',
    '404142434445464748494a4b4c4d4e4ff716ba1fe62fd38cf85b00b5e22cdf77d61a66b3c29b0931f8c9d2b8352475458d158387cc9ade' +
      '2489a6d9a187cd85757b43f2e1e6e80304e32ecb',
  ],
] as const;

beforeAll(poly1305Ready);

describe('sealing', () => {
  test.each(vectors)('of %j gives the bytes of the format', (plaintext, sealed) => {
    expect(seal(key, Buffer.from(plaintext), fixedIv).toString('hex')).toBe(sealed);
    expect(open(key, Buffer.from(sealed, 'hex')).toString()).toBe(plaintext);
  });

  test('round-trips anything, each time with another IV', () => {
    const sealer = new Sealer(key);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), (plaintext) => {
        const [one, two] = [sealer.seal(plaintext, systemRandom), sealer.seal(plaintext, systemRandom)];
        expect(one).toHaveLength(plaintext.length + sealOverhead);
        expect(one.byteLength).toBe(one.buffer.byteLength);
        expect(Buffer.compare(one.subarray(0, 16), two.subarray(0, 16))).not.toBe(0);
        expect(Buffer.compare(sealer.open(one), plaintext)).toBe(0);
      }),
    );
  });

  test('notices every flipped bit and every cut', () => {
    const sealer = new Sealer(key);
    const sealed = sealer.seal(Buffer.from('some content to protect'), systemRandom);
    for (let bit = 0; bit < sealed.length * 8; bit += 1) {
      const altered = Buffer.from(sealed);
      altered.writeUInt8(altered.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(sealer.tryOpen(altered)).toBeUndefined();
    }
    for (let length = 0; length < sealed.length; length += 1) {
      expect(sealer.tryOpen(sealed.subarray(0, length))).toBeUndefined();
    }
    expect(() => sealer.open(Buffer.alloc(10))).toThrow(expect.objectContaining({ code: 'damaged' }));
  });

  test('refuses zero IVs and unusable keys', () => {
    expect(() => seal(key, Buffer.alloc(1), { bytes: (n) => Buffer.alloc(n) })).toThrow('only zeros');
    expect(new Sealer(key).tryOpen(Buffer.alloc(40))).toBeUndefined();
    for (const part of ['encrypt', 'macK', 'macR'] as const) {
      const zero = { ...key, [part]: Buffer.alloc(key[part].length) };
      expect(isValidKey(zero)).toBe(false);
      expect(() => new Sealer(zero)).toThrow('unusable key');
      expect(decodeMasterKey(encodeMasterKey(zero))).toBeUndefined();
    }
  });
});

describe('the JSON of a master key', () => {
  test('keeps r as it was, clamped or not', () => {
    expect(encodeMasterKey(key).toString()).toBe(
      '{"mac":{"k":"ICEiIyQlJicoKSorLC0uLw==","r":"MDEyMzQ1Njc4OTo7PD0+Pw=="},' +
        '"encrypt":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="}',
    );
    const again = decodeMasterKey(encodeMasterKey(key));
    expect(again).toEqual(key);
    const clamped = Buffer.from(key.macR);
    for (const [at, mask] of [[3, 15], [7, 15], [11, 15], [15, 15], [4, 252], [8, 252], [12, 252]] as const) {
      clamped.writeUInt8(clamped.readUInt8(at) & mask, at);
    }
    const other = { ...key, macR: clamped };
    expect(sameKey(key, other)).toBe(true);
    const message = Buffer.from('same MAC');
    expect(seal(other, message, fixedIv)).toEqual(seal(key, message, fixedIv));
  });

  test.each(['', '[]', '{}', '{"mac":{},"encrypt":""}', '{"mac":{"k":"!","r":"AA=="},"encrypt":"AA=="}'])(
    'is refused when it is %j',
    (json) => {
      expect(decodeMasterKey(Buffer.from(json))).toBeUndefined();
    },
  );
});
