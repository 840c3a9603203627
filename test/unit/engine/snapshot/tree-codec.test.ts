import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../../shared/errors.ts';
import { emptyNode, type Node, type NodeType, noTime } from '../../../../main/engine/snapshot/node.ts';
import { nodeNameProblem } from '../../../../main/engine/snapshot/node-name.ts';
import {
  decodeTree, emptyTree, emptyTreeId, encodeNode, encodeTree, treeOf, type TreeProblem,
} from '../../../../main/engine/snapshot/tree-codec.ts';
import { dataId, file, folder, link } from './helpers.ts';

const goldenTrees = new URL('../../../fixtures/golden-v2/trees/', import.meta.url);

function decode(json: string): Node[] {
  return [...decodeTree(Buffer.from(json))];
}

function one(json: string): Node {
  return decode(`{"nodes":[${json}]}`)[0] ?? emptyNode(Buffer.alloc(0), 'irregular');
}

function problemsOf(json: string): TreeProblem[] {
  const problems: TreeProblem[] = [];
  for (const node of decodeTree(Buffer.from(json), { onProblem: (problem) => problems.push(problem) })) {
    expect(node.type).not.toBe('');
  }
  return problems;
}

/** How decoding ends: 'decoded', or the code of the error. */
function outcome(bytes: Uint8Array): string {
  try {
    return Array.from(decodeTree(bytes)).length >= 0 ? 'decoded' : '';
  } catch (error) {
    return error instanceof AppError ? error.code : String(error);
  }
}

const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const uint32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const id = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('hex'));
const text = fc.string({ unit: 'grapheme', maxLength: 12 });
const someBytes = fc.uint8Array({ minLength: 1, maxLength: 30 }).map((array) => Buffer.from(array));
const someText = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).map((text) => Buffer.from(text));
const name = fc.oneof(someBytes, someText)
  .filter((bytes) => bytes.length > 0 && nodeNameProblem(bytes) === undefined);
const time = fc.constantFrom(
  noTime, '2024-01-15T03:00:00+01:00', '1969-01-01T01:00:00.5Z', '2024-07-15T03:00:00.123456789-03:30');
const xattr = fc.record({ name: text, value: fc.uint8Array({ maxLength: 9 }).map((array) => Buffer.from(array)) });
const node = fc.record<Node>({
  name,
  type: fc.constantFrom<NodeType>('file', 'dir', 'symlink', 'dev', 'chardev', 'fifo', 'socket'),
  mode: uint32, mtime: time, atime: time, ctime: time, uid: uint32, gid: uint32, user: text, group: text,
  inode: uint64, deviceId: uint64, size: uint64, links: uint64, device: uint64,
  linkTarget: fc.option(someBytes, { nil: undefined }),
  xattrs: fc.array(xattr, { maxLength: 3 }),
  genericAttributes: fc.constantFrom(undefined, '{"windows.file_attributes":32}', '{"x":{"y":"}é\\""}}'),
  content: fc.array(id, { maxLength: 4 }),
  subtree: fc.option(id, { nil: undefined }),
}).map((draft): Node => ({
  ...draft,
  content: draft.type === 'file' ? draft.content : null,
  subtree: draft.type === 'dir' ? (draft.subtree ?? emptyTreeId) : undefined,
}));

describe('golden trees', () => {
  const names = readdirSync(goldenTrees);

  it('are all there', () => {
    expect(names.length).toBe(16);
  });

  it.each(names)('%s decodes and encodes to the same bytes', (name) => {
    const bytes = readFileSync(new URL(name, goldenTrees));
    const nodes = [...decodeTree(bytes)];
    expect(encodeTree(nodes)).toEqual(bytes);
    expect(createHash('sha256').update(encodeTree(nodes)).digest('hex')).toBe(name.replace('.json', ''));
    // The same through the general parser, which spaces lead to.
    const spaced = bytes.toString('latin1').replaceAll('{"name":', '{ "name" :').replaceAll(',"mtime"', ' ,\n"mtime"');
    expect([...decodeTree(Buffer.from(spaced, 'latin1'))]).toEqual(nodes);
  });
});

