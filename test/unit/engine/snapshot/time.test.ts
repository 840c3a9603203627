import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  civilFromDays, createTimeFormatter, daysFromCivil, formatTime, localZone, parseTime, sameInstant, utcZone,
  zoneOffsetOf,
} from '../../../../main/engine/snapshot/time.ts';

const billion = 1_000_000_000n;
const previousZone = process.env.TZ;

function useZone(zone: string | undefined): void {
  if (zone === undefined) {
    delete process.env.TZ;
  } else {
    process.env.TZ = zone;
  }
}

describe('times', () => {
  beforeEach(() => useZone('Europe/Berlin'));
  afterEach(() => useZone(previousZone));

  it.each([
    ['2020-09-13T12:26:40Z', 1_600_000_000n * billion], ['1970-01-01T00:00:00Z', 0n],
    ['1969-12-31T23:59:59.999999999Z', -1n], ['0001-01-01T00:00:00Z', -62_135_596_800n * billion],
    ['9999-12-31T23:59:59.9Z', 253_402_300_799n * billion + 900_000_000n],
    ['2000-02-29T00:00:00.00000001Z', 951_782_400n * billion + 10n],
  ])('writes and reads %s', (text, ns) => {
    expect(formatTime(ns, utcZone)).toBe(text);
    expect(parseTime(text)).toBe(ns);
  });

  it('writes local time with the offset valid at the instant', () => {
    const zone = localZone();
    expect(formatTime(parseTime('2024-01-15T02:00:00Z'), zone)).toBe('2024-01-15T03:00:00+01:00');
    expect(formatTime(parseTime('2024-07-15T02:00:00.5Z'), zone)).toBe('2024-07-15T04:00:00.5+02:00');
    expect(formatTime(parseTime('2024-03-31T00:59:59Z'), zone)).toBe('2024-03-31T01:59:59+01:00');
    expect(formatTime(parseTime('2024-03-31T01:00:00Z'), zone)).toBe('2024-03-31T03:00:00+02:00');
    expect(formatTime(parseTime('2024-10-27T00:59:59Z'), zone)).toBe('2024-10-27T02:59:59+02:00');
    expect(formatTime(parseTime('2024-10-27T01:00:00Z'), zone)).toBe('2024-10-27T02:00:00+01:00');
    expect(formatTime(parseTime('1800-01-01T00:00:00Z'), zone)).toBe('1800-01-01T00:53:28+00:53');
    useZone('America/St_Johns');
    expect(formatTime(parseTime('2024-01-15T00:00:00Z'), localZone())).toBe('2024-01-14T20:30:00-03:30');
    useZone('Europe/London');
    expect(formatTime(parseTime('2024-01-15T00:00:00Z'), localZone())).toBe('2024-01-15T00:00:00Z');
  });

  it('clamps years to 0..9999', () => {
    const zone = localZone();
    expect(formatTime(2n ** 63n * 1000n, zone)).toMatch(/^9999-/);
    expect(formatTime(-(2n ** 63n) * 1000n, zone)).toMatch(/^0000-/);
    expect(formatTime(253_402_300_800n * billion, utcZone)).toBe('9999-01-01T00:00:00Z');
    expect(formatTime(-62_167_219_200n * billion - 1n, utcZone)).toBe('0000-12-31T23:59:59.999999999Z');
  });

  it('survives writing and reading in any zone, with and without cache', () => {
    const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kathmandu', 'Pacific/Apia', 'Australia/Lord_Howe'];
    for (const name of zones) {
      useZone(name);
      const zone = localZone();
      const format = createTimeFormatter(zone);
      fc.assert(fc.property(
        fc.bigInt({ min: -1_000_000_000n * billion, max: 7_000_000_000n * billion }), (ns) => {
          const text = formatTime(ns, zone);
          expect(format(ns)).toBe(text);
          expect(parseTime(text)).toBe(ns);
          const date = new Date(Number(ns / 1_000_000n));
          expect(zoneOffsetOf(text)).toBe(0 - date.getTimezoneOffset() * 60);
        }), { numRuns: 300 });
    }
  });

  it('converts dates both ways', () => {
    fc.assert(fc.property(fc.integer({ min: -4_000_000, max: 4_000_000 }), (days) => {
      expect(daysFromCivil(civilFromDays(days))).toBe(days);
      const date = new Date(days * 86_400_000);
      expect(civilFromDays(days)).toEqual({
        year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() });
    }), { numRuns: 1000 });
  });

  it.each([
    '', '2024-01-01', '2024-01-01 00:00:00Z', '2024-13-01T00:00:00Z', '2023-02-29T00:00:00Z', '2024-01-01T24:00:00Z',
    '2024-01-01T00:60:00Z', '2024-01-01T00:00:60Z', '2024-01-01T00:00:00', '2024-01-01T00:00:00+24:00',
    '2024-00-10T00:00:00Z',
    '2024-01-01T00:00:00.Z', '12024-01-01T00:00:00Z',
  ])('refuses %j', (text) => {
    expect(() => parseTime(text)).toThrow(expect.objectContaining({ code: 'damaged' }));
  });

  it('compares instants', () => {
    expect(sameInstant('2024-01-01T01:00:00+01:00', '2024-01-01T00:00:00Z')).toBe(true);
    expect(sameInstant('2024-01-01T01:00:00+01:00', '2024-01-01T01:00:00Z')).toBe(false);
    expect(sameInstant('x', 'y')).toBe(false);
  });
});
