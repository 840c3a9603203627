import { AppError } from '../../../shared/errors.ts';
import { compileWildcard, type Wildcard } from './wildcard.ts';

/** One component of a pattern: a fixed text, a wildcard, or `**`. */
type Part = { readonly text: string; readonly wildcard: Wildcard | undefined } | typeof anyDepth;

const anyDepth = '**';
const anyName: Part = { text: '*', wildcard: () => true };

interface Pattern {
  readonly parts: readonly Part[];
  readonly negated: boolean;
}

/**
 * A list of patterns in restic's language, in the order in which they count. A pattern that starts with `/` matches
 * from the root, any other at every depth; both also match whatever lies below. `**` stands for any number of folders;
 * `!` takes back what earlier patterns matched.
 */
export interface PatternList {
  readonly isEmpty: boolean;
  /** Whether the path (see {@link pathParts}) is matched. */
  matches(parts: readonly string[]): boolean;
  /** Whether something below the path could be matched; used to descend when patterns *include*. */
  mayMatchBelow(parts: readonly string[]): boolean;
}

/** How patterns are compiled: case ignored or not (default not), and whose path separators. */
export interface PatternOptions {
  readonly ignoreCase?: boolean;
  readonly platform?: NodeJS.Platform;
}

/** Compiles patterns; throws `invalid-input` that names the first malformed one. */
export function compilePatterns(patterns: readonly string[], options: PatternOptions = {}): PatternList {
  const ignoreCase = options.ignoreCase === true;
  const windows = options.platform === 'win32';
  const compiled = patterns
    .filter((text) => text !== '')
    .map((text) => parsePattern(ignoreCase ? text.toLowerCase() : text, windows));
  const fold = (parts: readonly string[]) => (ignoreCase ? parts.map((part) => part.toLowerCase()) : parts);
  return {
    isEmpty: compiled.length === 0,
    matches: (parts) => evaluate(compiled, fold(parts), matchPattern),
    mayMatchBelow: (parts) => evaluate(compiled, fold(parts), matchPrefix),
  };
}

/**
 * The components that patterns are matched against: `/a/b` is `['/', 'a', 'b']`. Bytes that are not UTF-8 become one
 * character each, so that `?` matches them.
 */
export function pathParts(path: Uint8Array): string[] {
  const parts = decodeBytes(path).split('/');
  if (parts[0] === '') parts[0] = '/';
  return parts;
}

/** Text of a name or path in which each byte that is not UTF-8 is one lone surrogate (U+DC80 to U+DCFF). */
export function decodeBytes(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
  if (!text.includes('\ufffd')) return text;
  let result = '';
  let at = 0;
  while (at < bytes.length) {
    const length = sequenceLength(bytes, at);
    if (length === 0) {
      result += String.fromCharCode(0xdc00 + (bytes[at] ?? 0));
      at += 1;
    } else {
      result += Buffer.from(bytes.subarray(at, at + length)).toString('utf8');
      at += length;
    }
  }
  return result;
}

/** Length of the valid UTF-8 sequence at `at`, 0 when there is none. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  const length = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  if (length <= 1) return length;
  if (at + length > bytes.length) return 0;
  const text = Buffer.from(bytes.subarray(at, at + length));
  return Buffer.from(text.toString('utf8')).equals(text) ? length : 0;
}

function parsePattern(original: string, windows: boolean): Pattern {
  const negated = original.startsWith('!');
  const text = negated ? original.slice(1) : original;
  const parts = cleanPath(windows ? text.replaceAll('\\', '/') : text)
    .split('/')
    .map((part, index) => parsePart(index === 0 && part === '' ? '/' : part, original, windows));
  return { parts, negated };
}

function parsePart(text: string, original: string, windows: boolean): Part {
  if (text === '**' || text === '') return anyDepth;
  if (!/[\\[\]*?]/.test(text)) return { text, wildcard: undefined };
  const wildcard = compileWildcard(text, !windows);
  if (wildcard === undefined) {
    throw new AppError('invalid-input', `The pattern "${original}" is malformed.`, {
      hint: 'Close every "[" and put a "\\" before characters that are meant literally.',
      context: { pattern: original },
    });
  }
  return { text, wildcard };
}

/** Go's filepath.Clean for slashes. */
export function cleanPath(path: string): string {
  const rooted = path.startsWith('/');
  const kept: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') kept.push(part);
    else if (kept.length > 0 && kept.at(-1) !== '..') kept.pop();
    else if (!rooted) kept.push(part);
  }
  const joined = kept.join('/');
  return rooted ? `/${joined}` : joined === '' ? '.' : joined;
}

function evaluate(
  patterns: readonly Pattern[],
  parts: readonly string[],
  test: (pattern: readonly Part[], parts: readonly string[]) => boolean,
): boolean {
  let matched = false;
  for (const pattern of patterns) {
    // What is already matched only a negated pattern can change, and the other way round.
    if (pattern.negated !== matched) continue;
    if ((pattern.negated ? matchPattern : test)(pattern.parts, parts)) matched = !pattern.negated;
  }
  return matched;
}

function matchPattern(pattern: readonly Part[], parts: readonly string[]): boolean {
  const depth = pattern.indexOf(anyDepth);
  if (depth !== -1) {
    const head = pattern.slice(0, depth);
    const tail = pattern.slice(depth + 1);
    for (let names = 0; names <= parts.length - pattern.length + 1; names += 1) {
      if (matchPattern([...head, ...Array.from({ length: names }, () => anyName), ...tail], parts)) return true;
    }
    return false;
  }
  if (pattern.length === 0) return parts.length === 0;
  const anchored = isRoot(pattern[0]);
  const first = !anchored && parts[0] === '/' ? 1 : 0;
  for (let offset = anchored ? 0 : parts.length - pattern.length; offset >= first; offset -= 1) {
    if (pattern.length + offset <= parts.length && matchesAt(pattern, parts, offset)) return true;
  }
  return false;
}

/** Whether the pattern's beginning matches the path, so that the rest could match below it. */
function matchPrefix(pattern: readonly Part[], parts: readonly string[]): boolean {
  if (!isRoot(pattern[0])) return true;
  const depth = pattern.indexOf(anyDepth);
  const visible = depth !== -1 && parts.length >= depth ? parts.slice(0, depth) : parts;
  return matchPattern(pattern.slice(0, Math.min(visible.length, pattern.length)), visible);
}

function isRoot(part: Part | undefined): boolean {
  return part !== undefined && part !== anyDepth && part.text === '/';
}

function matchesAt(pattern: readonly Part[], parts: readonly string[], offset: number): boolean {
  for (let index = pattern.length - 1; index >= 0; index -= 1) {
    const part = pattern[index];
    const name = parts[offset + index];
    if (part === undefined || part === anyDepth || name === undefined) return false;
    if (part.wildcard === undefined ? part.text !== name : !part.wildcard(name)) return false;
  }
  return true;
}
