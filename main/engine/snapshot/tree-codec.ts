import { AppError } from '../../../shared/errors.ts';
import { CanonicalNodeParser } from './canonical-node.ts';
import { readGeneralNode } from './general-node.ts';
import { jsonStringOfBytes, jsonString } from './go-json.ts';
import { nameJson } from './node-fields.ts';
import { nodeNameProblem } from './node-name.ts';
import type { Node } from './node.ts';
import { damagedJson, enterList, maximumText, memberAt, nextInList, skipSpace, textOf, valueEnd } from './raw-json.ts';

export { nodeNameProblem } from './node-name.ts';

/** The plaintext of a tree without entries. */
export const emptyTree = '{"nodes":[]}\n';
/** The id of {@link emptyTree}. */
export const emptyTreeId = 'ac08ce34ba4f8123618661bef2425f7028ffb9ac740578a3ee88684d2523fee8';

/** Something wrong with an entry of a tree: what, and which entry (counted from 0; its name as far as it is known). */
export interface TreeProblem {
  readonly code: 'damaged' | 'hostile-data';
  readonly message: string;
  readonly index: number;
  readonly name: Buffer;
}

/** What decoding does about entries that a tree must not have (format section 10). */
export interface DecodeTreeOptions {
  /**
   * Called for names, orders, types and missing parts that a tree must not have; decoding then goes on (nodes of
   * an unknown type are left out, all others are yielded). Without it such a problem is thrown as an AppError.
   */
  readonly onProblem?: (problem: TreeProblem) => void;
}

const nullId = '0'.repeat(64);
/** Text made of this many bytes at a time. */
const windowSize = 64 * 1024;
const encodeBatch = 256 * 1024;
/** A sealed blob must stay below 4 GiB. */
const maximumTreeSize = 2 ** 32 - 2 ** 20;
const comma = 0x2c;
const openBrace = 0x7b;

/** The JSON text of one node; encoded as UTF-8 it is byte for byte what restic writes. Source: format section 10.2. */
export function encodeNode(node: Node): string {
  const { verbatim } = node;
  let json = `{"name":${verbatim?.name ?? nameJson(node.name)},"type":"${node.type}"`;
  if (node.mode !== 0) {
    json += `,"mode":${node.mode >>> 0}`;
  }
  json += `,"mtime":"${node.mtime}","atime":"${node.atime}","ctime":"${node.ctime}"`;
  json += `,"uid":${node.uid},"gid":${node.gid}`;
  if (node.user !== '') {
    json += `,"user":${verbatim?.user ?? jsonString(node.user)}`;
  }
  if (node.group !== '') {
    json += `,"group":${verbatim?.group ?? jsonString(node.group)}`;
  }
  json += numberField('inode', node.inode) + numberField('device_id', node.deviceId);
  json += numberField('size', node.size) + numberField('links', node.links);
  if (node.linkTarget !== undefined && node.linkTarget.length > 0) {
    json += linkTargetFields(node.linkTarget, verbatim?.linktarget);
  }
  if (node.xattrs.length > 0) {
    json += `,"extended_attributes":[${node.xattrs.map(xattrJson).join(',')}]`;
  }
  if (node.genericAttributes !== undefined) {
    json += `,"generic_attributes":${node.genericAttributes}`;
  }
  json += numberField('device', node.device);
  json += `,"content":${contentJson(node.content)}`;
  if (node.subtree !== undefined) {
    json += `,"subtree":"${node.subtree}"`;
  }
  for (const field of node.extra ?? []) {
    json += `,${jsonString(field.key)}:${field.json}`;
  }
  return `${json}}`;
}

/** The tree blob of nodes sorted by name bytes; throws `internal` when they are not, `too-large` near 4 GiB. */
export function encodeTree(nodes: readonly Node[]): Buffer {
  for (let i = 1; i < nodes.length; i += 1) {
    const [previous, node] = [nodes[i - 1], nodes[i]];
    if (previous !== undefined && node !== undefined && Buffer.compare(previous.name, node.name) >= 0) {
      throw new AppError('internal', 'The entries of a folder are not in order.');
    }
  }
  return treeOf(encodeAll(nodes));
}

function* encodeAll(nodes: readonly Node[]): Generator<string> {
  for (const node of nodes) {
    yield encodeNode(node);
  }
}

/** The tree blob made of the texts of nodes (see {@link encodeNode}) in name order; throws `too-large` near 4 GiB. */
export function treeOf(encodedNodes: Iterable<string>): Buffer {
  const parts: Buffer[] = [];
  let size = 0;
  let batch = '{"nodes":[';
  let separator = '';
  for (const node of encodedNodes) {
    batch += separator + node;
    separator = ',';
    if (batch.length >= encodeBatch) {
      const part = Buffer.from(batch, 'utf8');
      parts.push(part);
      size += part.length;
      batch = '';
      if (size > maximumTreeSize) {
        throw new AppError('too-large', 'A folder has too many entries for the repository format.', {
          hint: 'Distribute its entries over several folders, or exclude it.',
        });
      }
    }
  }
  parts.push(Buffer.from(`${batch}]}\n`, 'utf8'));
  return parts.length === 1 ? (parts[0] ?? Buffer.alloc(0)) : Buffer.concat(parts);
}

/**
 * Decodes a tree blob node by node in the order it has, never making one string or array of all of it; unknown members
 * beside `nodes` are left out. Throws `damaged` for what is no tree (syntax, wrong types, numbers out of range),
 * `hostile-data` for absurd nesting; for entries a tree must not have see {@link DecodeTreeOptions}.
 */
