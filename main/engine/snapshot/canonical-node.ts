import {
  type DecodedField, decodeLinkTarget, decodeName, decodeText, isBase64, isId, isPlainName, isTimeText, nodeTypes,
} from './node-fields.ts';
import type { Node, VerbatimField, Xattr } from './node.ts';

const quote = 0x22;
const backslash = 0x5c;
const deviceIdField = ',"device_id":';
const digitValues = [0n, 1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n, 9n];
const noXattrs: readonly Xattr[] = [];
const noContent: readonly string[] = [];

/** Thrown (and caught) inside the parser for anything not in the one form it knows; no fault, hence made only once. */
const notCanonical = new Error('not canonical');

/**
 * Reads nodes in exactly the form the encoders write (fields in order, no spaces, no unknown fields) out of text with
 * one character a byte. Anything else, also a node cut off by the end of the text, is not read but left to the general
 * parser: this one only is fast.
 */
export class CanonicalNodeParser {
  readonly #text: string;
  #at = 0;
  #verbatim: Partial<Record<VerbatimField, string>> | undefined;
  #time = '';
  #lastDigits = '';
  #lastBig = 0n;

  constructor(latin1: string) {
    this.#text = latin1;
  }

  /** Where the node last read ends. */
  get end(): number {
    return this.#at;
  }

  /** The node that starts at `start`, or undefined when it is not in the canonical form. */
  read(start: number): Node | undefined {
    this.#at = start;
    this.#verbatim = undefined;
    try {
      const node = this.#node();
      return this.#verbatim === undefined ? node : { ...node, verbatim: this.#verbatim };
    } catch (error) {
      if (error === notCanonical) {
        return undefined;
      }
      throw error;
    }
  }

  #node(): Node {
    this.#expect('{"name":');
    const name = this.#name();
    this.#expect(',"type":');
    const type = nodeTypes.get(this.#plainString()) ?? fail();
    // Field by field in the order of the format: the order of evaluation is the grammar.
    const node = {
      name,
      type,
      mode: this.#smallNumber(',"mode":'),
      mtime: this.#timeField(',"mtime":'),
      atime: this.#timeField(',"atime":'),
      ctime: this.#timeField(',"ctime":'),
      uid: this.#requiredNumber(',"uid":'),
      gid: this.#requiredNumber(',"gid":'),
      user: this.#textField(',"user":', 'user'),
      group: this.#textField(',"group":', 'group'),
      inode: this.#bigNumber(',"inode":'),
      deviceId: this.#bigNumber(deviceIdField),
      size: this.#bigNumber(',"size":'),
      links: this.#bigNumber(',"links":'),
      linkTarget: this.#linkTarget(),
      xattrs: this.#xattrs(),
      genericAttributes: this.#genericAttributes(),
      device: this.#bigNumber(',"device":'),
      content: this.#content(),
      subtree: this.#take(',"subtree":') ? this.#id() : undefined,
    };
    this.#expect('}');
    return node;
  }

