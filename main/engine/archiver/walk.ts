import type { FileProblem } from '../../../shared/model/problem.ts';
import { fs } from '../platform/native-fs.ts';
import { entryFacts, type EntryFacts } from '../platform/os-metadata.ts';
import type { Xattr } from '../platform/posix-helper.ts';
import type { Node } from '../snapshot/node.ts';
import type { OwnFolder, ParentRef } from './archive-protocol.ts';
import { joinPath, toBytes, type ByteString } from './bytes.ts';
import type { ParentTrees } from './parent-tree.ts';
import { pathParts } from './patterns.ts';
import { isMissing, problem, unreadable } from './problems.ts';
import type { Reach } from './reach.ts';
import type { Selector } from './select.ts';
import { tagExclusions } from './tag-files.ts';

/** Levels of directories that one task goes down; deeper ones are work of their own, so that no stack overflows. */
const deepest = 200;

/** A directory is not split below this many entries: a piece of work has its own cost. */
const smallestSlice = 256;

/** One entry of a directory, looked at but not read. */
export interface WalkedEntry {
  /** The name in the tree. */
  readonly name: ByteString;
  readonly path: ByteString;
  readonly facts: EntryFacts;
  /** The node of that name in the parent snapshot. */
  readonly previous: Node | undefined;
  /** Of directories: what is in it; 'later' when the budget did not allow to look, 'empty' on another device. */
  inside: WalkedDirectory | Gone | 'later' | 'empty' | undefined;
  /** Set by the attribute phase. */
  xattrs: readonly Xattr[] | undefined;
  problems: FileProblem[];
}

/** A directory that could not be listed. */
export interface Gone {
  readonly kind: 'gone';
  readonly problem: FileProblem;
}

/**
 * A listed directory. `rest` are names beyond the budget, in order, all after `entries`. What was met on the way is
 * kept here until the directory is saved, since a directory may be put off and walked again.
 */
export interface WalkedDirectory {
  readonly kind: 'walked';
  readonly problems: readonly FileProblem[];
  readonly excluded: number;
  readonly path: ByteString;
  readonly parent: ParentRef;
  readonly device: bigint | undefined;
  readonly entries: WalkedEntry[];
  readonly rest: readonly ByteString[];
}

/** What looking at entries needs of its task. */
export interface WalkContext {
  readonly selector: Selector;
  readonly parents: ParentTrees;
  readonly reach: Reach;
  readonly ownFolder: OwnFolder | undefined;
  readonly throwIfCancelled: () => void;
}

/** Entries that a task may still look at. */
export interface EntryBudget {
  entries: number;
}

/** Names of one directory to look at. */
export interface NamesToWalk {
  readonly path: ByteString;
  readonly names: readonly ByteString[];
  readonly rename: ByteString | undefined;
  readonly targets: boolean;
  readonly parent: ParentRef;
  readonly device: bigint | undefined;
}

/**
 * Lists `path` and looks at what is in it and below it, depth first in byte order, until the budget is used up. A
 * directory that cannot be listed is gone.
 */
export function walkDirectory(
  context: WalkContext,
  path: ByteString,
  parent: ParentRef,
  device: bigint | undefined,
  budget: EntryBudget,
  depth = 0,
): WalkedDirectory | Gone {
  let names: ByteString[];
  try {
    names = listNames(context.reach.path(path));
  } catch (error) {
    const went = problem(path, 'vanished', 'The folder went away during the backup.');
    return { kind: 'gone', problem: isMissing(error) ? went : unreadable(path, error) };
  }
  return walkNames(context, { path, names, rename: undefined, targets: false, parent, device }, budget, depth);
}

