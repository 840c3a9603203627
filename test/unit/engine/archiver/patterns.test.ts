import { describe, expect, it } from 'vitest';
import { cleanPath, compilePatterns, decodeBytes, pathParts } from '../../../../main/engine/archiver/patterns.ts';

function matches(patterns: string | readonly string[], path: string | Buffer, ignoreCase = false): boolean {
  const list = compilePatterns(typeof patterns === 'string' ? [patterns] : patterns, { ignoreCase });
  return list.matches(pathParts(Buffer.from(path)));
}

const table: readonly (readonly [pattern: string, path: string, expected: boolean])[] = [
  ['*.go', '/foo/bar/test.go', true],
  ['*.c', '/foo/bar/test.go', false],
  ['*', '/foo/bar/test.go', true],
  ['**', '/foo/bar/test.go', true],
  ['foo*', '/foo/bar/test.go', true],
  ['bar*', '/foo/bar/test.go', true],
  ['/bar*', '/foo/bar/test.go', false],
  ['bar/*', '/foo/bar/test.go', true],
  ['baz/*', '/foo/bar/test.go', false],
  ['bar/test.go', '/foo/bar/test.go', true],
  ['bar/*.go', '/foo/bar/test.go', true],
  ['bar/', '/foo/bar/test.go', true],
  ['/foo/*test.*', '/foo/bar/test.go', false],
  ['/foo/*/test.*', '/foo/bar/test.go', true],
  ['/foo/*/bar/test.*', '/foo/bar/test.go', false],
  ['/*/*/bar/test.*', '/foo/bar/baz/test.go', false],
  ['/*/*/baz/test.*', '/foo/bar/baz/test.go', true],
  ['/*/foo/bar/test.*', '/foo/bar/baz/test.go', false],
  ['/foo/bar/test.*', 'bar/baz/test.go', false],
  ['baz/test.*', 'bar/baz/test.go', true],
  ['baz/tesT.*', 'bar/baz/test.go', false],
  ['foo', '/foo/bar/test.go', true],
  ['/foo', '/foo/bar/test.go', true],
  ['/foo/', '/foo/bar/test.go', true],
  ['fo', '/foo/bar/test.go', false],
  ['/foo/**', '/foo', true],
  ['/foo/**/test.go', '/foo/test.go', true],
  ['/foo/**/test.go', '/foo/a/b/c/test.go', true],
  ['/foo/**/test.go', '/fo/a/test.go', false],
  ['foo/**/bar/*.go', '/home/foo/work/special/project/bar/test.go', true],
  ['foo/**/**/bar/**/x', '/home/foo/bar/y/x', true],
  ['/home/user/**/important*', '/home/user/work/shared/test/important_file', true],
  ['/home/user/**/important*', '/home/use/work/important_file', false],
  ['/', '/anything', true],
  ['a/../b', '/x/b', true],
  ['./a//b/', '/x/a/b', true],
  ['[a-c]x', '/bx', true],
  ['[^a-c]x', '/bx', false],
  ['\\*', '/*', true],
  ['\\*', '/x', false],
  ['?', '/é', true],
  ['???', '/äöü', true],
  ['a[', '/a[', false],
];

describe('patterns', () => {
  it.each(table.filter(([pattern]) => pattern !== 'a['))('%s against %s: %s', (pattern, path, expected) => {
    expect(matches(pattern, path)).toBe(expected);
  });

  it('refuses malformed patterns by name', () => {
    for (const bad of ['a[', '[a-]', '[]', 'x\\', 'good/[z', '!bad[']) {
      expect(() => compilePatterns([bad]), bad).toThrowError(`"${bad}"`);
    }
  });

  it('lets a later negated pattern take back what was matched, in order', () => {
    expect(matches(['*.log', '!keep.log'], '/a/keep.log')).toBe(false);
    expect(matches(['*.log', '!keep.log'], '/a/other.log')).toBe(true);
    expect(matches(['!keep.log', '*.log'], '/a/keep.log')).toBe(true);
    expect(matches(['*.log', '!keep.log', '/a'], '/a/keep.log')).toBe(true);
    expect(matches(['!x'], '/x')).toBe(false);
  });

  it('ignores case only when asked', () => {
    expect(matches('*.JPG', '/a/b.jpg')).toBe(false);
    expect(matches('*.JPG', '/a/b.jpg', true)).toBe(true);
    expect(matches('ÄPFEL', '/äpfel', true)).toBe(true);
  });

  it('gives every byte that is no UTF-8 to one question mark', () => {
    const name = Buffer.concat([Buffer.from('/b'), Buffer.from([0xff, 0xc3]), Buffer.from('a')]);
    expect(matches('b??a', name)).toBe(true);
    expect(matches('b?a', name)).toBe(false);
    expect(decodeBytes(Buffer.from('\ufffdé'))).toBe('\ufffdé');
    expect(decodeBytes(Buffer.from([0xed, 0xa0, 0x80]))).toHaveLength(3);
  });

  it('knows where something could match below', () => {
    const list = compilePatterns(['/home/user/**/x', '!other']);
    const below = (path: string) => list.mayMatchBelow(pathParts(Buffer.from(path)));
    expect(below('/home')).toBe(true);
    expect(below('/home/user/a/b')).toBe(true);
    expect(below('/var')).toBe(false);
    expect(compilePatterns(['x']).mayMatchBelow(['/', 'anything'])).toBe(true);
  });

  it('stays fast on patterns made to be slow', () => {
    const list = compilePatterns([`${'*a'.repeat(40)}b`]);
    const started = performance.now();
    expect(list.matches(['/', 'a'.repeat(255)])).toBe(false);
    expect(performance.now() - started).toBeLessThan(1_000);
  });

  it('treats the backslash as a separator on Windows only', () => {
    const windows = compilePatterns(['a\\b'], { platform: 'win32' });
    expect(windows.matches(['C:', 'a', 'b'])).toBe(true);
    expect(compilePatterns(['a\\b']).matches(['/', 'a', 'b'])).toBe(false);
  });

  it('cleans paths as Go does', () => {
    const cases = { '': '.', './a/': 'a', 'a/../..': '..', '/..': '/', '//a//b': '/a/b', '../../x': '../../x' };
    for (const [path, cleaned] of Object.entries(cases)) expect(cleanPath(path), path).toBe(cleaned);
  });
});
