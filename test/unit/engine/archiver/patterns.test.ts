import { describe, expect, it } from 'vitest';
import { cleanPath, compilePatterns, decodeBytes, pathParts } from '../../../../main/engine/archiver/patterns.ts';

function matches(patterns: string | readonly string[], path: string | Buffer, ignoreCase = false): boolean {
  const list = compilePatterns(typeof patterns === 'string' ? [patterns] : patterns, { ignoreCase });
  return list.matches(pathParts(Buffer.from(path)));
}

const letter = '/anna/letters/2026/draft.odt';

const table: readonly (readonly [pattern: string, path: string, expected: boolean])[] = [
  // A single part matches at any depth, whole parts only; what lies below a match matches too.
  ['*.odt', letter, true],
  ['*.ods', letter, false],
  ['letters', letter, true],
  ['letter', letter, false],
  ['lett*', letter, true],
  ['draft', letter, false],
  ['d???t.odt', letter, true],
  ['*', letter, true],
  ['**', letter, true],
  // Several parts match side by side.
  ['2026/draft.odt', letter, true],
  ['letters/draft.odt', letter, false],
  ['letters/*/draft.*', letter, true],
  ['letters/*', letter, true],
  ['LETTERS/*', letter, false],
  // A leading slash ties the pattern to the top; without one on the path's side nothing tied can match.
  ['/anna', letter, true],
  ['/anna/', letter, true],
  ['/letters', letter, false],
  ['/anna/*.odt', letter, false],
  ['/anna/*/2026/*.odt', letter, true],
  ['/*/*/*/*', letter, true],
  ['/*/*/*/*/*', letter, false],
  ['/letters/2026', 'letters/2026/draft.odt', false],
  ['2026/draft.*', 'letters/2026/draft.odt', true],
  ['/', letter, true],
  // Two stars stand for any number of parts, none included.
  ['/anna/**', '/anna', true],
  ['/anna/**/draft.odt', '/anna/draft.odt', true],
  ['/anna/**/draft.odt', letter, true],
  ['/bert/**/draft.odt', letter, false],
  ['/anna/**/dra*', letter, true],
  ['/ann/**/dra*', letter, false],
  ['anna/**/2026/*.odt', '/disk/anna/old/letters/2026/a.odt', true],
  ['anna/**/**/2026/**/z', '/disk/anna/2026/y/z', true],
  // Patterns are cleaned as paths are.
  ['music/../letters', letter, true],
  ['./letters//2026/', letter, true],
  // Sets, escapes, and characters beyond ASCII.
  ['[a-c]x', '/bx', true],
  ['[^a-c]x', '/bx', false],
  ['\\*', '/*', true],
  ['\\*', '/x', false],
  ['?', '/é', true],
  ['???', '/äöü', true],
];

describe('patterns', () => {
  it.each(table)('%s against %s: %s', (pattern, path, expected) => {
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
