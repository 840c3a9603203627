import { describe, expect, it } from 'vitest';
import { decodeDrag, dragType, encodeDrag } from '../../../renderer/features/go-back/drag.ts';
import { changedVersions, jumps } from '../../../renderer/features/go-back/jump.ts';
import {
  choose,
  chooseAll,
  extend,
  noSelection,
  rowAfterKey,
  toggle,
} from '../../../renderer/features/go-back/selection.ts';
import {
  changeLevels,
  nearestVersion,
  tideScale,
  tideTicks,
  waterPath,
} from '../../../renderer/features/go-back/tide-scale.ts';
import { createFakeWorld, versionId } from '../../helpers/fake-world.ts';

const now = Date.parse('2026-03-10T12:00:00Z');
const day = 86_400_000;

describe('the tide line', () => {
  const times = [now - 900 * day, now - 400 * day, now - 2 * day, now - 2 * day + 60_000, now - 60_000];
  const scale = tideScale(times, now);

  it('should keep the order and leave room between near moments', () => {
    const gaps = scale.places.slice(1).map((place, index) => place - (scale.places[index] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThan(0.05);
    expect(scale.places.every((place) => place > 0 && place < 1)).toBe(true);
    expect(scale.placeOf(now)).toBe(1);
    expect(scale.placeOf(times[1] ?? 0)).toBeCloseTo(scale.places[1] ?? 0);
  });

  it('should find the version under the pointer', () => {
    expect(scale.places.map((place) => nearestVersion(scale, place + 0.001))).toEqual([0, 1, 2, 3, 4]);
    expect(nearestVersion(tideScale([], now), 0.5)).toBe(-1);
    expect(tideScale([now], now).places).toHaveLength(1);
  });

  it('should show any change a little and none too high', () => {
    const levels = changeLevels([null, 0, 1_000, 184e9]);
    expect(levels[0]).toBe(0.06);
    expect(levels[3]).toBe(1);
    expect(levels[2]).toBeLessThan(0.3);
    expect(waterPath(scale, levels, 100, 50)).toMatch(/^M0 50L0\.0 .*L100 50Z$/);
  });

  it('should label dates without crowding', () => {
    const ticks = tideTicks(times, scale, now, 0.2);
    const gaps = ticks.slice(1).map((tick, index) => tick.place - (ticks[index]?.place ?? 0));
    expect(ticks.length).toBeGreaterThan(1);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(0.2);
    expect(tideTicks([], scale, now, 0.2)).toEqual([]);
  });
});

describe('jumps to changes of this folder', () => {
  const { versions } = createFakeWorld(now);
  const moment = (first: number, last: number) => ({
    versionId: versionId(first),
    lastVersionId: versionId(last),
    time: '',
    present: true,
    type: 'dir' as const,
    size: 0,
    modified: null,
  });
  const moments = [moment(0, 4), moment(5, 9), moment(10, versions.length - 1)];

  it('should land on the nearest moment at which it differed', () => {
    expect(jumps(versions, moments, versionId(7))).toEqual({ previous: versionId(4), next: versionId(10) });
    expect(jumps(versions, moments, versionId(0))).toEqual({ previous: undefined, next: versionId(5) });
    expect(jumps(versions, moments, versionId(12))).toEqual({ previous: versionId(9), next: undefined });
    expect([...changedVersions(moments)]).toEqual([versionId(0), versionId(5), versionId(10)]);
  });

  it('should step through versions without a history, and nowhere from an unknown one', () => {
    expect(jumps(versions, undefined, versionId(3))).toEqual({ previous: versionId(2), next: versionId(4) });
    expect(jumps(versions, moments, 'f'.repeat(64))).toEqual({ previous: undefined, next: undefined });
  });
});

describe('selection', () => {
  const rows = ['a', undefined, 'c', 'd', 'e'];
  const placeAt = (index: number): string | undefined => rows[index];

  it('should choose, add, take away and extend, skipping rows that cannot be chosen', () => {
    const one = choose(placeAt, 2);
    expect([...one.places]).toEqual(['c']);
    const two = toggle(one, placeAt, 4);
    expect([...two.places]).toEqual(['c', 'e']);
    expect([...toggle(two, placeAt, 2).places]).toEqual(['e']);
    expect([...extend(choose(placeAt, 3), placeAt, 0).places]).toEqual(['d', 'c', 'a']);
    expect(choose(placeAt, 1)).toEqual({ places: new Set(), active: 1, anchor: 1 });
    expect(chooseAll(noSelection, placeAt, 5).places.size).toBe(4);
  });

  it('should move with the keys and stop at the ends', () => {
    const keys = ['ArrowDown', 'ArrowUp', 'PageDown', 'PageUp', 'Home', 'End', 'x'];
    expect(keys.map((key) => rowAfterKey(key, 1, 30, 10))).toEqual([2, 0, 11, 0, 0, 29, undefined]);
    expect(rowAfterKey('ArrowDown', 29, 30, 10)).toBe(29);
  });
});

describe('a drag', () => {
  it('should carry places and names, and refuse what is not its own', () => {
    const dragged = { places: ['p1', 'p2'], names: ['a.txt'] };
    expect(decodeDrag(encodeDrag(dragged)[dragType] ?? '')).toEqual(dragged);
    expect(decodeDrag('{"places":[1],"names":[]}')).toBeNull();
    expect(decodeDrag('null')).toBeNull();
  });
});
