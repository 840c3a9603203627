import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { joinNames, splitPath } from '../../../main/services/paths.ts';
import { Tokens } from '../../../main/services/tokens.ts';

const tokens = new Tokens(Buffer.alloc(32, 7));
const name = fc.uint8Array({ minLength: 1, maxLength: 30 })
  .map((bytes) => Buffer.from(bytes.map((byte) => (byte === 0x2f || byte === 0 ? 0x61 : byte))));

test('any path and any place come back byte for byte', () => {
  fc.assert(fc.property(fc.array(name, { minLength: 1, maxLength: 8 }), (names) => {
    const path = joinNames(names);
    expect(tokens.readPath(tokens.path(path)).equals(path)).toBe(true);
    expect(Buffer.concat(tokens.readPlace('plan', tokens.place('plan', names)))).toEqual(Buffer.concat(names));
    expect(splitPath(path)).toEqual(names);
  }));
});

test('nothing but an own token is accepted', () => {
  const good = tokens.path('/home/a');
  fc.assert(fc.property(fc.nat(good.length - 1), fc.constantFrom('A', 'b', '0', '.', '=', ' '), (at, letter) => {
    const forged = good.slice(0, at) + letter + good.slice(at + 1);
    if (forged === good) return;
    expect(() => tokens.readPath(forged)).toThrow(expect.objectContaining({ code: 'unauthorised' }));
  }));
  const others = [new Tokens(Buffer.alloc(32, 8)).path('/home/a'), tokens.place('plan', [Buffer.from('home')]), `${good}.x`];
  for (const foreign of others) expect(() => tokens.readPath(foreign)).toThrow(expect.objectContaining({ code: 'unauthorised' }));
  expect(() => tokens.readPlace('b', tokens.place('a', []))).toThrow(expect.objectContaining({ code: 'unauthorised' }));
});

test('what is too long to be shown is refused, not cut', () => {
  expect(() => tokens.path(`/${'x'.repeat(20_000)}`)).toThrow(expect.objectContaining({ code: 'too-large' }));
});
