import { describe, expect, it } from 'vitest';
import { aes256Ctr, createAes256CtrCipher } from '../../../../main/engine/platform/crypto.ts';
import { releaseMemory } from '../../../../main/engine/platform/release-memory.ts';
import { zstdCompress, zstdDecompress } from '../../../../main/engine/platform/zstd.ts';

describe('releaseMemory', () => {
  it('gives a large block back at once', () => {
    const bytes = Buffer.allocUnsafeSlow(1024 * 1024);
    releaseMemory(bytes);
    expect(bytes.length).toBe(0);
  });

  it('leaves small blocks alone, which may be shared', () => {
    const first = Buffer.from('first');
    const second = Buffer.from('second');
    releaseMemory(first);
    expect([first.toString(), second.toString()]).toEqual(['first', 'second']);
  });
});

describe('a prepared cipher', () => {
  it.each([0, 1, 16, 100_000])('encrypts %i bytes as the plain function does', (length) => {
    const [key, iv, data] = [Buffer.alloc(32, 7), Buffer.alloc(16, 9), Buffer.alloc(length, 3)];
    const cipher = createAes256CtrCipher(key);
    for (const round of [1, 2]) expect(cipher(iv, data).equals(aes256Ctr(key, iv, data)), `round ${round}`).toBe(true);
  });
});

describe('zstd', () => {
  it.each([0, 1, 1023, 1024, 65_536, 3_000_000])('gives back exactly %i bytes when they are all that is allowed', (length) => {
    const data = Buffer.alloc(length, 'tidemark');
    expect(zstdDecompress(zstdCompress(data, 3), length).equals(data)).toBe(true);
  });

  it('stops one byte above what is allowed', () => {
    expect(() => zstdDecompress(zstdCompress(Buffer.alloc(5000), 3), 4999)).toThrow();
  });
});
