import type { StoredSnapshot } from '../../engine/snapshot/snapshot-codec.ts';
import type { TreeReader } from '../../engine/snapshot/tree-reader.ts';
import { historyNames, joinPath, pathBytes, pathText, splitPath, systemPath } from '../paths.ts';

/** A folder or file that was backed up: its names in the history and where it lies on this computer. */
export interface Root {
  readonly names: readonly Buffer[];
  readonly present: Buffer;
}

/**
 * The roots of a version. Absolute targets lie in the tree by their whole path; targets that were given relative lie
 * there by its last names only, which are found by looking. Paths that are no text cannot be told from the version;
 * `sources` (the folders of the plan) say what they are.
 */
export async function rootsOf(
  snapshot: StoredSnapshot,
  trees: TreeReader,
  sources: readonly Buffer[],
): Promise<readonly Root[]> {
  const roots: Root[] = [];
  for (const path of snapshot.paths) {
    const source = sources.find((candidate) => pathText(candidate) === path);
    const all = source === undefined ? targetNames(path) : historyNames(source);
    const present = source ?? presentOf(path, all);
    const names = await namesInTree(snapshot.tree, all, trees);
    const shortened = names.length < all.length && startsWith(all, names) && names.length > 0;
    roots.push({ names, present: shortened ? systemPath(names) : present });
  }
  return withoutNested(roots);
}

async function namesInTree(tree: string, all: readonly Buffer[], trees: TreeReader): Promise<readonly Buffer[]> {
  for (let length = all.length; length > 0; length -= 1) {
    const names = all.slice(0, length);
    if ((await trees.find(tree, names)) !== undefined) return names;
  }
  for (let skipped = 1; skipped < all.length; skipped += 1) {
    const names = all.slice(skipped);
    if ((await trees.find(tree, names)) !== undefined) return names;
  }
  return [];
}

/** The names of a target as its version records it, also of another system's. */
function targetNames(path: string): Buffer[] {
  const slashed = /^[A-Za-z]:[\\/]/.test(path) ? path.replaceAll('\\', '/').replace(':', '') : path;
  return splitPath(pathBytes(slashed));
}

/** The roots of folders of this computer. */
export function rootsOfSources(sources: readonly Buffer[]): readonly Root[] {
  return withoutNested(sources.map((source) => ({ names: historyNames(source), present: source })));
}

/** Roots of both, each name once. */
export function mergeRoots(one: readonly Root[], other: readonly Root[]): readonly Root[] {
  return withoutNested([...one, ...other]);
}

/** Where a place of the history lies on this computer; undefined when nothing says so. */
export function presentPath(names: readonly Buffer[], roots: readonly Root[]): Buffer | undefined {
  for (const root of roots) {
    if (startsWith(names, root.names)) {
      return names.slice(root.names.length).reduce<Buffer>((folder, name) => joinPath(folder, name), root.present);
    }
  }
  for (const root of roots) {
    if (startsWith(root.names, names) && sameNames(historyNames(root.present), root.names)) return systemPath(names);
  }
  return undefined;
}

/** Whether a place is a root, inside one, or on the way to one. */
export function isCovered(names: readonly Buffer[], roots: readonly Root[]): boolean {
  return roots.some((root) => startsWith(names, root.names) || startsWith(root.names, names));
}

/** Whether `names` begin with `start`. */
export function startsWith(names: readonly Buffer[], start: readonly Buffer[]): boolean {
  return start.length <= names.length && start.every((name, at) => names[at]?.equals(name) === true);
}

function sameNames(one: readonly Buffer[], other: readonly Buffer[]): boolean {
  return one.length === other.length && startsWith(one, other);
}

function withoutNested(roots: readonly Root[]): readonly Root[] {
  return roots.filter((root, at) => !roots.some((other, index) =>
    index !== at && startsWith(root.names, other.names)
    && (other.names.length < root.names.length || index < at)));
}

function presentOf(path: string, all: readonly Buffer[]): Buffer {
  return path.startsWith('/') && process.platform !== 'win32' ? pathBytes(path) : systemPath(all);
}
