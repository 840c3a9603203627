import { readXattrs, type PosixError } from '../platform/posix-helper.ts';
import type { NodeBuilder } from './node-builder.ts';
import { problem } from './problems.ts';
import type { Reach } from './reach.ts';
import type { WalkedDirectory, WalkedEntry } from './walk.ts';

/** An attribute list this long is stored, but makes every restic client slow; the person should know. */
const largeAttributes = 1024 * 1024;

/** What reading attributes needs of its task. */
export interface XattrContext {
  readonly reach: Reach;
  readonly builder: NodeBuilder;
  readonly ignoreInode: boolean;
}

/**
 * Gives every entry of the walked directories its extended attributes: those of the parent snapshot where the change
 * time says that nothing about the entry has changed, else as the system has them, read in as few batches as possible.
 */
export function readAttributes(context: XattrContext, directories: readonly WalkedDirectory[]): void {
  const batch: WalkedEntry[] = [];
  for (const directory of directories) {
    const long: WalkedEntry[] = [];
    for (const entry of allEntries(directory)) {
      const kept = keptAttributes(context, entry);
      if (kept !== undefined) entry.xattrs = kept;
      else (context.reach.isLong(entry.path) ? long : batch).push(entry);
    }
    for (const group of groupByFolder(long)) readBatch(context, group);
  }
  if (batch.length > 0) readBatch(context, batch);
}

function* allEntries(directory: WalkedDirectory): Generator<WalkedEntry> {
  const waiting = [directory];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const entry of next.entries) {
      yield entry;
      if (typeof entry.inside === 'object' && entry.inside.kind === 'walked') waiting.push(entry.inside);
    }
  }
}

function keptAttributes(context: XattrContext, { facts, previous }: WalkedEntry) {
  if (previous === undefined || previous.type !== facts.type) return undefined;
  if (!context.ignoreInode && previous.inode !== facts.inode) return undefined;
  return context.builder.isTime(previous.ctime, facts.ctimeNs) ? previous.xattrs : undefined;
}

/** Paths that go through open directories are good only for one directory at a time. */
function groupByFolder(entries: readonly WalkedEntry[]): Iterable<WalkedEntry[]> {
  return Map.groupBy(entries, (entry) => entry.path.slice(0, entry.path.lastIndexOf('/'))).values();
}

function readBatch(context: XattrContext, entries: readonly WalkedEntry[]): void {
  const reachable: WalkedEntry[] = [];
  const paths: Buffer[] = [];
  for (const entry of entries) {
    entry.xattrs = [];
    try {
      paths.push(context.reach.path(entry.path));
      reachable.push(entry);
    } catch {
      // The entry went away; reading it will say so.
    }
  }
  const answers = readXattrs(paths, (index, name, error) => {
    const entry = reachable[index];
    if (entry === undefined) return;
    entry.problems.push(problem(entry.path, 'metadata', `The attribute ${name} could not be read (${error.message}).`));
  });
  for (const [index, entry] of reachable.entries()) {
    const answer = answers[index];
    if (Array.isArray(answer)) {
      entry.xattrs = answer;
      const size = answer.reduce((sum, xattr) => sum + xattr.value.length, 0);
      if (size > largeAttributes) {
        entry.problems.push(problem(entry.path, 'skipped', 'It has over 1 MiB of extended attributes; all are kept.'));
      }
    } else if (answer !== undefined && !isHarmless(answer)) {
      entry.problems.push(problem(entry.path, 'metadata', `Its attributes could not be read (${answer.message}).`));
    }
  }
}

/** No way to read attributes at all, a file system without any, or an entry that went away: nothing to report here. */
function isHarmless(error: Error): boolean {
  const { code } = error as PosixError;
  return ['unavailable', 'ENOTSUP', 'EOPNOTSUPP', 'ENOENT', 'ENOTDIR', 'ENODATA'].includes(code);
}