describe('encodeTree', () => {
  it('knows the empty tree', () => {
    expect(encodeTree([]).toString()).toBe(emptyTree);
    expect(createHash('sha256').update(treeOf([])).digest('hex')).toBe(emptyTreeId);
  });

  it('writes fields in order and leaves out what is empty', () => {
    expect(encodeNode(file('a', 'x', { user: 'root' }))).toBe(
      `{"name":"a","type":"file","mode":420,"mtime":"${noTime}","atime":"${noTime}","ctime":"${noTime}",`
      + `"uid":0,"gid":0,"user":"root","size":1,"links":1,"content":["${dataId('x')}"]}`);
    expect(encodeNode(folder('d', emptyTreeId))).toContain('"mode":2147484141,');
    expect(encodeNode(folder('d', emptyTreeId))).toContain(`"content":null,"subtree":"${emptyTreeId}"}`);
    expect(encodeNode(link('l', 'a<b'))).toContain('"linktarget":"a\\u003cb","content":null}');
    expect(encodeNode({ ...link('l', ''), linkTarget: Buffer.from([0xff]) }))
      .toContain('"linktarget":"\\ufffd","linktarget_raw":"/w==","content"');
  });

  it('refuses entries out of order', () => {
    expect(() => encodeTree([file('b', ''), file('a', '')])).toThrow(expect.objectContaining({ code: 'internal' }));
    expect(() => encodeTree([file('a', ''), file('a', '')])).toThrow(expect.objectContaining({ code: 'internal' }));
  });

  it('orders by bytes, where UTF-16 would differ', () => {
    expect(() => encodeTree([file('\uffee', ''), file('\u{1f600}', '')])).not.toThrow();
  });

  it('is undone by decodeTree for any nodes', () => {
    const anyNodes = fc.uniqueArray(node, { maxLength: 6, selector: ({ name }) => name.toString('latin1') });
    fc.assert(fc.property(anyNodes, (nodes) => {
      const sorted = nodes.toSorted((a, b) => Buffer.compare(a.name, b.name));
      const bytes = encodeTree(sorted);
      expect([...decodeTree(bytes)]).toEqual(sorted);
      const spaced = Buffer.from(bytes.toString().replaceAll('{"name":', '{ "name":'));
      expect([...decodeTree(spaced)]).toEqual(sorted);
    }), { numRuns: 500 });
  });

  it('streams trees of any size through small windows', () => {
    const long = { content: Array.from({ length: 3000 }, () => dataId('z')) };
    const nodes = Array.from({ length: 5000 }, (_, i) =>
      file(`entry-${String(i).padStart(6, '0')}`, String(i), i % 1000 === 7 ? long : {}));
    const bytes = encodeTree(nodes);
    let count = 0;
    for (const decoded of decodeTree(bytes)) {
      expect(decoded.name).toEqual(nodes[count]?.name);
      expect(decoded.content?.length).toBe(nodes[count]?.content?.length);
      count += 1;
    }
    expect(count).toBe(5000);
    expect(encodeTree([...decodeTree(bytes)])).toEqual(bytes);
  });
});

