import { jsonString, jsonStringOfBytes } from './go-json.ts';
import { quoteName, unquoteName } from './go-quote.ts';
import type { NodeType } from './node.ts';
import { damagedJson } from './raw-json.ts';

/** RFC 3339 as the format writes it; what looks like it but is no date is found when the time is parsed. */
const timeShape = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;
const idShape = /^[0-9a-f]{64}$/;
const base64Characters = /^[A-Za-z0-9+/]*={0,2}$/;
const plainName = /^[ !#-%'-;=?-[\]-~]*$/;

/** The node types by their names. */
export const nodeTypes: ReadonlyMap<string, NodeType> = new Map(
  (['file', 'dir', 'symlink', 'dev', 'chardev', 'fifo', 'socket', 'irregular'] as const).map((type) => [type, type]));

/** Whether a text has the shape of a time in a tree. */
export function isTimeText(text: string): boolean {
  return timeShape.test(text);
}

/** Whether a text is an id: 64 lower-case hex digits. */
export function isId(text: string): boolean {
  return idShape.test(text);
}

/** Whether a text is base64 with padding. */
export function isBase64(text: string): boolean {
  return text.length % 4 === 0 && base64Characters.test(text);
}

/** Whether a text, one character a byte, is the same as name, quoted name and inside of a JSON string. */
export function isPlainName(latin1: string): boolean {
  return plainName.test(latin1);
}

/** The JSON string of a file name: quoted, then escaped. */
export function nameJson(name: Buffer): string {
  const text = name.toString('latin1');
  return plainName.test(text) ? `"${text}"` : jsonString(quoteName(name));
}

/** A decoded field and, when it would be written differently, the JSON it came as. */
export interface DecodedField<T> {
  readonly value: T;
  readonly verbatim: string | undefined;
}

/** Decodes the JSON string of a file name. */
export function decodeName(json: string): DecodedField<Buffer> {
  const value = unquoteName(parseString(json));
  return { value, verbatim: nameJson(value) === json ? undefined : json };
}

/** Decodes the JSON string of a text field. */
export function decodeText(json: string): DecodedField<string> {
  const value = parseString(json);
  return { value, verbatim: jsonString(value) === json ? undefined : json };
}

/** Decodes the JSON string of a link target that has no raw form beside it. */
export function decodeLinkTarget(json: string): DecodedField<Buffer> {
  const value = Buffer.from(parseString(json), 'utf8');
  return { value, verbatim: jsonStringOfBytes(value) === json ? undefined : json };
}

/** The string of a JSON string; throws `damaged` when it is none. */
export function parseString(json: string): string {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw damagedJson('a string is not valid');
  }
  if (typeof value !== 'string') {
    throw damagedJson('a string is expected');
  }
  return value;
}