  #take(literal: string): boolean {
    if (this.#text.startsWith(literal, this.#at)) {
      this.#at += literal.length;
      return true;
    }
    return false;
  }

  #expect(literal: string): void {
    if (!this.#take(literal)) {
      fail();
    }
  }

  /** The raw text of the JSON string here, without quotes. */
  #rawString(): string {
    const start = this.#at;
    if (this.#text.charCodeAt(start) !== quote) {
      fail();
    }
    let end = this.#text.indexOf('"', start + 1);
    while (end > 0 && this.#isEscaped(end)) {
      end = this.#text.indexOf('"', end + 1);
    }
    if (end < 0) {
      fail();
    }
    this.#at = end + 1;
    return this.#text.slice(start + 1, end);
  }

  #isEscaped(position: number): boolean {
    let first = position;
    while (this.#text.charCodeAt(first - 1) === backslash) {
      first -= 1;
    }
    return (position - first) % 2 === 1;
  }

  /** A string that means itself. */
  #plainString(): string {
    const raw = this.#rawString();
    return isPlainName(raw) ? raw : fail();
  }

  #name(): Buffer {
    const raw = this.#rawString();
    return isPlainName(raw) ? Buffer.from(raw, 'latin1') : this.#keep('name', decodeName(utf8Json(raw)), utf8Json(raw));
  }

  #textField(literal: string, field: 'user' | 'group'): string {
    if (!this.#take(literal)) {
      return '';
    }
    const raw = this.#rawString();
    return isPlainName(raw) ? raw : this.#keep(field, decodeText(utf8Json(raw)), utf8Json(raw));
  }

  #linkTarget(): Buffer | undefined {
    if (!this.#take(',"linktarget":')) {
      return undefined;
    }
    const raw = this.#rawString();
    if (this.#take(',"linktarget_raw":')) {
      return this.#base64();
    }
    return isPlainName(raw)
      ? Buffer.from(raw, 'latin1')
      : this.#keep('linktarget', decodeLinkTarget(utf8Json(raw)), utf8Json(raw));
  }

  #keep<T>(field: VerbatimField, decoded: DecodedField<T>, json: string): T {
    if (decoded.verbatim !== undefined) {
      this.#verbatim = { ...this.#verbatim, [field]: json };
    }
    return decoded.value;
  }

  #timeField(literal: string): string {
    this.#expect(literal);
    const text = this.#rawString();
    if (text === this.#time) {
      return this.#time;
    }
    if (!isTimeText(text)) {
      fail();
    }
    this.#time = text;
    return text;
  }

  /** The digits here as text. */
  #digits(): string {
    const start = this.#at;
    let end = start;
    for (let code = this.#text.charCodeAt(end); code >= 0x30 && code <= 0x39; code = this.#text.charCodeAt(end)) {
      end += 1;
    }
    if (end === start || (end > start + 1 && this.#text.charCodeAt(start) === 0x30) || end > start + 20) {
      fail();
    }
    this.#at = end;
    return this.#text.slice(start, end);
  }

  #requiredNumber(literal: string): number {
    this.#expect(literal);
    const value = Number(this.#digits());
    return value <= 0xffff_ffff ? value : fail();
  }

  #smallNumber(literal: string): number {
    return this.#text.startsWith(literal, this.#at) ? this.#requiredNumber(literal) : 0;
  }

  #bigNumber(literal: string): bigint {
    if (!this.#take(literal)) {
      return 0n;
    }
    const digits = this.#digits();
    // Making a bigint is dear: link counts are mostly small, and all of a folder is on one device.
    if (digits.length === 1) {
      return digitValues[Number(digits)] ?? 0n;
    }
    if (digits === this.#lastDigits) {
      return this.#lastBig;
    }
    const value = digits.length <= 15 ? BigInt(Number(digits)) : BigInt(digits);
    if (value >> 64n !== 0n) {
      fail();
    }
    if (literal === deviceIdField) {
      this.#lastDigits = digits;
      this.#lastBig = value;
    }
    return value;
  }

  #base64(): Buffer {
    const text = this.#rawString();
    return isBase64(text) ? Buffer.from(text, 'base64') : fail();
  }

  #xattrs(): readonly Xattr[] {
    if (!this.#take(',"extended_attributes":[')) {
      return noXattrs;
    }
    const xattrs: Xattr[] = [];
    do {
      this.#expect('{"name":');
      const name = this.#plainString();
      this.#expect(',"value":');
      const isNull = this.#take('null');
      xattrs.push(isNull ? { name, value: Buffer.alloc(0), nullValue: true } : { name, value: this.#base64() });
      this.#expect('}');
    } while (this.#take(','));
    this.#expect(']');
    return xattrs;
  }

  #genericAttributes(): string | undefined {
    if (!this.#take(',"generic_attributes":')) {
      return undefined;
    }
    const start = this.#at;
    let depth = 0;
    do {
      const code = this.#text.charCodeAt(this.#at);
      if (code === quote) {
        this.#rawString();
        continue;
      }
      depth += code === 0x7b ? 1 : 0;
      depth -= code === 0x7d ? 1 : 0;
      this.#at += 1;
    } while (depth > 0 && this.#at < this.#text.length);
    return objectText(this.#text.slice(start, this.#at));
  }

  #content(): readonly string[] | null {
    this.#expect(',"content":');
    if (this.#take('null')) {
      return null;
    }
    if (this.#take('[]')) {
      return noContent;
    }
    this.#expect('[');
    const ids: string[] = [];
    do {
      ids.push(this.#id());
    } while (this.#take(','));
    this.#expect(']');
    return ids;
  }

  #id(): string {
    const start = this.#at + 1;
    const id = this.#text.slice(start, start + 64);
    if (this.#text.charCodeAt(this.#at) !== quote || this.#text.charCodeAt(start + 64) !== quote || !isId(id)) {
      fail();
    }
    this.#at = start + 65;
    return id;
  }
}

function fail(): never {
  throw notCanonical;
}

function utf8Json(raw: string): string {
  return `"${Buffer.from(raw, 'latin1').toString('utf8')}"`;
}

function objectText(latin1: string): string {
  const text = Buffer.from(latin1, 'latin1').toString('utf8');
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? text : fail();
  } catch {
    return fail();
  }
}
