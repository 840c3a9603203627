import {
  type DecodedField, decodeLinkTarget, decodeName, decodeText, isBase64, isId, isTimeText, nodeTypes, parseString,
} from './node-fields.ts';
import { type ExtraField, emptyNode, type Node, type VerbatimField, type Xattr } from './node.ts';
import { damagedJson, membersOf, parseJson, textOf } from './raw-json.ts';

/** A node under construction. */
type Draft = { -readonly [Key in keyof Node]: Node[Key] };

type FieldReader = (draft: Draft, json: string) => void;

const digits = /^(?:0|[1-9][0-9]{0,19})$/;
const maximumUint64 = (1n << 64n) - 1n;

/** How each known field is read, by its key. */
const readers: ReadonlyMap<string, FieldReader> = new Map<string, FieldReader>([
  ['name', (draft, json) => { draft.name = keep(draft, 'name', decodeName(json)); }],
  ['mode', (draft, json) => { draft.mode = uint32(json); }],
  ['mtime', (draft, json) => { draft.mtime = time(json); }],
  ['atime', (draft, json) => { draft.atime = time(json); }],
  ['ctime', (draft, json) => { draft.ctime = time(json); }],
  ['uid', (draft, json) => { draft.uid = uint32(json); }],
  ['gid', (draft, json) => { draft.gid = uint32(json); }],
  ['user', (draft, json) => { draft.user = keep(draft, 'user', decodeText(json)); }],
  ['group', (draft, json) => { draft.group = keep(draft, 'group', decodeText(json)); }],
  ['inode', (draft, json) => { draft.inode = uint64(json); }],
  ['device_id', (draft, json) => { draft.deviceId = uint64(json); }],
  ['size', (draft, json) => { draft.size = uint64(json); }],
  ['links', (draft, json) => { draft.links = uint64(json); }],
  ['linktarget', (draft, json) => { draft.linkTarget = keep(draft, 'linktarget', decodeLinkTarget(json)); }],
  ['extended_attributes', (draft, json) => { draft.xattrs = xattrs(json); }],
  ['generic_attributes', (draft, json) => { draft.genericAttributes = objectText(json); }],
  ['device', (draft, json) => { draft.device = uint64(json); }],
  ['content', (draft, json) => { draft.content = content(json); }],
  ['subtree', (draft, json) => { draft.subtree = id(parseString(json)); }],
]);

/** Fields whose `null` does not mean "absent", as it does for all others in Go. */
const keepsNull = new Set(['content']);

/**
 * Reads the JSON object in [start, end) as a node whatever its order, spaces and unknown fields (those are kept).
 * Returns undefined when its type is unknown or missing; throws `damaged` when a field has a wrong type.
 */
export function readGeneralNode(bytes: Uint8Array, start: number): Node | undefined {
  const draft: Draft = emptyNode(Buffer.alloc(0), 'irregular');
  const extra: ExtraField[] = [];
  let type: Node['type'] | undefined;
  let rawLinkTarget: Buffer | undefined;
  for (const member of membersOf(bytes, start)) {
    const json = textOf(bytes, member.start, member.end);
    const reader = readers.get(member.key);
    if (json === 'null' && !keepsNull.has(member.key) && reader !== undefined) {
      continue;
    }
    if (member.key === 'type') {
      type = nodeTypes.get(parseString(json));
    } else if (member.key === 'linktarget_raw') {
      rawLinkTarget = json === 'null' ? undefined : bytesOf(parseString(json));
    } else if (reader !== undefined) {
      reader(draft, json);
    } else {
      parseJson(bytes, member.start, member.end);
      extra.push({ key: member.key, json });
    }
  }
  if (type === undefined) {
    return undefined;
  }
  draft.type = type;
  if (rawLinkTarget !== undefined) {
    draft.linkTarget = rawLinkTarget;
    forget(draft, 'linktarget');
  }
  if (extra.length > 0) {
    draft.extra = extra;
  }
  return draft;
}

function keep<T>(draft: Draft, field: VerbatimField, decoded: DecodedField<T>): T {
  forget(draft, field);
  if (decoded.verbatim !== undefined) {
    draft.verbatim = { ...draft.verbatim, [field]: decoded.verbatim };
  }
  return decoded.value;
}

function forget(draft: Draft, field: VerbatimField): void {
  if (draft.verbatim !== undefined) {
    const { [field]: _, ...others } = draft.verbatim;
    if (Object.keys(others).length > 0) {
      draft.verbatim = others;
    } else {
      delete draft.verbatim;
    }
  }
}

function uint64(json: string): bigint {
  const value = digits.test(json) ? BigInt(json) : -1n;
  if (value < 0n || value > maximumUint64) {
    throw damagedJson('a number is out of range');
  }
  return value;
}

function uint32(json: string): number {
  const value = uint64(json);
  if (value > 0xffff_ffffn) {
    throw damagedJson('a number is out of range');
  }
  return Number(value);
}

function time(json: string): string {
  const text = parseString(json);
  if (!isTimeText(text)) {
    throw damagedJson('a time is not valid');
  }
  return text;
}

function id(text: string): string {
  if (!isId(text)) {
    throw damagedJson('an id is not valid');
  }
  return text;
}

function content(json: string): readonly string[] | null {
  if (json === 'null') {
    return null;
  }
  return arrayOf(json).map((element) => id(typeof element === 'string' ? element : ''));
}

function xattrs(json: string): Xattr[] {
  return arrayOf(json).map((element) => {
    const { name, value } = (typeof element === 'object' && element !== null ? element : {}) as Record<string, unknown>;
    if (typeof name !== 'string') {
      throw damagedJson('an extended attribute has no name');
    }
    if (value === null || value === undefined) {
      return { name, value: Buffer.alloc(0), nullValue: true };
    }
    return { name, value: bytesOf(value) };
  });
}

function arrayOf(json: string): unknown[] {
  const value = valueOf(json);
  if (!Array.isArray(value)) {
    throw damagedJson('a list is expected');
  }
  return value;
}

function objectText(json: string): string {
  const value = valueOf(json);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw damagedJson('an object is expected');
  }
  return json;
}

function valueOf(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw damagedJson('it is not valid JSON');
  }
}

function bytesOf(value: unknown): Buffer {
  if (typeof value !== 'string' || !isBase64(value)) {
    throw damagedJson('base64 is expected');
  }
  return Buffer.from(value, 'base64');
}