describe('decodeTree', () => {
  const start = '"name":"a","type":"file"';

  it('keeps numbers above 2^53 exact', () => {
    const decoded = one(`{${start},"inode":18446744073709551615,"size":9007199254740993,"content":[]}`);
    expect([decoded.inode, decoded.size]).toEqual([18446744073709551615n, 9007199254740993n]);
  });

  it('takes any order, spaces and unknown fields, which it keeps', () => {
    const json = '{ "future" : {"a":[1.50,"}"]}, "content":[ ], '
      + '"type":"file", "name" : "a" , "big":12345678901234567890 }';
    const decoded = one(json);
    expect(decoded.extra).toEqual([
      { key: 'future', json: '{"a":[1.50,"}"]}' }, { key: 'big', json: '12345678901234567890' }]);
    expect(encodeNode(decoded)).toContain('"content":[],"future":{"a":[1.50,"}"]},"big":12345678901234567890}');
    expect(decode(` { "x":[1,{"nodes":2}], "nodes" : [ {${start},"content":[]} ] , "y":null } \n`)).toHaveLength(1);
    expect(decode('{"nodes":null}')).toEqual([]);
  });

  it('re-encodes what other encoders wrote differently', () => {
    for (const field of [
      '"linktarget":"bad-\\ufffd-utf8"', '"linktarget":"\\u0008\\u000c"', '"linktarget":"\ufffd"', '"user":"a\\u0008"',
    ]) {
      const [key, json = ''] = field.split(/:(.*)/s);
      const decoded = one(`{"name":"l","type":"symlink",${field},"content":null}`);
      expect(encodeNode(decoded)).toContain(`${key}:${json}`);
    }
    // A code point that an older table calls unprintable.
    const name = '{"name":"\\\\u00e9","type":"fifo"';
    const decoded = one(`${name}}`);
    expect(decoded.name.toString()).toBe('é');
    expect(encodeNode(decoded).startsWith(name)).toBe(true);
  });

  it('prefers the raw link target', () => {
    const decoded = one('{"name":"l","type":"symlink","linktarget":"\\ufffd","linktarget_raw":"/w==","content":null}');
    expect(decoded.linkTarget).toEqual(Buffer.from([0xff]));
    expect(decoded.verbatim?.linktarget).toBeUndefined();
  });

  it('remembers null attribute values', () => {
    const json = '"extended_attributes":[{"name":"user.a","value":null},{"name":"user.b","value":""}]';
    expect(encodeNode(one(`{${start},${json},"content":[]}`))).toContain(json);
  });

  it.each([
    ['', ''], ['nothing', ' '], ['an array', '[]'], ['no nodes', '{}'], ['nodes of a wrong type', '{"nodes":5}'],
    ['cut short', '{"nodes":['], ['cut in a node', `{"nodes":[{${start}`], ['cut in a string', '{"nodes":[{"name":"a'],
    ['cut behind a backslash', '{"nodes":[{"name":"a\\'],
    ['text behind it', '{"nodes":[]}x'], ['two commas', `{"nodes":[{${start}},,]}`],
    ['a trailing comma', `{"nodes":[{${start},"content":[]},]}`], ['no comma', `{"nodes":[{${start}}{${start}}]}`],
    ['a number as node', '{"nodes":[1]}'], ['null as node', '{"nodes":[null]}'],
    ['a wrong bracket', `{"nodes":[{${start},"x":[}]}`], ['a wrong name', '{"nodes":[{"name":5,"type":"file"}]}'],
    ['a broken escape', '{"nodes":[{"name":"\\\\q","type":"file"}]}'],
    ['a wrong escape', '{"nodes":[{"name":"\\q","type":"file"}]}'],
    ['a negative number', `{"nodes":[{${start},"size":-1}]}`], ['a fraction', `{"nodes":[{${start},"size":1.5}]}`],
    ['an exponent', `{"nodes":[{${start},"size":1e3}]}`], ['a leading zero', `{"nodes":[{${start},"size":01}]}`],
    ['2^64', `{"nodes":[{${start},"size":18446744073709551616}]}`],
    ['a long number', `{"nodes":[{${start},"size":${'9'.repeat(99)}}]}`],
    ['a uid above 32 bits', `{"nodes":[{${start},"uid":4294967296}]}`],
    ['a mode above 32 bits', `{"nodes":[{${start},"mode":4294967296}]}`],
    ['a size as text', `{"nodes":[{${start},"size":"1"}]}`],
    ['a broken time', `{"nodes":[{${start},"mtime":"yesterday"}]}`],
    ['a short id', `{"nodes":[{${start},"content":["abcd"]}]}`],
    ['a number as id', `{"nodes":[{${start},"content":[1]}]}`],
    ['content that is no list', `{"nodes":[{${start},"content":{}}]}`],
    ['a broken subtree', '{"nodes":[{"name":"a","type":"dir","subtree":"x"}]}'],
    ['broken base64', '{"nodes":[{"name":"a","type":"symlink","linktarget_raw":"***"}]}'],
    ['attributes of a wrong type', `{"nodes":[{${start},"extended_attributes":[5]}]}`],
    ['generic attributes of a wrong type', `{"nodes":[{${start},"generic_attributes":[]}]}`],
    ['a broken unknown field', `{"nodes":[{${start},"x":bad}]}`], ['a missing value', `{"nodes":[{${start},"x":}]}`],
  ])('refuses %s', (_, json) => {
    expect(() => decode(json)).toThrow(expect.objectContaining({ code: 'damaged' }));
  });

  it('refuses absurd nesting', () => {
    const deep = `{"nodes":[{${start},"x":${'['.repeat(200_000)}${']'.repeat(200_000)}}]}`;
    expect(() => decode(deep)).toThrow(expect.objectContaining({ code: 'hostile-data' }));
  });

  const hostileNames = ['', '.', '..', 'a/b', '/', '../x', 'a\\\\x00b', 'n'.repeat(5000)];

  it.each(hostileNames)('refuses the name %j, or reports it', (name) => {
    const json = `{"nodes":[{"name":"${name}","type":"file","content":[]}]}`;
    expect(() => decode(json)).toThrow(expect.objectContaining({ code: 'hostile-data' }));
    expect(problemsOf(json)).toMatchObject([{ code: 'hostile-data', index: 0 }]);
  });

  it('refuses duplicates and disorder, or reports them', () => {
    const named = (name: string) => `{"name":"${name}","type":"fifo"}`;
    for (const names of [['a', 'a'], ['b', 'a'], ['\u{1f600}', '\uffee']]) {
      const json = `{"nodes":[${names.map(named).join(',')}]}`;
      expect(() => decode(json)).toThrow(expect.objectContaining({ code: 'hostile-data' }));
      expect(problemsOf(json)).toMatchObject([{ code: 'hostile-data', index: 1 }]);
    }
  });

  it('refuses entries without type or content, or reports them and goes on', () => {
    const json = `{"nodes":[{"name":"a","type":"wormhole"},{"name":"b"},{"name":"c","type":"file","content":null},`
      + `{"name":"d","type":"dir"},{"name":"e","type":"file","content":["${'0'.repeat(64)}"]},`
      + `{"name":"f","type":"file","content":[]}]}`;
    expect(() => decode(json)).toThrow(expect.objectContaining({ code: 'damaged' }));
    const problems = problemsOf(json);
    expect(problems.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4]);
    expect(new Set(problems.map(({ code }) => code))).toEqual(new Set(['damaged']));
  });

  it('never fails in another way on damaged bytes', () => {
    const golden = readFileSync(new URL(readdirSync(goldenTrees).toSorted()[0] ?? '', goldenTrees));
    fc.assert(fc.property(fc.nat(golden.length - 1), fc.nat(255), fc.boolean(), (at, byte, cut) => {
      const bytes = cut ? golden.subarray(0, at) : Buffer.from(golden);
      if (!cut) {
        bytes[at] = byte;
      }
      expect(outcome(bytes)).toMatch(/^(decoded|damaged|hostile-data)$/);
    }), { numRuns: 2000 });
  });
});

describe('nodeNameProblem', () => {
  it('allows what the system allows', () => {
    for (const name of ['a', '...', '.a', 'a\\b', 'con', 'C:', ' ', '\n']) {
      expect(nodeNameProblem(Buffer.from(name), 'linux')).toBeUndefined();
    }
    expect(nodeNameProblem(Buffer.from([0xff, 0xfe]))).toBeUndefined();
  });

  it('refuses more on Windows', () => {
    for (const name of ['a\\b', 'C:', 'a:stream', 'con', 'NUL.txt', 'a ', 'a.', 'a?', '\u0001', 'lpt1']) {
      expect(nodeNameProblem(Buffer.from(name), 'win32')).toBeDefined();
    }
    expect(nodeNameProblem(Buffer.from('console.log'), 'win32')).toBeUndefined();
  });
});
