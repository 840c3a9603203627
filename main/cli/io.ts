import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';

/** The streams of the process, so that verbs can be tested without one. */
export interface Io {
  readonly stdin: Readable & { readonly isTTY?: boolean; setRawMode?(raw: boolean): unknown };
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: Writable & { readonly isTTY?: boolean };
}

/** Where the lines of a verb go. Machine output is one JSON value a line. */
export class Output {
  readonly io: Io;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbosity: number;
  readonly #beforeLine: (() => void)[] = [];

  constructor(io: Io, options: { readonly json: boolean; readonly quiet: boolean; readonly verbosity: number }) {
    this.io = io;
    this.json = options.json;
    this.quiet = options.quiet;
    this.verbosity = options.verbosity;
  }

  /** Registers what must leave the terminal line before another line is written; returns how to take it back. */
  beforeLine(clear: () => void): () => void {
    this.#beforeLine.push(clear);
    return () => void this.#beforeLine.splice(this.#beforeLine.indexOf(clear), 1);
  }

  /** The result of a verb, to standard output. */
  line(text = ''): void {
    for (const clear of this.#beforeLine) clear();
    this.io.stdout.write(`${text}\n`);
  }

  /** A remark that --quiet and --json leave out. */
  note(text: string): void {
    if (!this.quiet && !this.json) this.line(text);
  }

  /** A remark for -v. */
  detail(text: string, level = 1): void {
    if (this.verbosity >= level && !this.quiet && !this.json) this.line(text);
  }

  /** A problem, to standard error. */
  problem(text: string): void {
    for (const clear of this.#beforeLine) clear();
    this.io.stderr.write(`${text}\n`);
  }

  /** One JSON value on a line of standard output. */
  jsonLine(value: unknown): void {
    this.io.stdout.write(`${JSON.stringify(value)}\n`);
  }

  /** One JSON value on a line of standard error. */
  jsonProblem(value: unknown): void {
    this.io.stderr.write(`${JSON.stringify(value)}\n`);
  }

  /** Waits while standard output is full, so that long listings do not pile up in memory. */
  async drained(): Promise<void> {
    if (this.io.stdout.writableNeedDrain) await once(this.io.stdout, 'drain');
  }

  /** A name for this output: on a terminal, what could steer it is escaped. */
  name(bytes: Uint8Array | string): string {
    const text = typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString();
    return this.io.stdout.isTTY === true ? escapeName(bytes) : text;
  }
}

const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/u;

/** A name with control characters, direction marks and bytes that are not UTF-8 made visible, quoted if there were any. */
export function escapeName(name: Uint8Array | string): string {
  const bytes = Buffer.from(name as Uint8Array);
  const text = bytes.toString();
  if (!unprintable.test(text) && Buffer.from(text).equals(bytes)) return text;
  let escaped = '';
  for (let at = 0; at < bytes.length; ) {
    const { character, length } = characterAt(bytes, at);
    if (character === undefined) escaped += `\\x${bytes.subarray(at, at + length).toString('hex')}`;
    else if (unprintable.test(character)) escaped += escapeCharacter(character);
    else escaped += character === '"' || character === '\\' ? `\\${character}` : character;
    at += length;
  }
  return `"${escaped}"`;
}

function escapeCharacter(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const known: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };
  if (known[character] !== undefined) return known[character];
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`;
  return code < 0x10000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\U${code.toString(16).padStart(8, '0')}`;
}

/** The UTF-8 character at a position, or one byte that starts none. */
function characterAt(bytes: Buffer, at: number): { readonly character: string | undefined; readonly length: number } {
  for (let length = 1; length <= 4 && at + length <= bytes.length; length += 1) {
    const text = bytes.toString('utf8', at, at + length);
    if (!text.includes('\ufffd') || bytes.subarray(at, at + length).equals(Buffer.from('\ufffd'))) {
      return { character: text, length };
    }
  }
  return { character: undefined, length: 1 };
}
