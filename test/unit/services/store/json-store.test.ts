import { readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { JsonStore } from '../../../../main/services/store/json-store.ts';
import { makeTempDir, removeTree } from '../../../helpers/temp-dir.ts';

const schema = z.object({ names: z.array(z.string()) });
const clock = { now: () => Date.parse('2026-03-01T12:00:00Z') };
let folder: string;
let file: string;

const open = (version = 1, migrate = {}) =>
  JsonStore.open({ file, version, schema, empty: { names: [] as string[] }, clock, migrate });

beforeEach(() => {
  folder = makeTempDir();
  file = join(folder, 'profile', 'names.json');
});
afterEach(() => removeTree(folder));

test('keeps what was saved, for its owner alone, and leaves no temporary file', async () => {
  const { store, state } = await open();
  expect(state).toEqual({ kind: 'new' });
  await Promise.all(['a', 'b', 'c'].map((name) => store.update(({ names }) => ({ names: [...names, name] }))));
  expect(store.value.names).toEqual(['a', 'b', 'c']);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect((await stat(join(folder, 'profile'))).mode & 0o777).toBe(0o700);
  expect(await readdir(join(folder, 'profile'))).toEqual(['names.json']);
  expect((await open()).store.value.names).toEqual(['a', 'b', 'c']);
});

test.each([
  ['cut short', '{"version":1,"content":{"na'],
  ['empty', ''],
  ['not ours', '[]'],
  ['wrong type', '{"version":1,"content":{"names":7}}'],
  ['bad version', '{"version":"x","content":{"names":[]}}'],
  ['binary', '\u0000\u0001\u0002'],
])('a damaged file (%s) is set aside unchanged and the store starts empty', async (_, content) => {
  await (await open()).store.update((value) => value);
  await writeFile(file, content);
  const { store, state } = await open();
  expect(state).toEqual({ kind: 'damaged', setAside: 'names.json.damaged-20260301T120000Z' });
  expect(store.value).toEqual({ names: [] });
  expect(await readFile(join(folder, 'profile', 'names.json.damaged-20260301T120000Z'), 'utf8')).toBe(content);
  await writeFile(file, content);
  expect((await open()).state).toEqual({ kind: 'damaged', setAside: 'names.json.damaged-20260301T120000Z-2' });
});

test('an older file is kept before it is migrated', async () => {
  await (await open()).store.update(() => ({ names: ['a'] }));
  const before = await readFile(file, 'utf8');
  const migrate = { 1: (content: unknown) => ({ names: [...schema.parse(content).names, 'new'] }) };
  const { store, state } = await open(2, migrate);
  expect(state).toMatchObject({ kind: 'migrated', from: 1 });
  expect(store.value.names).toEqual(['a', 'new']);
  expect(await readFile(`${file}.version-1`, 'utf8')).toBe(before);
  expect((await open(2, migrate)).state).toEqual({ kind: 'loaded' });
});

test('a file of a newer program is kept as it is', async () => {
  await (await open(2)).store.update(() => ({ names: ['future'] }));
  expect((await open(1)).state).toMatchObject({ kind: 'newer' });
});

test('a change that does not fit the schema changes nothing', async () => {
  const { store } = await open();
  await store.update(() => ({ names: ['good'] }));
  await expect(store.update(() => ({ names: [1] as unknown as string[] }))).rejects.toThrow();
  await store.update(({ names }) => ({ names: [...names, 'next'] }));
  expect((await open()).store.value.names).toEqual(['good', 'next']);
});
