import { describe, expect, it } from 'vitest';
import { findVerb, parseOptions } from '../../../main/cli/options.ts';
import type { OptionTable } from '../../../main/cli/options.ts';

const table = {
  repo: { kind: 'text', short: 'r', value: 'location', help: '' },
  verbose: { kind: 'count', short: 'v', help: '' },
  quiet: { kind: 'flag', short: 'q', help: '' },
  exclude: { kind: 'list', short: 'e', value: 'pattern', help: '' },
  'no-lock': { kind: 'flag', help: '' },
} as const satisfies OptionTable;

describe('parseOptions', () => {
  it('understands GNU style', () => {
    const { values, positionals } = parseOptions(
      ['-r', 'a', '-vvq', '--exclude=x', '-ey', '--exclude', '-z', 'one', '--no-lock', '--', '-two', '--three'],
      table,
    );
    expect(values).toEqual({ repo: 'a', verbose: 2, quiet: true, exclude: ['x', 'y', '-z'], 'no-lock': true });
    expect(positionals).toEqual(['one', '-two', '--three']);
  });

  it('gives neutral values for what is absent', () => {
    expect(parseOptions([], table).values).toEqual({ repo: undefined, verbose: 0, quiet: false, exclude: [], 'no-lock': false });
  });

  it('lets the last of a repeated text count, and takes an empty value', () => {
    expect(parseOptions(['-r', 'a', '--repo', 'b'], table).values.repo).toBe('b');
    expect(parseOptions(['--repo='], table).values.repo).toBe('');
  });

  it('takes levels and switches with values', () => {
    expect(parseOptions(['--verbose=2', '--quiet=false'], table).values).toMatchObject({ verbose: 2, quiet: false });
    expect(() => parseOptions(['--quiet=perhaps'], table)).toThrow(/on or off/);
  });

  it.each([[['--nonsense']], [['-z']], [['-vz']], [['--constructor']], [['--repo']], [['-r']]])('refuses %j', (args) => {
    expect(() => parseOptions(args, table)).toThrow(expect.objectContaining({ code: 'invalid-input' }));
  });

  it('gives a short letter to the later of two entries', () => {
    const both = { host: { kind: 'text', short: 'h', help: '' }, help: { kind: 'flag', short: 'h', help: '' } } as const;
    expect(parseOptions(['-h'], both).values).toEqual({ host: undefined, help: true });
  });
});

describe('findVerb', () => {
  it('finds the verb behind options and keeps the rest in order', () => {
    const found = findVerb(['-r', 'backup', '-v', 'key', '--x', 'add', '--', 'y'], table, 2);
    expect(found.words).toEqual(['key', 'add']);
    expect(found.without(2)).toEqual(['-r', 'backup', '-v', '--x', '--', 'y']);
  });

  it('does not look behind --', () => {
    expect(findVerb(['backup', '--', 'index'], table, 2).words).toEqual(['backup']);
  });
});
