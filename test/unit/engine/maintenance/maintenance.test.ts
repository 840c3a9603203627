import { describe, expect, it } from 'vitest';
import { choosePacks } from '../../../../main/engine/maintenance/choose-packs.ts';
import { changedTags } from '../../../../main/engine/maintenance/rewrite-tags.ts';

const packs = Array.from({ length: 256 }, (_, at) => ({ id: at.toString(16).padStart(2, '0') + '0'.repeat(62), size: 100 }));
const random = { bytes: (length: number) => Buffer.alloc(length, 0x5a) };

describe('choosePacks', () => {
  it('cuts all packs into parts without overlap', () => {
    const parts = [1, 2, 3].map((part) => choosePacks(packs, { kind: 'part', part, of: 3 }, random));
    expect(parts.flat()).toHaveLength(256);
    expect(new Set(parts.flat().map(({ id }) => id)).size).toBe(256);
    expect(parts[0]?.[0]?.id.startsWith('00')).toBe(true);
  });

  it('takes none, all, a share or a size', () => {
    expect(choosePacks(packs, { kind: 'none' }, random)).toEqual([]);
    expect(choosePacks(packs, { kind: 'all' }, random)).toHaveLength(256);
    expect(choosePacks(packs, { kind: 'percent', percent: 25 }, random)).toHaveLength(64);
    expect(choosePacks(packs, { kind: 'bytes', bytes: 1000 }, random)).toHaveLength(10);
    expect(choosePacks(packs, { kind: 'bytes', bytes: 1 }, random)).toHaveLength(1);
    expect(choosePacks(packs, { kind: 'bytes', bytes: 1e9 }, random)).toHaveLength(256);
    expect(choosePacks([], { kind: 'percent', percent: 50 }, random)).toEqual([]);
  });
});

describe('changedTags', () => {
  it('sets, adds and removes', () => {
    expect(changedTags(['a', 'b'], { kind: 'set', tags: ['c', 'c', ''] })).toEqual(['c']);
    expect(changedTags(['a', 'b'], { kind: 'set', tags: [''] })).toEqual([]);
    expect(changedTags(['a', 'b'], { kind: 'change', add: ['c', 'a'], remove: ['b'] })).toEqual(['a', 'c']);
  });
});
