import { AppError } from '../../../shared/errors.ts';
import { invalidByte, runeAt, runeLength } from './utf8.ts';

const plain = /^[ !#-[\]-~]*$/;
const printable = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;
const shortEscapes = new Map([
  [0x22, '\\"'], [0x5c, '\\\\'], [0x07, '\\a'], [0x08, '\\b'], [0x0c, '\\f'],
  [0x0a, '\\n'], [0x0d, '\\r'], [0x09, '\\t'], [0x0b, '\\v'],
]);
const shortMeanings = new Map([
  ['"', 0x22], ['\\', 0x5c], ['a', 0x07], ['b', 0x08], ['f', 0x0c], ['n', 0x0a], ['r', 0x0d], ['t', 0x09], ['v', 0x0b],
]);
const escape = /\\(?:(["\\abfnrtv])|x([0-9a-fA-F]{2})|([0-3][0-7]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/y;

/**
 * The bytes of a file name as Go's strconv.Quote writes them, without the outer quotes: printable text (categories L,
 * M, N, P, S and the space) as it is, everything else escaped, bytes that are no UTF-8 as \xNN. Source: format
 * section 10.1.
 */
export function quoteName(name: Uint8Array): string {
  const text = latin1(name);
  return plain.test(text) ? text : quoteSlowly(name);
}

/** The bytes of a quoted name (the inverse of {@link quoteName}, which also takes octal escapes); throws `damaged`. */
export function unquoteName(quoted: string): Buffer {
  if (quoted.includes('"') || quoted.includes('\n') || quoted.includes('\\')) {
    return unquoteSlowly(quoted);
  }
  return Buffer.from(quoted, 'utf8');
}

/** Whether Go prints a code point as it is. */
export function isPrintable(rune: number): boolean {
  return rune < 0x7f ? rune >= 0x20 : printable.test(String.fromCodePoint(rune));
}

function quoteSlowly(name: Uint8Array): string {
  let quoted = '';
  for (let i = 0; i < name.length; ) {
    const rune = runeAt(name, i);
    quoted += rune === invalidByte ? byteEscape(name[i] ?? 0) : quoteRune(rune);
    i += rune === invalidByte ? 1 : runeLength(rune);
  }
  return quoted;
}

function quoteRune(rune: number): string {
  const short = shortEscapes.get(rune);
  if (short !== undefined) {
    return short;
  }
  if (isPrintable(rune)) {
    return String.fromCodePoint(rune);
  }
  if (rune < 0x20 || rune === 0x7f) {
    return byteEscape(rune);
  }
  const hex = rune.toString(16);
  return rune < 0x1_0000 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}

function byteEscape(byte: number): string {
  return `\\x${byte.toString(16).padStart(2, '0')}`;
}

function unquoteSlowly(quoted: string): Buffer {
  const parts: Buffer[] = [];
  for (let i = 0; i < quoted.length; ) {
    if (quoted.charCodeAt(i) === 0x5c) {
      escape.lastIndex = i;
      const match = escape.exec(quoted);
      if (match === null) {
        throw damagedName(quoted);
      }
      parts.push(unescape(match, quoted));
      i = escape.lastIndex;
    } else {
      const next = quoted.indexOf('\\', i);
      const run = quoted.slice(i, next < 0 ? undefined : next);
      if (run.includes('"') || run.includes('\n')) {
        throw damagedName(quoted);
      }
      parts.push(Buffer.from(run, 'utf8'));
      i += run.length;
    }
  }
  return Buffer.concat(parts);
}

function unescape(match: RegExpExecArray, quoted: string): Buffer {
  const [, short, hex, octal, small, large] = match;
  if (short !== undefined) {
    return Buffer.of(shortMeanings.get(short) ?? 0);
  }
  if (hex !== undefined) {
    return Buffer.of(Number.parseInt(hex, 16));
  }
  if (octal !== undefined) {
    return Buffer.of(Number.parseInt(octal, 8));
  }
  const rune = Number.parseInt(small ?? large ?? '', 16);
  if (rune > 0x10_ffff || (rune >= 0xd800 && rune <= 0xdfff)) {
    throw damagedName(quoted);
  }
  return Buffer.from(String.fromCodePoint(rune), 'utf8');
}

function latin1(bytes: Uint8Array): string {
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return buffer.toString('latin1');
}

function damagedName(quoted: string): AppError {
  return new AppError('damaged', 'A file name in the repository is not quoted properly.', {
    context: { name: quoted.slice(0, 256) },
  });
}
