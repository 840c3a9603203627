import { describe, expect, it } from 'vitest';
import { escapeName } from '../../../main/cli/io.ts';

describe('escapeName', () => {
  it('leaves printable names alone', () => {
    for (const name of ['plain', 'é中😀', 'a "quoted" \\ name', '\ufffd']) expect(escapeName(name)).toBe(name);
  });

  it.each<[Uint8Array | string, string]>([
    ['a\u001b[31mb', '"a\\x1b[31mb"'],
    ['a\nb\t"c"', '"a\\nb\\t\\"c\\""'],
    ['\u202egnp.exe', '"\\u202egnp.exe"'],
    [Buffer.from([0x62, 0xff, 0x61]), '"b\\xffa"'],
    ['\u{e0001}', '"\\U000e0001"'],
  ])('escapes %j', (name, escaped) => {
    expect(escapeName(name)).toBe(escaped);
  });
});
