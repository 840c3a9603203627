import { describe, expect, it } from 'vitest';
import { expandVariables, parseExcludeFile } from '../../../../main/engine/archiver/exclude-file.ts';
import { compileSelect, selectEverything, selectRules } from '../../../../main/engine/archiver/select.ts';

const noFiles = { excludes: [], iexcludes: [] };

describe('exclude files', () => {
  it('skips comments and empty lines and expands variables', () => {
    const text = '\ufeff# comment\n\n  *.tmp  \r\n$HOME/cache\n${HOME}x\n$$literal\n$missing/y\n #trimmed comment\n';
    expect(parseExcludeFile(Buffer.from(text), { HOME: '/home/u' })).toEqual([
      '*.tmp',
      '/home/u/cache',
      '/home/ux',
      '$literal',
      '/y',
    ]);
  });

  it('reads UTF-16 with a byte order mark', () => {
    expect(parseExcludeFile(Buffer.from('\ufeffgrüße\n', 'utf16le'), {})).toEqual(['grüße']);
    expect(parseExcludeFile(Buffer.from('\ufeffgrüße\n', 'utf16le').swap16(), {})).toEqual(['grüße']);
  });

  it.each([
    ['a$', 'a$'],
    ['$', '$'],
    ['$/x', '$/x'],
    ['${}x', 'x'],
    ['${a', 'a'],
    ['$1$a$b', '<1><a><b>'],
    ['${a b}', '<a b>'],
  ])('expands %s to %s', (text, expected) => {
    expect(expandVariables(text, (name) => `<${name}>`)).toBe(expected);
  });
});

describe('select', () => {
  it('combines exact and case-insensitive patterns', () => {
    const options = { ...selectEverything, excludes: ['*.tmp'], iexcludes: ['*.BAK'] };
    const selector = compileSelect(selectRules(options, { excludes: ['/x'], iexcludes: [] }));
    expect(selector.hasPatterns).toBe(true);
    expect(selector.excludesPath(['/', 'a', 'b.tmp'])).toBe(true);
    expect(selector.excludesPath(['/', 'a', 'b.TMP'])).toBe(false);
    expect(selector.excludesPath(['/', 'a', 'b.bak'])).toBe(true);
    expect(selector.excludesPath(['/', 'x', 'y'])).toBe(true);
  });

  it('leaves out large files, but never folders', () => {
    const selector = compileSelect(selectRules({ ...selectEverything, excludeLargerThan: 100 }, noFiles));
    expect(selector.excludesSize('file', 100n)).toBe(false);
    expect(selector.excludesSize('file', 101n)).toBe(true);
    expect(selector.excludesSize('dir', 4096n)).toBe(false);
  });

  it('knows cache folders and files whose presence excludes', () => {
    const options = { ...selectEverything, excludeCaches: true, excludeIfPresent: ['.nobackup', 'tag:yes: really'] };
    expect(selectRules(options, noFiles).tags).toEqual([
      { name: '.nobackup', header: '' },
      { name: 'tag', header: 'yes: really' },
      { name: 'CACHEDIR.TAG', header: 'Signature: 8a477f597d28d172789f06886806bc55' },
    ]);
  });

  it.each([
    [{ excludeIfPresent: ['a/b'] }],
    [{ excludeIfPresent: [':x'] }],
    [{ excludeLargerThan: -1 }],
    [{ excludeLargerThan: Number.NaN }],
    [{ excludes: ['['] }],
    [{ iexcludes: ['a[b'] }],
  ])('refuses %j', (options) => {
    expect(() => selectRules({ ...selectEverything, ...options }, noFiles)).toThrowError(
      expect.objectContaining({ code: 'invalid-input' }),
    );
  });
});
