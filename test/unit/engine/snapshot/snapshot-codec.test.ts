import { readdirSync, readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isProtected } from '../../../../main/engine/retention/protection.ts';
import { decodeSnapshot, encodeSnapshot, type Snapshot } from '../../../../main/engine/snapshot/snapshot-codec.ts';
import { emptyTreeId } from '../../../../main/engine/snapshot/tree-codec.ts';
import { dataId } from './helpers.ts';

const golden = new URL('../../../fixtures/golden-v2/snapshots/', import.meta.url);
const id = dataId('snapshot');
const minimal = `{"time":"2024-01-15T03:00:00+01:00","tree":"${emptyTreeId}","paths":["/a"]}`;

function decode(json: string) {
  return decodeSnapshot(Buffer.from(json), id);
}

function withField(field: string): string {
  return `${minimal.slice(0, -1)},${field}}`;
}

describe('golden snapshots', () => {
  it.each(readdirSync(golden))('%s decodes and encodes to the same bytes', (name) => {
    const bytes = readFileSync(new URL(name, golden));
    const snapshot = decodeSnapshot(bytes, name.replace('.json', ''));
    expect(encodeSnapshot(snapshot).toString()).toBe(bytes.toString());
    expect(snapshot.id).toBe(name.replace('.json', ''));
  });
});

describe('snapshot codec', () => {
  it('keeps every field, known and unknown, through a change', () => {
    const json = `{"time":"2024-01-15T03:00:00+01:00","parent":"${id}","tree":"${emptyTreeId}","paths":["/a<b"],`
      + '"hostname":"h","username":"u","uid":1000,"gid":1000,"excludes":["*.o"],"tags":["x"],'
      + `"original":"${id}","program_version":"restic 0.19.1","summary":{"backup_start":"2024-01-15T03:00:00Z",`
      + '"backup_end":"2024-01-15T03:00:01Z","files_new":1,"files_changed":2,"files_unmodified":3,"dirs_new":4,'
      + '"dirs_changed":5,"dirs_unmodified":6,"data_blobs":7,"tree_blobs":8,"data_added":9,"data_added_packed":10,'
      + '"total_files_processed":11,"total_bytes_processed":12,"command":"x"},'
      + '"label":"l","delete":{"After":"2024-01-15T03:00:00Z"}}';
    const snapshot = decode(json.replace('/a<b', '/a\\u003cb'));
    expect(encodeSnapshot(snapshot).toString()).toBe(json.replace('/a<b', '/a\\u003cb'));
    expect(encodeSnapshot({ ...snapshot, tags: ['y'] }).toString()).toContain('"tags":["y"],');
    expect(snapshot.summary?.totalBytesProcessed).toBe(12);
    expect(snapshot.timeNs).toBe(1_705_284_000_000_000_000n);
  });

  it('leaves out what is empty', () => {
    expect(encodeSnapshot(decode(minimal)).toString()).toBe(minimal);
    const empty = withField('"tags":null,"uid":0,"hostname":"","parent":null');
    expect(encodeSnapshot(decode(empty)).toString()).toBe(minimal);
  });

  it('takes a summary that lacks fields', () => {
    const json = withField('"summary":{"files_new":1}');
    expect(decode(json).summary).toEqual({ filesNew: 1 });
    expect(encodeSnapshot(decode(json)).toString()).toBe(json);
  });

  it('survives encoding and decoding', () => {
    const strings = fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 3 });
    fc.assert(fc.property(fc.record({
      paths: strings, excludes: strings, tags: strings, hostname: fc.string(), username: fc.string(),
      uid: fc.nat(), gid: fc.nat(),
    }), (fields) => {
      const snapshot: Snapshot = { time: '2024-01-15T03:00:00+01:00', tree: emptyTreeId, ...fields };
      const stored = { ...snapshot, id, timeNs: 1_705_284_000_000_000_000n };
      expect(decodeSnapshot(encodeSnapshot(snapshot), id)).toEqual(stored);
    }));
  });

  it.each([
    '', '{}', '[]', 'null', minimal.slice(0, -1), minimal.replace('2024', 'last'),
    minimal.replace('2024-01', '2024-13'),
    minimal.replace(emptyTreeId, '..'), minimal.replace('["/a"]', '"/a"'), minimal.replace('"/a"', '5'),
    withField('"uid":-1'), withField('"uid":"0"'), withField('"hostname":5'), withField('"parent":"x"'),
    withField('"summary":5'), withField('"summary":{"files_new":"1"}'), withField('"x":bad'),
  ])('refuses %j', (json) => {
    expect(() => decode(json)).toThrow(expect.objectContaining({ code: 'damaged' }));
  });

  it('honours protection by rustic', () => {
    const now = 1_705_284_000_000_000_000n;
    expect(isProtected(decode(minimal), now)).toBe(false);
    expect(isProtected(decode(withField('"delete":"NotSet"')), now)).toBe(false);
    expect(isProtected(decode(withField('"delete":"Never"')), now)).toBe(true);
    expect(isProtected(decode(withField('"delete":{"After":"2025-01-01T00:00:00Z"}')), now)).toBe(true);
    expect(isProtected(decode(withField('"delete":{"After":"2023-01-01T00:00:00Z"}')), now)).toBe(false);
    expect(isProtected(decode(withField('"delete":{"After":"soon"}')), now)).toBe(true);
    expect(isProtected(decode(withField('"delete":7')), now)).toBe(true);
  });
});
