import { parseArgs } from 'node:util';
import { AppError } from '../../shared/errors.ts';

/** One option of a verb: a flag, a counted flag (-vv), one text, or a text that may be given several times. */
export interface OptionSpec {
  readonly kind: 'flag' | 'count' | 'text' | 'list';
  readonly short?: string;
  /** What the value is called in the help; texts and lists have one. */
  readonly value?: string;
  readonly help: string;
}

export type OptionTable = Readonly<Record<string, OptionSpec>>;

type ValueOf<S extends OptionSpec> = S['kind'] extends 'flag'
  ? boolean
  : S['kind'] extends 'count'
    ? number
    : S['kind'] extends 'list'
      ? readonly string[]
      : string | undefined;

/** The values of a table: false, 0, undefined and [] where an option was not given. */
export type OptionValues<T extends OptionTable> = { readonly [K in keyof T]: ValueOf<T[K]> };

type MutableValues = Record<string, boolean | number | string | string[] | undefined>;

export interface ParsedArguments<T extends OptionTable> {
  readonly values: OptionValues<T>;
  readonly positionals: readonly string[];
}

function usageError(message: string): AppError {
  return new AppError('invalid-input', message, { hint: 'Add --help to see the options.' });
}

function nodeOptions(table: OptionTable): Record<string, { type: 'string' | 'boolean'; multiple: true; short?: string }> {
  const takenShort = new Map<string, string>();
  for (const [name, spec] of Object.entries(table)) {
    if (spec.short !== undefined) takenShort.set(spec.short, name);
  }
  return Object.fromEntries(
    Object.entries(table).map(([name, spec]) => [
      name,
      {
        type: spec.kind === 'text' || spec.kind === 'list' ? 'string' : 'boolean',
        multiple: true as const,
        ...(spec.short !== undefined && takenShort.get(spec.short) === name ? { short: spec.short } : {}),
      },
    ]),
  );
}

function tokensOf(args: readonly string[], table: OptionTable) {
  return parseArgs({
    args: [...args],
    options: nodeOptions(table),
    strict: false,
    allowPositionals: true,
    tokens: true,
  }).tokens;
}

function parseFlag(rawName: string, text: string): boolean {
  if (/^(true|t|1)$/i.test(text)) return true;
  if (/^(false|f|0)$/i.test(text)) return false;
  throw usageError(`${rawName} is on or off; it does not take the value ‘${text}’.`);
}

function take(values: MutableValues, name: string, spec: OptionSpec, rawName: string, value: string | undefined): void {
  switch (spec.kind) {
    case 'flag':
      values[name] = value === undefined ? true : parseFlag(rawName, value);
      return;
    case 'count':
      if (value !== undefined && !/^\d$/.test(value)) throw usageError(`${rawName} takes a number from 0 to 9.`);
      values[name] = value === undefined ? Number(values[name]) + 1 : Number(value);
      return;
    case 'text':
    case 'list':
      if (value === undefined) throw usageError(`${rawName} needs a value${spec.value ? ` (${spec.value})` : ''}.`);
      if (spec.kind === 'text') values[name] = value;
      else (values[name] as string[]).push(value);
  }
}

/**
 * Parses GNU-style arguments by a table: long and short options, `--name=value`, `-xvalue`, groups of flags,
 * repeated options (the last one counts unless it is a list) and `--`. In a table the later entry of two
 * with the same short letter wins. Throws `invalid-input` for what the table does not know.
 */
export function parseOptions<const T extends OptionTable>(args: readonly string[], table: T): ParsedArguments<T> {
  const empty = { flag: false, count: 0, text: undefined } as const;
  const values: MutableValues = {};
  for (const [name, spec] of Object.entries(table)) {
    values[name] = spec.kind === 'list' ? [] : empty[spec.kind];
  }
  const positionals: string[] = [];
  for (const token of tokensOf(args, table)) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const spec = Object.hasOwn(table, token.name) ? table[token.name] : undefined;
    if (spec === undefined) throw usageError(`There is no option ${token.rawName} here.`);
    take(values, token.name, spec, token.rawName, token.value);
  }
  return { values: values as OptionValues<T>, positionals };
}

export interface VerbPosition {
  /** The first words that are no options, at most `depth` of them. */
  readonly words: readonly string[];
  /** The arguments without the first n of those words. */
  without(count: number): string[];
}

/** Finds the verb among arguments, given the options that may stand before it. */
export function findVerb(args: readonly string[], table: OptionTable, depth: number): VerbPosition {
  const found: { index: number; value: string }[] = [];
  for (const token of tokensOf(args, table)) {
    if (token.kind === 'option-terminator') break;
    if (token.kind === 'positional' && found.length < depth) found.push({ index: token.index, value: token.value });
  }
  return {
    words: found.map(({ value }) => value),
    without: (count) => {
      const dropped = new Set(found.slice(0, count).map(({ index }) => index));
      return args.filter((_, index) => !dropped.has(index));
    },
  };
}
