import { expect, test } from 'vitest';
import { isCovered, mergeRoots, presentPath, rootsOf } from '../../../../main/services/browse/roots.ts';
import type { TreeReader } from '../../../../main/engine/snapshot/tree-reader.ts';
import type { StoredSnapshot } from '../../../../main/engine/snapshot/snapshot-codec.ts';

const names = (path: string) => path.split('/').filter((name) => name !== '').map((name) => Buffer.from(name));

function lookingAt(folders: readonly string[]): TreeReader {
  const find = (_: string, path: readonly Buffer[]) =>
    Promise.resolve(folders.some((folder) => `${folder}/`.startsWith(`/${path.join('/')}/`)) ? {} : undefined);
  return { find } as unknown as TreeReader;
}

const snapshot = (...paths: string[]) => ({ tree: 't', paths }) as unknown as StoredSnapshot;
const text = (roots: Awaited<ReturnType<typeof rootsOf>>) => roots.map((root) => [root.names.join('/'), root.present.toString()]);

test('absolute targets lie at their whole path', async () => {
  const roots = await rootsOf(snapshot('/home/a/Docs', '/srv'), lookingAt(['/home/a/Docs', '/srv']), []);
  expect(text(roots)).toEqual([['home/a/Docs', '/home/a/Docs'], ['srv', '/srv']]);
  expect(presentPath(names('home/a/Docs/x/y'), roots)?.toString()).toBe('/home/a/Docs/x/y');
  expect(presentPath(names('home/a'), roots)?.toString()).toBe('/home/a');
  expect(presentPath(names('etc'), roots)).toBeUndefined();
  expect(isCovered(names('home'), roots)).toBe(true);
  expect(isCovered(names('etc'), roots)).toBe(false);
});

test('relative targets lie at their last names and still lead to where they were', async () => {
  const roots = await rootsOf(snapshot('/home/a/work/src'), lookingAt(['/work/src']), []);
  expect(text(roots)).toEqual([['work/src', '/home/a/work/src']]);
  expect(presentPath(names('work/src/main.c'), roots)?.toString()).toBe('/home/a/work/src/main.c');
  expect(presentPath(names('work'), roots)).toBeUndefined();
});

test('a target given as "." has its content at the top', async () => {
  const roots = await rootsOf(snapshot('/home/a/work'), lookingAt(['/file.txt']), []);
  expect(text(roots)).toEqual([['', '/home/a/work']]);
  expect(presentPath(names('file.txt'), roots)?.toString()).toBe('/home/a/work/file.txt');
});

test('a name that is no text is known from the plan', async () => {
  const odd = Buffer.concat([Buffer.from('/data/'), Buffer.from([0xff, 0x61])]);
  const tree = { find: (_: string, path: readonly Buffer[]) =>
    Promise.resolve(path.at(-1)?.[0] === 0xff || path.length === 1 ? {} : undefined) } as unknown as TreeReader;
  const [root] = await rootsOf(snapshot(odd.toString('utf8')), tree, [odd]);
  expect(root!.present.equals(odd)).toBe(true);
  const [unknown] = await rootsOf(snapshot(odd.toString('utf8')), tree, []);
  expect([unknown!.names.join('/'), unknown!.present.toString()]).toEqual(['data', '/data']);
});

test('nested roots count once', () => {
  const root = (path: string) => ({ names: names(path), present: Buffer.from(path) });
  expect(text(mergeRoots([root('/a/b'), root('/c')], [root('/a'), root('/c')]))).toEqual([['c', '/c'], ['a', '/a']]);
});
