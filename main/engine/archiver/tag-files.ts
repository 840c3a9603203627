import type { FileProblem } from '../../../shared/model/problem.ts';
import { fs, optionalFlags } from '../platform/native-fs.ts';
import { fromText, joinPath, type ByteString } from './bytes.ts';
import { isMissing, problem } from './problems.ts';
import type { Reach } from './reach.ts';
import type { Selector, TagRule } from './select.ts';

/** What looking for marker files needs. */
export interface TagContext {
  readonly selector: Selector;
  readonly reach: Reach;
  readonly report: (found: FileProblem) => void;
}

/**
 * The names of files in a directory whose presence leaves out everything else in it: of each rule that applies one. A
 * file of the right name with the wrong beginning does not count and is mentioned.
 */
export function tagExclusions(context: TagContext, directory: ByteString): ByteString[] {
  const found: ByteString[] = [];
  for (const rule of context.selector.tags) {
    const name = fromText(rule.name);
    if (applies(context, joinPath(directory, name), rule)) found.push(name);
  }
  return found;
}

function applies(context: TagContext, path: ByteString, rule: TagRule): boolean {
  try {
    const reachable = context.reach.path(path);
    fs.lstatSync(reachable);
    if (rule.header === '' || startsWith(reachable, Buffer.from(rule.header))) return true;
    context.report(problem(path, 'skipped', 'It marks its folder as excluded, but does not start as it must.'));
  } catch (error) {
    if (!isMissing(error)) {
      context.report(problem(path, 'skipped', 'It may mark its folder as excluded, but cannot be read.'));
    }
  }
  return false;
}

function startsWith(path: Buffer, header: Buffer): boolean {
  const descriptor = fs.openSync(path, fs.constants.O_RDONLY | optionalFlags.O_NONBLOCK);
  try {
    const start = Buffer.alloc(header.length);
    let length = 0;
    while (length < start.length) {
      const read = fs.readSync(descriptor, start, length, start.length - length, null);
      if (read === 0) return false;
      length += read;
    }
    return start.equals(header);
  } finally {
    fs.closeSync(descriptor);
  }
}
