import { getCiphers, getHashes } from 'node:crypto';
import { zstdCompressSync } from 'node:zlib';
import * as fc from 'fast-check';
import sodium, { ready } from 'libsodium-wrappers-sumo';
import { beforeAll, describe, expect, test } from 'vitest';
import { parseTimestamp, utcTimestamp } from '../../../../main/engine/platform/clock.ts';
import { forEachConcurrently, Semaphore } from '../../../../main/engine/platform/concurrency.ts';
import {
  cryptoSelfTest,
  portableAlgorithms,
  sha256,
  timingSafeEqual,
} from '../../../../main/engine/platform/crypto.ts';
import { fs } from '../../../../main/engine/platform/native-fs.ts';
import { poly1305, poly1305Ready } from '../../../../main/engine/platform/poly1305.ts';
import { pooledRandom, systemRandom } from '../../../../main/engine/platform/random.ts';
import { zstdCompress, zstdDecompress } from '../../../../main/engine/platform/zstd.ts';

beforeAll(async () => {
  await poly1305Ready();
  await ready;
});

describe('crypto', () => {
  test('passes its self-test with the algorithms every runtime has', async () => {
    await expect(cryptoSelfTest()).resolves.toBeUndefined();
    expect(getHashes()).toEqual(expect.arrayContaining([...portableAlgorithms.hashes]));
    expect(getCiphers()).toEqual(expect.arrayContaining([...portableAlgorithms.ciphers]));
  });

  test('compares byte strings of different lengths without throwing', () => {
    expect(timingSafeEqual(Buffer.from('ab'), Buffer.from('abc'))).toBe(false);
    expect(timingSafeEqual(Buffer.from('abc'), Buffer.from('abc'))).toBe(true);
  });
});

describe('poly1305', () => {
  test.each([
    // RFC 8439, appendix A.3, vectors 1, 2 and 7 to 9.
    ['00'.repeat(32), '00'.repeat(64), '00'.repeat(16)],
    [`02${'00'.repeat(31)}`, 'ff'.repeat(16), `03${'00'.repeat(15)}`],
    [`02${'00'.repeat(15)}${'ff'.repeat(16)}`, `02${'00'.repeat(15)}`, `03${'00'.repeat(15)}`],
    [`01${'00'.repeat(31)}`, `${'ff'.repeat(16)}f0${'ff'.repeat(15)}11${'00'.repeat(15)}`, `05${'00'.repeat(15)}`],
  ])('gives the tag of the standard (%#)', (key, message, tag) => {
    expect(poly1305(Buffer.from(key, 'hex'), Buffer.from(message, 'hex')).toString('hex')).toBe(tag);
  });

  test.each([0, 1, 15, 16, 17, 65_535, 65_536, 65_537, 200_001])('agrees with the wrapped call at %i bytes', (length) => {
    const key = systemRandom.bytes(32);
    const message = systemRandom.bytes(length);
    expect(poly1305(key, message)).toEqual(Buffer.from(sodium.crypto_onetimeauth(message, key)));
  });

  test('refuses a key of another length', () => {
    expect(() => poly1305(Buffer.alloc(31), Buffer.alloc(1))).toThrow('32 bytes');
  });
});

describe('zstd', () => {
  test('round-trips anything at any level and states the content size', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 5000 }), fc.integer({ min: 1, max: 19 }), (data, level) => {
        const frame = zstdCompress(data, level);
        const [descriptor = 0] = frame.subarray(4);
        const hasSize = descriptor >>> 6 > 0 || (descriptor & 0x20) !== 0;
        const hasChecksum = (descriptor & 0x04) !== 0;
        expect([hasSize, hasChecksum]).toEqual([true, false]);
        expect(Buffer.compare(zstdDecompress(frame, data.length), data)).toBe(0);
      }),
    );
  });

  test('keeps its window at 8 MiB even at the highest level', () => {
    const frame = zstdCompress(Buffer.alloc(40 * 1024 * 1024, 'tide'), 22);
    const [descriptor = 0, window = 0] = frame.subarray(4);
    expect(descriptor & 0x20).toBe(0);
    expect(2 ** (10 + (window >>> 3))).toBeLessThanOrEqual(8 * 1024 * 1024);
  });

  test('stops before it unpacks more than was promised', () => {
    const bomb = zstdCompressSync(Buffer.alloc(64 * 1024 * 1024));
    const before = process.memoryUsage().arrayBuffers;
    expect(() => zstdDecompress(bomb, 1000)).toThrow(expect.objectContaining({ code: 'damaged' }));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * 1024 * 1024);
  });

  test.each(['', 'junk', '28b52ffd'])('calls %j damaged', (hex) => {
    expect(() => zstdDecompress(Buffer.from(hex, 'hex'), 10)).toThrow(expect.objectContaining({ code: 'damaged' }));
  });
});

describe('clock', () => {
  test('writes and reads RFC 3339', () => {
    const text = utcTimestamp(1_700_000_000_123);
    expect(text).toBe('2023-11-14T22:13:20.123Z');
    expect(parseTimestamp(text)).toBe(1_700_000_000_123);
    expect(parseTimestamp('2026-11-20T10:41:46.230459656+01:00')).toBe(Date.UTC(2026, 10, 20, 9, 41, 46, 230));
    expect(['', 'now', '2026-13-01T00:00:00Z', '2026-11-20'].map(parseTimestamp)).toEqual(Array(4).fill(undefined));
  });
});

describe('random', () => {
  test('never hands out a byte twice and leaves earlier buffers alone', () => {
    let next = 0;
    const counting = pooledRandom({ bytes: (n) => Buffer.from(Array.from({ length: n }, () => next++ & 0xff)) });
    const first = counting.bytes(16);
    const copy = Buffer.from(first);
    const more = Array.from({ length: 2000 }, () => counting.bytes(16));
    expect(first).toEqual(copy);
    expect(counting.bytes(20_000)).toHaveLength(20_000);
    expect(new Set(more.map(({ byteOffset, buffer }) => `${byteOffset}/${buffer.byteLength}`)).size).toBeGreaterThan(1);
  });
});

describe('concurrency', () => {
  test('runs at most as many as allowed and stops after a failure', async () => {
    let running = 0;
    let most = 0;
    const seen: number[] = [];
    const work = async (item: number) => {
      running += 1;
      most = Math.max(most, running);
      seen.push(item);
      await new Promise((resolve) => setTimeout(resolve, 1));
      running -= 1;
      if (item === 5) throw new Error('five');
    };
    await expect(forEachConcurrently(Array(100).keys(), 3, work)).rejects.toThrow('five');
    expect([most, running]).toEqual([3, 0]);
    expect(seen.length).toBeLessThan(10);
  });

  test('lets waiting holders in one by one', async () => {
    const semaphore = new Semaphore(2);
    let running = 0;
    let most = 0;
    const hold = () =>
      semaphore.run(async () => {
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setTimeout(resolve, 1));
        running -= 1;
      });
    await Promise.all(Array.from({ length: 20 }, hold));
    expect([most, running]).toEqual([2, 0]);
  });
});

describe('native fs', () => {
  test('is the file system of Node outside Electron', () => {
    expect(fs.existsSync(import.meta.filename)).toBe(true);
    expect(sha256(fs.readFileSync(import.meta.filename))).toHaveLength(32);
  });
});
