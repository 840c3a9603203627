import { AppError } from '../../../shared/errors.ts';

/** One member of a JSON object: where its value starts and ends in the bytes. */
export interface RawMember {
  readonly key: string;
  readonly start: number;
  readonly end: number;
}

const maximumDepth = 100;
/** JSON text above this is not made a string of. */
export const maximumText = 256 * 1024 * 1024;

const quote = 0x22;
const backslash = 0x5c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const comma = 0x2c;
const colon = 0x3a;

/** The error of JSON that is not what it has to be; `what` completes "… is damaged: …". */
export function damagedJson(what: string): AppError {
  return new AppError('damaged', `Data in the repository is damaged: ${what}.`, {
    hint: 'Run a check of the repository.',
  });
}

/** The first position from `position` on that is not white space. */
export function skipSpace(bytes: Uint8Array, position: number): number {
  let i = position;
  for (let byte = bytes[i]; byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09; byte = bytes[i]) {
    i += 1;
  }
  return i;
}

/**
 * The exclusive end of the JSON value that starts at `start`, found by nesting and strings alone: what lies between
 * still has to be parsed. Throws `damaged` when it does not end, `hostile-data` when it nests absurdly deep.
 */
export function valueEnd(bytes: Uint8Array, start: number): number {
  const first = bytes[start];
  if (first === quote) {
    return stringEnd(bytes, start);
  }
  if (first !== openBrace && first !== openBracket) {
    return scalarEnd(bytes, start);
  }
  let depth = 0;
  for (let i = start; i < bytes.length; i += 1) {
    const byte = bytes[i];
    if (byte === quote) {
      i = stringEnd(bytes, i) - 1;
    } else if (byte === openBrace || byte === openBracket) {
      depth += 1;
      if (depth > maximumDepth) {
        throw new AppError('hostile-data', 'Data in the repository is nested too deeply.');
      }
    } else if (byte === closeBrace || byte === closeBracket) {
      depth -= 1;
      if (depth === 0) {
        return i + 1;
      }
    }
  }
  throw damagedJson('it ends too early');
}

/** Where a list of members or elements goes on: at the next one, or `done` behind the closing bracket. */
export interface ListPosition {
  readonly position: number;
  readonly done: boolean;
}

/** Enters the object or array that starts at `start`. */
export function enterList(bytes: Uint8Array, start: number, kind: 'object' | 'array'): ListPosition {
  const position = skipSpace(bytes, expectByte(bytes, start, kind === 'object' ? openBrace : openBracket));
  const done = bytes[position] === (kind === 'object' ? closeBrace : closeBracket);
  return { position: done ? position + 1 : position, done };
}

/** Goes on behind a member or element that ends at `end`. */
export function nextInList(bytes: Uint8Array, end: number, kind: 'object' | 'array'): ListPosition {
  const position = skipSpace(bytes, end);
  if (bytes[position] === (kind === 'object' ? closeBrace : closeBracket)) {
    return { position: position + 1, done: true };
  }
  return { position: skipSpace(bytes, expectByte(bytes, position, comma)), done: false };
}

/** The key of the member at `position`, and where its value starts. */
export function memberAt(bytes: Uint8Array, position: number): { readonly key: string; readonly start: number } {
  const end = bytes[position] === quote ? stringEnd(bytes, position) : expectByte(bytes, position, quote);
  const key = parseJson(bytes, position, end) as string;
  return { key, start: skipSpace(bytes, expectByte(bytes, skipSpace(bytes, end), colon)) };
}

/** The members of the JSON object at `start` in order; throws `damaged` when it is none. */
export function membersOf(bytes: Uint8Array, start: number): RawMember[] {
  const members: RawMember[] = [];
  let at = enterList(bytes, start, 'object');
  while (!at.done) {
    const member = memberAt(bytes, at.position);
    const end = valueEnd(bytes, member.start);
    members.push({ ...member, end });
    at = nextInList(bytes, end, 'object');
  }
  return members;
}

/** The value of the JSON text in [start, end); throws `damaged` when it is none. */
export function parseJson(bytes: Uint8Array, start: number, end: number): unknown {
  try {
    return JSON.parse(textOf(bytes, start, end));
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw damagedJson('it is not valid JSON');
    }
    throw error;
  }
}

/** The UTF-8 text of [start, end); throws `too-large` above 256 MiB. */
export function textOf(bytes: Uint8Array, start: number, end: number): string {
  if (end - start > maximumText) {
    throw new AppError('too-large', 'An entry in the repository is too large to be read.');
  }
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8');
}

function stringEnd(bytes: Uint8Array, start: number): number {
  for (let i = start + 1; i < bytes.length; i += 1) {
    const byte = bytes[i];
    if (byte === quote) {
      return i + 1;
    }
    if (byte === backslash) {
      i += 1;
    }
  }
  throw damagedJson('it ends too early');
}

function scalarEnd(bytes: Uint8Array, start: number): number {
  let i = start;
  while (i < bytes.length && !isDelimiter(bytes[i] ?? 0)) {
    i += 1;
  }
  if (i === start) {
    throw damagedJson('a value is missing');
  }
  return i;
}

function isDelimiter(byte: number): boolean {
  return byte === comma || byte === closeBrace || byte === closeBracket || byte === colon || byte <= 0x20;
}

function expectByte(bytes: Uint8Array, position: number, expected: number): number {
  if (bytes[position] !== expected) {
    throw damagedJson(position < bytes.length ? 'it is not valid JSON' : 'it ends too early');
  }
  return position + 1;
}
