import { describe, expect, it } from 'vitest';
import { byteUnits, formatBytes, formatRate } from '../../../../shared/format/bytes.ts';
import { formatDuration, formatDurationRange, formatElapsed } from '../../../../shared/format/duration.ts';
import { formatCount, formatShare, listNames, plural } from '../../../../shared/format/plural.ts';
import {
  dayNumber,
  formatAge,
  formatDay,
  formatExact,
  formatMoment,
  formatVersionTime,
} from '../../../../shared/format/time.ts';

describe('sizes', () => {
  it('should keep the digits that matter', () => {
    const sizes = [0, 1, 812, 999, 1_000, 31_400, 999_499, 999_999, 1_440_000, 12_600_000, 184e9, 1.2e12, 2e18];
    expect(sizes.map((size) => formatBytes(size))).toEqual([
      '0 bytes',
      '1 byte',
      '812 bytes',
      '999 bytes',
      '1 KB',
      '31 KB',
      '999 KB',
      '1 MB',
      '1.4 MB',
      '13 MB',
      '184 GB',
      '1.2 TB',
      '2 EB',
    ]);
  });

  it('should count as the system does', () => {
    expect(byteUnits('win32')).toBe('binary');
    expect(byteUnits('linux')).toBe('decimal');
    expect(formatBytes(1_048_576, 'binary')).toBe('1 MB');
    expect(formatRate(120_400_000)).toBe('120 MB/s');
  });
});

describe('durations', () => {
  it('should speak like a person', () => {
    const spans = [0, 3, 12, 62, 95, 840, 2_100, 9_600, 43_200, 260_000];
    expect(spans.map(formatDuration)).toEqual([
      'a few seconds',
      'a few seconds',
      '10 seconds',
      '60 seconds',
      '2 minutes',
      '14 minutes',
      '35 minutes',
      '2 h 40 min',
      '12 hours',
      '3 days',
    ]);
  });

  it('should name the unit of a range once', () => {
    expect(formatDurationRange([1_800, 2_400])).toBe('30–40 minutes');
    expect(formatDurationRange([9_600, 11_400])).toBe('2 h 40 min to 3 h 10 min');
    expect(formatDurationRange([2, 5])).toBe('a few seconds');
    expect(formatDurationRange([3, 40])).toBe('up to 40 seconds');
    expect(formatDurationRange([50, 240])).toBe('50 seconds to 4 minutes');
  });

  it('should give exact spans for records', () => {
    expect([420, 12_400, 185_000, 9_600_000].map(formatElapsed)).toEqual(['0.4 s', '12 s', '3 min 5 s', '2 h 40 min']);
  });
});

describe('numbers and lists', () => {
  it('should agree with the noun', () => {
    expect([plural(1, 'file'), plural(12_480, 'file'), plural(2, 'copy', 'copies')]).toEqual([
      '1 file',
      '12,480 files',
      '2 copies',
    ]);
    expect(formatCount(1_234_567)).toBe('1,234,567');
  });

  it('should list names up to a limit', () => {
    expect(listNames([])).toBe('');
    expect(listNames(['A'])).toBe('A');
    expect(listNames(['A', 'B'])).toBe('A and B');
    expect(listNames(['A', 'B', 'C', 'D', 'E'])).toBe('A, B, C and 2 more');
  });

  it('should say 100% only at the end', () => {
    expect([formatShare(0, 0), formatShare(9_999, 10_000), formatShare(10, 10)]).toEqual(['0%', '99%', '100%']);
  });
});

describe('times', () => {
  const style = { timeZone: 'Europe/Berlin' };
  const now = Date.parse('2026-03-10T20:00:00Z');

  it('should be relative near and absolute far away', () => {
    const moments = [
      '2026-03-10T13:32:00Z',
      '2026-03-09T22:59:00Z',
      '2026-03-09T23:30:00Z',
      '2026-03-06T08:12:00Z',
      '2026-02-03T08:12:00Z',
      '2025-03-03T08:12:00Z',
      '2026-03-11T08:00:00Z',
      'nonsense',
    ];
    expect(moments.map((moment) => formatMoment(moment, now, style))).toEqual([
      'today 14:32',
      'yesterday 23:59',
      'today 00:30',
      'Friday 09:12',
      '3 February 09:12',
      '3 March 2025',
      'tomorrow 09:00',
      '',
    ]);
  });

  it('should head versions and days', () => {
    expect(formatVersionTime('2026-03-03T08:12:31Z', now, style)).toBe('Tuesday 3 March, 09:12');
    expect(formatVersionTime('2025-03-03T08:12:31Z', now, style)).toBe('Monday 3 March 2025, 09:12');
    expect(formatExact('2026-03-03T08:12:31Z', style)).toBe('Tuesday 3 March 2026, 09:12:31');
    expect(formatDay('2026-03-10T08:12:31Z', now, style)).toBe('Today');
    expect(formatDay('2026-03-01T08:12:31Z', now, style)).toBe('Sunday 1 March');
  });

  it('should age without ever claiming the future', () => {
    const minutes = [-10, 0, 4, 180, 60 * 24, 60 * 24 * 90, 60 * 24 * 900];
    expect(minutes.map((value) => formatAge(now - value * 60_000, now))).toEqual([
      'just now',
      'just now',
      '4 min ago',
      '3 h ago',
      '1 day ago',
      '2 months ago',
      '2 years ago',
    ]);
  });

  it('should count days in the zone, across the change of the clock', () => {
    const before = dayNumber(Date.parse('2026-03-28T23:30:00Z'), style);
    const after = dayNumber(Date.parse('2026-03-29T22:30:00Z'), style);
    expect(after - before).toBe(1);
  });
});
