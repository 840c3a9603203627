import { describe, expect, it } from 'vitest';
import { bucketsOf } from '../../../../main/engine/retention/buckets.ts';
import { before, formatDuration, parseDuration } from '../../../../main/engine/retention/duration.ts';
import { formatTime, utcZone } from '../../../../main/engine/snapshot/time.ts';

const start = (time: string, duration: string) => formatTime(before(time, parseDuration(duration)), utcZone);

describe('durations', () => {
  it('reads and writes any subset of the units', () => {
    expect(parseDuration('1y5m7d2h')).toEqual({ years: 1, months: 5, days: 7, hours: 2 });
    expect(parseDuration('36h')).toEqual({ years: 0, months: 0, days: 0, hours: 36 });
    for (const text of ['1y5m7d2h', '3d', '12m', '0h']) {
      expect(formatDuration(parseDuration(text))).toBe(text);
    }
  });

  it.each(['', '5', 'd', '-1d', '1.5d', '1d2', '1d2d', '1w', ' 1d', '1D'])('refuses %j', (text) => {
    expect(() => parseDuration(text)).toThrow(expect.objectContaining({ code: 'invalid-input' }));
  });

  it('goes back on the calendar, carrying overflow forward', () => {
    expect(start('2023-03-31T10:00:00Z', '1m')).toBe('2023-03-03T10:00:00Z');
    expect(start('2024-03-31T10:00:00Z', '1m')).toBe('2024-03-02T10:00:00Z');
    expect(start('2024-02-29T10:00:00Z', '1y')).toBe('2023-03-01T10:00:00Z');
    expect(start('2024-01-15T10:00:00Z', '13m20d30h')).toBe('2022-11-24T04:00:00Z');
    expect(start('2024-01-01T00:30:00.5+02:00', '1d')).toBe('2023-12-30T22:30:00.5Z');
  });
});

describe('buckets', () => {
  it('lie in the offset the time is written with', () => {
    expect(bucketsOf('2021-01-01T00:30:00+01:00', 7)).toEqual({
      last: 7, hourly: 2021010100, daily: 20210101, weekly: 202053, monthly: 202101, yearly: 2021 });
    expect(bucketsOf('2020-12-31T23:30:00Z', 0).daily).toBe(20201231);
  });

  it.each([
    ['2021-01-03T12:00:00Z', 202053], ['2021-01-04T12:00:00Z', 202101], ['2018-12-31T00:00:00Z', 201901],
    ['2016-01-03T00:00:00Z', 201553], ['1969-12-31T23:59:59Z', 197001], ['1969-12-28T23:59:59Z', 196952],
  ])('puts %s in ISO week %i', (time, week) => {
    expect(bucketsOf(time, 0).weekly).toBe(week);
  });
});
