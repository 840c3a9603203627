import { invalidByte, runeAt, runeLength } from './utf8.ts';

/** Anything that may need escaping; the control characters are category Cc, lone surrogates are Cs. */
const special = /["\\<>&\p{Cc}\u2028\u2029\p{Cs}]/u;
const toEscape = new RegExp(special, 'gu');
const shortEscapes = new Map([
  ['"', '\\"'], ['\\', '\\\\'], ['\b', '\\b'], ['\f', '\\f'], ['\n', '\\n'], ['\r', '\\r'], ['\t', '\\t'],
]);
const loneSurrogate = '\\ufffd';

/**
 * A JSON string (with quotes) as Go's encoding/json writes it: also `<`, `>`, `&`, U+2028 and U+2029 escaped. A lone
 * surrogate, which no Go string can hold, becomes `\ufffd`. Source: format section 6.
 */
export function jsonString(text: string): string {
  return special.test(text) ? `"${text.replace(toEscape, escaped)}"` : `"${text}"`;
}

/** The same for bytes that should be UTF-8: each invalid byte becomes the six characters `\ufffd`. */
export function jsonStringOfBytes(bytes: Uint8Array): string {
  let json = '';
  let valid = 0;
  for (let i = 0; i < bytes.length; ) {
    const rune = runeAt(bytes, i);
    if (rune === invalidByte) {
      json += `${jsonString(utf8(bytes, valid, i)).slice(1, -1)}\\ufffd`;
      i += 1;
      valid = i;
    } else {
      i += runeLength(rune);
    }
  }
  return `"${json}${jsonString(utf8(bytes, valid, bytes.length)).slice(1)}`;
}

function escaped(character: string): string {
  const short = shortEscapes.get(character);
  if (short !== undefined) {
    return short;
  }
  const code = character.charCodeAt(0);
  if (code >= 0xd800 && code <= 0xdfff) {
    return loneSurrogate;
  }
  // Go leaves DEL and the C1 controls as they are.
  return code >= 0x7f && code <= 0x9f ? character : `\\u${code.toString(16).padStart(4, '0')}`;
}

function utf8(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8');
}
