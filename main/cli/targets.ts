import { join } from 'node:path';
import { AppError } from '../../shared/errors.ts';
import { fs } from '../engine/platform/native-fs.ts';
import type { Io } from './io.ts';
import { decodeText } from './text-file.ts';

/** The lists that --files-from and its variants name. */
export interface TargetLists {
  readonly patterns: readonly string[];
  readonly verbatim: readonly string[];
  readonly raw: readonly string[];
}

async function readAll(io: Io, path: string): Promise<Buffer> {
  if (path !== '-') {
    return await fs.promises.readFile(path).catch((error: unknown) => {
      throw new AppError('not-found', `The list ${path} cannot be read: ${(error as Error).message}.`, { cause: error });
    });
  }
  const chunks: Buffer[] = [];
  for await (const chunk of io.stdin as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function lines(content: Buffer): string[] {
  return decodeText(content).split(/\r?\n/);
}

async function expand(pattern: string): Promise<string[]> {
  if (!/[*?[\\]/.test(pattern)) return [pattern];
  const found = await Array.fromAsync(fs.promises.glob(pattern));
  return found.toSorted().map((path) => (pattern.startsWith('/') ? join('/', path) : path));
}

/** Splits names that each end with a zero byte; the last one too. */
function splitRaw(content: Buffer, path: string): Buffer[] {
  const names: Buffer[] = [];
  let start = 0;
  for (let end = content.indexOf(0); end !== -1; end = content.indexOf(0, start)) {
    if (end === start) throw new AppError('invalid-input', `The list ${path} has an empty name.`);
    names.push(content.subarray(start, end));
    start = end + 1;
  }
  if (start < content.length) throw new AppError('invalid-input', `The list ${path} does not end with a zero byte.`);
  return names;
}

/** The files to back up from lists: patterns with comments, plain lines, or names ended by zero bytes. */
export async function listedTargets(lists: TargetLists, io: Io): Promise<(string | Buffer)[]> {
  const targets: (string | Buffer)[] = [];
  for (const path of lists.patterns) {
    for (const line of lines(await readAll(io, path)).map((text) => text.trim())) {
      if (line === '' || line.startsWith('#')) continue;
      const found = await expand(line);
      if (found.length === 0) throw new AppError('source-missing', `The pattern ${line} in ${path} matches nothing.`);
      targets.push(...found);
    }
  }
  for (const path of lists.verbatim) targets.push(...lines(await readAll(io, path)).filter((line) => line !== ''));
  for (const path of lists.raw) targets.push(...splitRaw(await readAll(io, path), path));
  return targets;
}
