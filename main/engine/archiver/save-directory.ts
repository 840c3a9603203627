import type { FileProblem } from '../../../shared/model/problem.ts';
import { fs } from '../platform/native-fs.ts';
import { emptyTree, encodeNode } from '../snapshot/tree-codec.ts';
import type { Node } from '../snapshot/node.ts';
import { sameNode } from '../snapshot/same-node.ts';
import type { ArchiveCounts, DirectoryMark, Job, JobResult, ParentRef } from './archive-protocol.ts';
import { toBytes, type ByteString } from './bytes.ts';
import type { ReadFile } from './file-reader.ts';
import { nodeAfterTreeId, nodeUpToTreeId, type NodeBuilder } from './node-builder.ts';
import { splitTree, type ParentTrees } from './parent-tree.ts';
import { PartBuilder } from './part-builder.ts';
import { isMissing, problem, unreadable } from './problems.ts';
import type { Reach } from './reach.ts';
import { subtreeOf, type WalkedDirectory, type WalkedEntry } from './walk.ts';

/** Files from this size on are work of their own, so that one folder with large files keeps all workers busy. */
export const largeFile = 16 * 1024 * 1024;
/** Names in one piece of a directory that several tasks share. */
const sliceNames = 2048;

/** What reading and saving entries needs of its task; lives as long as the task. */
export interface SaveContext {
  readonly builder: NodeBuilder;
  readonly parents: ParentTrees;
  readonly reach: Reach;
  readonly counts: ArchiveCounts;
  readonly ignoreInode: boolean;
  readonly ignoreCtime: boolean;
  readonly report: (found: FileProblem) => void;
  readonly throwIfCancelled: () => void;
  /** Says what is read now and counts what was read. */
  readonly onItem: (path: ByteString) => void;
  readonly onBytes: (bytes: number) => void;
  readonly onFile: (bytes: number) => void;
  readonly hasData: (id: string) => boolean;
  readonly read: (path: Buffer) => ReadFile | undefined;
  readonly saveTree: (tree: Uint8Array) => string;
  /** Whether the task has read as many bytes as it should. */
  readonly isExhausted: () => boolean;
}

/** Reads and saves everything in a walked directory, then its tree; what exceeds the budget becomes holes. */
export function saveDirectory(context: SaveContext, directory: WalkedDirectory): JobResult {
  const builder = saveEntries(context, directory);
  if (builder.holes > 0) return { kind: 'open', part: builder.part() };
  return { kind: 'tree', id: context.saveTree(builder.tree()) };
}

/** Like {@link saveDirectory} for some of a directory's entries: gives their nodes instead of a tree. */
export function saveNames(context: SaveContext, directory: WalkedDirectory): JobResult {
  const builder = saveEntries(context, directory);
  if (builder.holes > 0) return { kind: 'open', part: builder.part() };
  return { kind: 'nodes', bytes: builder.nodes() };
}

/** Reads one large file; its node, or nothing when it went away or cannot be read. */
export function saveLargeFile(context: SaveContext, directory: WalkedDirectory, known: boolean): JobResult {
  const builder = new PartBuilder();
  const [entry] = directory.entries;
  for (const found of [...directory.problems, ...(entry?.problems ?? [])]) context.report(found);
  if (entry !== undefined) context.onItem(entry.path);
  const node = entry === undefined ? undefined : readToNode(context, entry);
  if (node !== undefined) {
    countFile(context, node, known ? 'filesChanged' : 'filesNew');
    builder.add(encodeNode(node));
  }
  return { kind: 'nodes', bytes: builder.nodes() };
}

function saveEntries(context: SaveContext, directory: WalkedDirectory): PartBuilder {
  const builder = new PartBuilder();
  for (const found of directory.problems) context.report(found);
  context.counts.excluded += directory.excluded;
  for (const [index, entry] of directory.entries.entries()) {
    context.throwIfCancelled();
    if (context.isExhausted() && index > 0) {
      const names = directory.entries.slice(index).map((left) => baseOf(left.path));
      addRest(context, builder, directory, [...names, ...directory.rest]);
      return builder;
    }
    addEntry(context, builder, directory, entry);
  }
  addRest(context, builder, directory, directory.rest);
  return builder;
}

/** The names on disk, which may differ from those in the tree only in jobs of one entry. */
function baseOf(path: ByteString): ByteString {
  return path.slice(path.lastIndexOf('/') + 1);
}

function addRest(
  context: SaveContext,
  builder: PartBuilder,
  directory: WalkedDirectory,
  names: readonly ByteString[],
): void {
  const slices: ByteString[][] = [];
  for (let at = 0; at < names.length; at += sliceNames) slices.push(names.slice(at, at + sliceNames));
  const parents = parentsOfSlices(context, directory.parent, slices);
  for (const [index, slice] of slices.entries()) {
    const job: Job = {
      kind: 'entries',
      path: directory.path,
      names: slice,
      rename: undefined,
      targets: false,
      parent: parents[index],
      device: directory.device,
    };
    builder.addHole(job);
  }
}

/** Every slice gets its own part of a large parent tree; a small one is cheaper to read again. */
function parentsOfSlices(
  context: SaveContext,
  parent: ParentRef,
  slices: readonly (readonly ByteString[])[],
): ParentRef[] {
  const isWorthIt = slices.length > 2 || (parent !== undefined && 'bytes' in parent);
  const bytes = isWorthIt ? context.parents.load(parent) : undefined;
  if (bytes === undefined) return slices.map(() => parent);
  return splitTree(bytes, slices.map((slice) => slice[0] ?? '')).map((part) => ({ bytes: part }));
}

