import { describe, expect, it } from 'vitest';
import {
  parseCount,
  parseGoDuration,
  parseMaxUnused,
  parseReadDataSubset,
  parseSize,
  showBytes,
  showClock,
} from '../../../main/cli/sizes.ts';

const invalid = expect.objectContaining({ code: 'invalid-input' });

describe('sizes', () => {
  it.each([['0', 0], ['12', 12], ['3b', 3], ['4k', 4096], ['5M', 5 << 20], ['2G', 2 ** 31], ['1t', 2 ** 40]])(
    'reads %s',
    (text, bytes) => expect(parseSize(text, '--x')).toBe(bytes),
  );

  it.each(['', 'k', '-1', '1.5k', '1kk', '99999999999t'])('refuses %j', (text) => {
    expect(() => parseSize(text, '--x')).toThrow(invalid);
  });

  it('prints what restic prints', () => {
    expect([0, 1023, 1024, 1536, 4 * 2 ** 30].map(showBytes)).toEqual(['0 B', '1023 B', '1.000 KiB', '1.500 KiB', '4.000 GiB']);
    expect([4, 754, 3723].map(showClock)).toEqual(['0:04', '12:34', '1:02:03']);
  });
});

describe('limits', () => {
  it('reads what may stay unused', () => {
    expect(parseMaxUnused('5%')).toEqual({ kind: 'percent', percent: 5 });
    expect(parseMaxUnused('0.5%')).toEqual({ kind: 'percent', percent: 0.5 });
    expect(parseMaxUnused('10m')).toEqual({ kind: 'bytes', bytes: 10 << 20 });
    expect(parseMaxUnused('unlimited')).toEqual({ kind: 'unlimited' });
    for (const text of ['100%', '-1%', 'some']) expect(() => parseMaxUnused(text)).toThrow(invalid);
  });

  it('reads which data to check', () => {
    expect(parseReadDataSubset('2/5')).toEqual({ kind: 'part', part: 2, of: 5 });
    expect(parseReadDataSubset('10%')).toEqual({ kind: 'percent', percent: 10 });
    expect(parseReadDataSubset('1g')).toEqual({ kind: 'bytes', bytes: 2 ** 30 });
    for (const text of ['0/5', '6/5', '1/257', '0%', '101%', '0', 'x']) expect(() => parseReadDataSubset(text)).toThrow(invalid);
  });

  it('reads durations and counts', () => {
    expect(parseGoDuration('1h30m', '--x')).toBe(5_400_000);
    expect(parseGoDuration('1.5s', '--x')).toBe(1500);
    for (const text of ['', '5', '5 m', 'm', '1d']) expect(() => parseGoDuration(text, '--x')).toThrow(invalid);
    expect(parseCount('-1', '--x', -1)).toBe(-1);
    for (const text of ['', '1.5', '-2', 'x']) expect(() => parseCount(text, '--x', -1)).toThrow(invalid);
  });
});
