import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonString, jsonStringOfBytes } from '../../../../main/engine/snapshot/go-json.ts';
import { isPrintable, quoteName, unquoteName } from '../../../../main/engine/snapshot/go-quote.ts';
import { nameJson } from '../../../../main/engine/snapshot/node-fields.ts';

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array)),
  fc.string({ unit: 'binary', maxLength: 20 }).map((text) => Buffer.from(text)),
  fc.string({ unit: 'grapheme', maxLength: 20 }).map((text) => Buffer.from(text)),
);

describe('quoteName', () => {
  it.each([
    ['a"b\\c', 'a\\"b\\\\c'], ['a\u00a0b', 'a\\u00a0b'], ['\u200b', '\\u200b'], ['\u{e0001}', '\\U000e0001'],
    ['é中😀', 'é中😀'], ['\x01\x7f', '\\x01\\x7f'], ['\x07\b\f\n\r\t\v', '\\a\\b\\f\\n\\r\\t\\v'],
    ['\u2028\ufeff\ue000', '\\u2028\\ufeff\\ue000'], ['a b\'`<>&', 'a b\'`<>&'], ['', ''], ['\ufffd', '\ufffd'],
  ])('quotes %j', (name, quoted) => {
    expect(quoteName(Buffer.from(name))).toBe(quoted);
    expect(unquoteName(quoted)).toEqual(Buffer.from(name));
  });

  it('escapes bytes that are no UTF-8 one by one', () => {
    for (const hex of ['62ff61', 'c080', 'eda080', 'f4908080', 'e282', 'f09f98', 'c3', '80', 'e0809f', 'f0808080']) {
      const name = Buffer.from(hex, 'hex');
      const escape = (character: string) => `\\x${character.charCodeAt(0).toString(16)}`;
      const expected = name.toString('latin1').replace(/[\x80-\xff]/g, escape);
      expect(quoteName(name)).toBe(expected);
      expect(unquoteName(quoteName(name))).toEqual(name);
    }
  });

  it('is undone by unquoteName for any bytes', () => {
    fc.assert(fc.property(bytes, (name) => {
      expect(unquoteName(quoteName(name))).toEqual(name);
    }), { numRuns: 2000 });
  });

  it('takes octal escapes, and refuses what Go refuses', () => {
    expect(unquoteName('a\\101\\377')).toEqual(Buffer.from([0x61, 0x41, 0xff]));
    for (const text of [
      '\\', '\\q', '\\\'', '\\x1', '\\400', '\\8', '\\u12', '\\ud800', '\\U00110000', 'a"b', 'a\nb',
    ]) {
      expect(() => unquoteName(text)).toThrow(expect.objectContaining({ code: 'damaged' }));
    }
  });

  it('prints the categories L, M, N, P, S and the space, nothing else', () => {
    const printable = /^[\p{L}\p{M}\p{N}\p{P}\p{S}]$/u;
    const hidden = /^[\p{Z}\p{C}]$/u;
    const count = 0x3000 + Math.floor(0x10_d000 / 37);
    const runes = Array.from({ length: count }, (_, i) => (i < 0x3000 ? i : 0x3000 + (i - 0x3000) * 37))
      .filter((rune) => rune < 0xd800 || rune > 0xdfff);
    const characters = runes.map((rune) => String.fromCodePoint(rune));
    const expected = runes.filter((rune, i) => rune === 0x20 || printable.test(characters[i] ?? ''));
    expect(runes.filter(isPrintable)).toEqual(expected);
    expect(runes.filter((rune, i) => rune === 0x20 || !hidden.test(characters[i] ?? ''))).toEqual(expected);
    const unchanged = runes.filter((_, i) => quoteName(Buffer.from(characters[i] ?? '')) === characters[i]);
    expect(unchanged).toEqual(expected.filter((rune) => rune !== 0x22 && rune !== 0x5c));
    expect(expected.length).toBeGreaterThan(8000);
  });
});

describe('jsonString', () => {
  it('escapes as Go does', () => {
    expect(jsonString('a"\\/\b\f\n\r\t\x01\x1f\x7f\x85<>&\u2028\u2029é😀\ufffd'))
      .toBe('"a\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\x85\\u003c\\u003e\\u0026\\u2028\\u2029é😀\ufffd"');
    expect(jsonString('\ud800x\udc00')).toBe('"\\ufffdx\\ufffd"');
  });

  it('is read back by JSON.parse', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(JSON.parse(jsonString(text))).toBe(text);
    }), { numRuns: 1000 });
  });

  it('tells invalid bytes from a genuine replacement character', () => {
    expect(jsonStringOfBytes(Buffer.from([0x61, 0xff, 0xe2, 0x82, 0x3c]))).toBe('"a\\ufffd\\ufffd\\ufffd\\u003c"');
    expect(jsonStringOfBytes(Buffer.from('\ufffd'))).toBe('"\ufffd"');
  });

  it('escapes names twice', () => {
    expect(nameJson(Buffer.from('q"\\<b>\n'))).toBe('"q\\\\\\"\\\\\\\\\\u003cb\\u003e\\\\n"');
  });
});