/** Looks at named entries of one directory like {@link walkDirectory}. */
export function walkNames(
  context: WalkContext,
  { path, names, rename, targets, parent, device }: NamesToWalk,
  budget: EntryBudget,
  depth = 0,
): WalkedDirectory {
  const cursor = context.parents.open(parent);
  const parts = context.selector.hasPatterns ? pathParts(toBytes(path)) : [];
  if (path === '/') parts.pop();
  const problems: FileProblem[] = [];
  let excluded = 0;
  const report = (found: FileProblem) => problems.push(found);
  const tags = tagExclusions({ selector: context.selector, reach: context.reach, report }, path);
  const allowed = Math.max(smallestSlice, budget.entries);
  const entries: WalkedEntry[] = [];
  for (const name of names.length > allowed ? names.slice(0, allowed) : names) {
    context.throwIfCancelled();
    if (tags.some((tag) => tag !== name) || excludedByPath(context.selector, parts, name)) {
      excluded += 1;
      continue;
    }
    const entry = lookAt(context.reach, report, joinPath(path, name), rename ?? name, targets);
    if (entry === undefined) continue;
    if (isOwnFolder(context.ownFolder, entry)) {
      excluded += 1;
      report(problem(entry.path, 'skipped', 'It holds the backups themselves and is left out.'));
      continue;
    }
    const foreign = device !== undefined && entry.facts.deviceId !== device;
    if (context.selector.excludesSize(entry.facts.type, entry.facts.size) || (foreign && entry.facts.type !== 'dir')) {
      excluded += 1;
      continue;
    }
    const previous = cursor.find(entry.name);
    const inside = entry.facts.type !== 'dir' ? undefined : foreign ? 'empty' : 'later';
    entries.push({ ...entry, previous, inside });
  }
  budget.entries -= Math.min(names.length, allowed);
  const rest = names.slice(allowed);
  const walked: WalkedDirectory = { kind: 'walked', path, parent, device, entries, rest, problems, excluded };
  if (depth < deepest) walkInside(context, walked, budget, depth);
  return walked;
}

function walkInside(context: WalkContext, walked: WalkedDirectory, budget: EntryBudget, depth: number): void {
  for (const entry of walked.entries) {
    if (entry.inside !== 'later' || budget.entries <= 0) continue;
    const parent = subtreeOf(entry.previous);
    // Without access to packs here, the tree has to come with a job of its own.
    if (parent !== undefined && !context.parents.canRead) continue;
    entry.inside = walkDirectory(context, entry.path, parent, walked.device, budget, depth + 1);
  }
}

/** The parent's tree of a directory. */
export function subtreeOf(previous: Node | undefined): ParentRef {
  return previous?.subtree === undefined ? undefined : { id: previous.subtree };
}

function lookAt(
  reach: Reach,
  report: (found: FileProblem) => void,
  path: ByteString,
  name: ByteString,
  isTarget: boolean,
): Pick<WalkedEntry, 'name' | 'path' | 'facts' | 'xattrs' | 'problems'> | undefined {
  let facts: EntryFacts;
  try {
    facts = entryFacts(fs.lstatSync(reach.path(path), { bigint: true }));
  } catch (error) {
    if (!isMissing(error)) report(unreadable(path, error));
    else if (isTarget) report(problem(path, 'unreadable', 'It is not there any more.', 'Back up again.'));
    else report(problem(path, 'vanished', 'It went away during the backup.'));
    return undefined;
  }
  if (facts.type === 'socket') return undefined;
  if (facts.type === 'irregular') {
    report(problem(path, 'skipped', 'It is neither a file nor a folder nor anything else that can be kept.'));
    return undefined;
  }
  return { name, path, facts, xattrs: undefined, problems: [] };
}

function isOwnFolder(own: OwnFolder | undefined, { path, facts }: Pick<WalkedEntry, 'path' | 'facts'>): boolean {
  if (own === undefined || facts.type !== 'dir') return false;
  return path === own.path || (own.inode !== 0n && facts.inode === own.inode && facts.deviceId === own.deviceId);
}

/** Looks at one large file again, before it is read in a task of its own. */
export function walkLargeFile(reach: Reach, path: ByteString, name: ByteString): WalkedDirectory {
  const problems: FileProblem[] = [];
  const entry = lookAt(reach, (found) => problems.push(found), path, name, false);
  const entries = entry === undefined ? [] : [{ ...entry, previous: undefined, inside: undefined }];
  return { kind: 'walked', path, parent: undefined, device: undefined, entries, rest: [], problems, excluded: 0 };
}

function excludedByPath(selector: Selector, parts: string[], name: ByteString): boolean {
  if (!selector.hasPatterns) return false;
  parts.push(...pathParts(toBytes(name)));
  const excluded = selector.excludesPath(parts);
  parts.pop();
  return excluded;
}

/** The names in a directory, sorted by bytes; a broken file system may list one twice. */
export function listNames(path: Buffer): ByteString[] {
  const names = fs.readdirSync(path, { encoding: 'latin1' }).sort(byBytes);
  return names.filter((name, index) => name !== names[index - 1]);
}

function byBytes(a: ByteString, b: ByteString): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