function addEntry(context: SaveContext, builder: PartBuilder, directory: WalkedDirectory, entry: WalkedEntry): void {
  const { facts } = entry;
  for (const found of entry.problems) context.report(found);
  if (facts.type === 'dir') addDirectory(context, builder, directory, entry);
  else if (facts.type === 'file') addFile(context, builder, entry);
  else {
    const node = specialNode(context, entry);
    if (node !== undefined) builder.add(encodeNode(node));
  }
}

function addDirectory(
  context: SaveContext,
  builder: PartBuilder,
  directory: WalkedDirectory,
  entry: WalkedEntry,
): void {
  const { inside, previous } = entry;
  if (inside === undefined) return;
  if (typeof inside === 'object' && inside.kind === 'gone') {
    context.report(inside.problem);
    return;
  }
  const node = context.builder.build(toBytes(entry.name), entry.facts, { xattrs: entry.xattrs ?? [] });
  const prefix = nodeUpToTreeId(node);
  const mark: DirectoryMark = {
    known: previous !== undefined,
    unmodifiedWith: previous !== undefined && sameNode(node, previous) ? previous.subtree : undefined,
  };
  if (inside === 'later') {
    const { path } = entry;
    builder.addHole({ kind: 'directory', path, parent: subtreeOf(previous), device: directory.device }, prefix, mark);
    return;
  }
  const saved = inside === 'empty' ? undefined : saveDirectory(context, inside);
  if (saved?.kind === 'open') {
    builder.addHole({ kind: 'open', part: saved.part }, prefix, mark);
    return;
  }
  const id = saved?.kind === 'tree' ? saved.id : context.saveTree(Buffer.from(emptyTree));
  builder.add(prefix + id + nodeAfterTreeId);
  countDirectory(context.counts, mark, id);
}

/** Counts a directory whose tree is known. */
export function countDirectory(counts: ArchiveCounts, mark: DirectoryMark, id: string): void {
  if (!mark.known) counts.dirsNew += 1;
  else if (mark.unmodifiedWith === id) counts.dirsUnmodified += 1;
  else counts.dirsChanged += 1;
}

function addFile(context: SaveContext, builder: PartBuilder, entry: WalkedEntry): void {
  const { previous, facts } = entry;
  const kept = keptContent(context, entry);
  if (kept === undefined && facts.size >= largeFile) {
    builder.addHole({
      kind: 'file',
      path: entry.path,
      name: entry.name,
      known: previous !== undefined,
    });
    return;
  }
  context.onItem(entry.path);
  let node: Node | undefined;
  if (kept === undefined) {
    node = readToNode(context, entry);
  } else {
    node = context.builder.build(toBytes(entry.name), facts, { xattrs: entry.xattrs ?? [], content: kept });
    context.onBytes(Number(facts.size));
  }
  if (node === undefined) return;
  const outcome =
    previous === undefined ? 'filesNew' : sameNode(node, previous) ? 'filesUnmodified' : 'filesChanged';
  countFile(context, node, outcome);
  builder.add(encodeNode(node));
}

function countFile(
  context: SaveContext,
  node: Node,
  outcome: 'filesNew' | 'filesChanged' | 'filesUnmodified',
): void {
  context.counts[outcome] += 1;
  context.counts.files += 1;
  context.counts.bytes += Number(node.size);
  context.onFile(Number(node.size));
}

/** The parent's content of a file that nothing says was changed; undefined when it must be read. */
function keptContent(context: SaveContext, { path, facts, previous }: WalkedEntry): readonly string[] | undefined {
  if (previous === undefined || previous.type !== 'file' || previous.content === null) return undefined;
  if (previous.size !== facts.size) return undefined;
  if (!context.builder.isTime(previous.mtime, facts.mtimeNs)) return undefined;
  if (!context.ignoreInode && !context.ignoreCtime && !context.builder.isTime(previous.ctime, facts.ctimeNs)) {
    return undefined;
  }
  if (!context.ignoreInode && previous.inode !== facts.inode) return undefined;
  if (previous.content.every(context.hasData)) return previous.content;
  context.report(problem(path, 'skipped', 'Parts of it were missing in the destination; it is stored again.'));
  return undefined;
}

function readToNode(context: SaveContext, entry: WalkedEntry): Node | undefined {
  const { path } = entry;
  try {
    const read = context.read(context.reach.path(path));
    if (read === undefined) {
      context.report(problem(path, 'unreadable', 'It was replaced by something else.', 'Back up again.'));
      return undefined;
    }
    if (read.changedWhileRead) {
      context.report(
        problem(path, 'changed-while-read', 'It was written to during the backup.', 'Close it and back up again.'),
      );
    }
    const { facts, content, size } = read;
    return context.builder.build(toBytes(entry.name), facts, { xattrs: entry.xattrs ?? [], content, size });
  } catch (error) {
    return reportOrThrow(context, path, error);
  }
}

/** System errors are problems of one file; anything else ends the run. */
function reportOrThrow(context: SaveContext, path: ByteString, error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
  if (isMissing(error)) context.report(problem(path, 'vanished', 'It went away during the backup.'));
  else context.report(unreadable(path, error));
  return undefined;
}

function specialNode(context: SaveContext, entry: WalkedEntry): Node | undefined {
  const xattrs = entry.xattrs ?? [];
  const name = toBytes(entry.name);
  if (entry.facts.type !== 'symlink') return context.builder.build(name, entry.facts, { xattrs });
  try {
    const linkTarget = fs.readlinkSync(context.reach.path(entry.path), { encoding: 'buffer' });
    return context.builder.build(name, entry.facts, { xattrs, linkTarget });
  } catch (error) {
    return reportOrThrow(context, entry.path, error);
  }
}
