import { spawnSync } from 'node:child_process';
import { mkdirSync, rmdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lostTargets, resolveTargets, type LayoutNode } from '../../../../main/engine/archiver/targets.ts';
import { tempDir } from '../../../helpers/temp-dir.ts';
import { canMount, tmpfs } from '../../../helpers/tmpfs.ts';

/** `name` -> path for leaves, nested objects for folders on the way. */
type Shape = { [name: string]: string | Shape };

function shapeOf(layout: LayoutNode): Shape {
  return Object.fromEntries(
    [...layout.children].map(([name, child]) => [name, child.path ?? shapeOf(child)] as const),
  );
}

function makeFiles(root: string, ...paths: readonly string[]): void {
  for (const path of paths) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), path);
  }
}

describe('targets', () => {
  it('puts an absolute target below its real folders', () => {
    const root = tempDir();
    makeFiles(root, 'a/b/c');
    const { layout, paths, missing } = resolveTargets([join(root, 'a/b/')], { cwd: '/' });
    let shape: Shape = { b: `${root}/a/b` };
    for (const part of ['a', ...root.split('/').slice(1).reverse()]) shape = { [part]: shape };
    expect(shapeOf(layout)).toEqual(shape);
    expect(paths).toEqual([`${root}/a/b`]);
    expect(missing).toEqual([]);
  });

  it('keeps relative targets relative and records absolute paths', () => {
    const root = tempDir();
    makeFiles(root, 'a/b/c', 'd');
    const { layout, paths } = resolveTargets(['a/b', './d'], { cwd: root });
    expect(shapeOf(layout)).toEqual({ a: { b: `${root}/a/b` }, d: `${root}/d` });
    expect(paths).toEqual([`${root}/a/b`, `${root}/d`]);
    const [a] = layout.children.values();
    expect(a?.metadataFrom).toBe(`${root}/a`);
  });

  it('replaces dots by what is in the folder', () => {
    const root = tempDir();
    makeFiles(root, 'x', 'y/z', 'sub/f');
    const expected = { x: `${root}/x`, y: `${root}/y`, sub: `${root}/sub` };
    expect(shapeOf(resolveTargets(['.'], { cwd: root }).layout)).toEqual(expected);
    const above = resolveTargets(['..'], { cwd: join(root, 'sub') });
    expect(shapeOf(above.layout)).toEqual(expected);
    expect(above.paths).toEqual([root]);
  });

  it('drops leading dots and tells same names of different folders apart', () => {
    const root = tempDir();
    makeFiles(root, 'work/docs/a', 'docs/b', 'up/work/docs/c');
    const { layout } = resolveTargets(['docs', '../docs', '../up/work'], { cwd: join(root, 'work') });
    expect(shapeOf(layout)).toEqual({
      docs: `${root}/work/docs`,
      'docs-1': `${root}/docs`,
      up: { work: `${root}/up/work` },
    });
  });

  it('merges a target that holds another', () => {
    const root = tempDir();
    makeFiles(root, 'a/b/c', 'a/b/d', 'a/e');
    for (const targets of [['a', 'a/b'], ['a/b', 'a'], ['a/b/c', 'a', 'a', 'a/']]) {
      const { layout } = resolveTargets(targets, { cwd: root });
      const flat = JSON.stringify(shapeOf(layout));
      for (const leaf of ['a/e', 'a/b']) expect(flat, targets.join()).toContain(`${root}/${leaf}`);
      expect(layout.children.get('a')?.metadataFrom).toBe(`${root}/a`);
    }
    const { layout } = resolveTargets(['a/b/c', 'a'], { cwd: root });
    expect(shapeOf(layout)).toEqual({ a: { b: { c: `${root}/a/b/c`, d: `${root}/a/b/d` }, e: `${root}/a/e` } });
  });

  it.runIf(canMount())('notices when one goes away, or its disk is unmounted', () => {
    const [removed, disk, stays] = [join(tempDir(), 'removed'), tmpfs('size=64k'), tempDir()];
    mkdirSync(removed);
    const targets = resolveTargets([removed, disk, stays], { cwd: '/' });
    expect(lostTargets(targets)).toEqual([]);
    rmdirSync(removed);
    expect(spawnSync('umount', [disk]).status).toBe(0);
    expect(lostTargets(targets)).toEqual([removed, disk]);
  });

  it('goes on without missing targets, but not without any', () => {
    const root = tempDir();
    makeFiles(root, 'a');
    symlinkSync('nowhere', join(root, 'dangling'));
    const { missing, layout } = resolveTargets(['a', 'gone', 'a/below', 'dangling'], { cwd: root });
    expect(missing).toEqual([`${root}/gone`, `${root}/a/below`]);
    expect([...layout.children.keys()]).toEqual(['a', 'dangling']);
    expect(() => resolveTargets(['gone'], { cwd: root })).toThrowError(expect.objectContaining({ code: 'source-missing' }));
    expect(() => resolveTargets([], { cwd: root })).toThrowError(expect.objectContaining({ code: 'source-missing' }));
    expect(() => resolveTargets([''], { cwd: root })).toThrowError(expect.objectContaining({ code: 'invalid-input' }));
  });
});