export function* decodeTree(bytes: Uint8Array, options: DecodeTreeOptions = {}): Generator<Node, void> {
  const report = options.onProblem ?? throwProblem;
  let found = false;
  let at = enterList(bytes, skipSpace(bytes, 0), 'object');
  while (!at.done) {
    const member = memberAt(bytes, at.position);
    let end = -1;
    if (member.key === 'nodes' && bytes[member.start] !== 0x6e) {
      end = yield* decodeNodes(bytes, member.start, report);
    } else {
      end = valueEnd(bytes, member.start);
      if (member.key === 'nodes' && textOf(bytes, member.start, end) !== 'null') {
        throw damagedJson('a tree has no list of entries');
      }
    }
    found ||= member.key === 'nodes';
    at = nextInList(bytes, end, 'object');
  }
  if (!found) {
    throw damagedJson('a tree has no list of entries');
  }
  if (skipSpace(bytes, at.position) !== bytes.length) {
    throw damagedJson('a tree has something behind its end');
  }
}

function* decodeNodes(
  bytes: Uint8Array, start: number, report: (problem: TreeProblem) => void,
): Generator<Node, number> {
  const reader = new NodeReader(bytes);
  let previous: Buffer | undefined;
  let at = enterList(bytes, start, 'array');
  for (let index = 0; !at.done; index += 1) {
    const node = reader.read(at.position);
    if (node === undefined) {
      report({ code: 'damaged', message: 'An entry has no known type.', index, name: Buffer.alloc(0) });
    } else {
      reportProblems(node, previous, index, report);
      previous = node.name;
      yield node;
    }
    const { end } = reader;
    at = bytes[end] === comma && bytes[end + 1] === openBrace
      ? { position: end + 1, done: false }
      : nextInList(bytes, end, 'array');
  }
  return at.position;
}

/** Reads nodes at positions of a tree blob, through a window of text that moves along. */
class NodeReader {
  readonly #bytes: Buffer;
  #parser = new CanonicalNodeParser('');
  #windowStart = 0;
  #windowEnd = 0;
  /** Where the node last read ends. */
  end = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  read(start: number): Node | undefined {
    if (this.#windowEnd - start > 0 && start >= this.#windowStart) {
      const node = this.#readCanonical(start);
      if (node !== undefined) {
        return node;
      }
    }
    const end = valueEnd(this.#bytes, start);
    if (end > this.#windowEnd && end - start <= maximumText) {
      this.#moveWindow(start, Math.max(end, start + windowSize));
      const node = this.#readCanonical(start);
      if (node !== undefined) {
        return node;
      }
    }
    this.end = end;
    return readGeneralNode(this.#bytes, start);
  }

  #readCanonical(start: number): Node | undefined {
    const node = this.#parser.read(start - this.#windowStart);
    if (node !== undefined) {
      this.end = this.#windowStart + this.#parser.end;
    }
    return node;
  }

  #moveWindow(start: number, end: number): void {
    this.#windowStart = start;
    this.#windowEnd = Math.min(end, this.#bytes.length);
    this.#parser = new CanonicalNodeParser(this.#bytes.toString('latin1', start, this.#windowEnd));
  }
}

function reportProblems(
  node: Node, previous: Buffer | undefined, index: number, report: (problem: TreeProblem) => void,
): void {
  const { name } = node;
  const nameProblem = nodeNameProblem(name);
  if (nameProblem !== undefined) {
    report({ code: 'hostile-data', message: nameProblem, index, name });
  }
  const order = previous === undefined ? -1 : Buffer.compare(previous, name);
  if (order >= 0) {
    const message = order === 0 ? 'Two entries have the same name.' : 'The entries are not in order.';
    report({ code: 'hostile-data', message, index, name });
  }
  const missing = missingPart(node);
  if (missing !== undefined) {
    report({ code: 'damaged', message: missing, index, name });
  }
}

function missingPart(node: Node): string | undefined {
  if (node.type === 'dir') {
    return node.subtree === undefined || node.subtree === nullId ? 'A folder has no content recorded.' : undefined;
  }
  if (node.type === 'file') {
    return node.content === null || node.content.includes(nullId) ? 'A file has no content recorded.' : undefined;
  }
  return undefined;
}

function throwProblem(problem: TreeProblem): never {
  throw new AppError(problem.code, `A folder in the repository is not valid: ${problem.message}`, {
    hint: 'Run a check of the repository.',
    context: { name: problem.name.toString('utf8').slice(0, 256), index: problem.index },
  });
}

function numberField(key: string, value: bigint): string {
  return value === 0n ? '' : `,"${key}":${value}`;
}

function linkTargetFields(target: Buffer, verbatim: string | undefined): string {
  if (verbatim !== undefined) {
    return `,"linktarget":${verbatim}`;
  }
  const json = `,"linktarget":${jsonStringOfBytes(target)}`;
  return Buffer.from(target.toString('utf8'), 'utf8').equals(target)
    ? json
    : `${json},"linktarget_raw":"${target.toString('base64')}"`;
}

function xattrJson(xattr: Node['xattrs'][number]): string {
  const value = xattr.nullValue === true ? 'null' : `"${xattr.value.toString('base64')}"`;
  return `{"name":${jsonString(xattr.name)},"value":${value}}`;
}

function contentJson(content: readonly string[] | null): string {
  if (content === null) {
    return 'null';
  }
  return content.length === 0 ? '[]' : `["${content.join('","')}"]`;
}
