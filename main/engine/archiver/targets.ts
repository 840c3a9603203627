import { AppError } from '../../../shared/errors.ts';
import { fs } from '../platform/native-fs.ts';
import { cleanPath } from './patterns.ts';
import { fromBytes, fromText, joinPath, toBytes, toText, type ByteString } from './bytes.ts';
import { isMissing } from './problems.ts';
import { listNames } from './walk.ts';

/**
 * Where targets go in the tree. A leaf is a target (`path`, absolute); any other node is a real directory on the way to
 * targets (`metadataFrom`, absolute) that holds only what leads to them.
 */
export interface LayoutNode {
  readonly children: Map<ByteString, LayoutNode>;
  /** The directory that a first component was found in; two of one name but different roots are kept apart. */
  root: ByteString;
  path: ByteString | undefined;
  metadataFrom: ByteString | undefined;
}

/** What the person named, sorted out. Paths are absolute. */
export interface Targets {
  readonly layout: LayoutNode;
  /** For the snapshot's `paths`, in the order given. */
  readonly paths: readonly string[];
  /** The existing targets themselves. */
  readonly named: readonly ByteString[];
  /** The file system of each of `named`; undefined when it could not be looked at. */
  readonly devices: readonly (bigint | undefined)[];
  /** Targets that do not exist. */
  readonly missing: readonly string[];
}

/** Where relative targets begin, and whose paths they are (default: this system's). */
export interface TargetOptions {
  readonly cwd: string;
  readonly platform?: NodeJS.Platform;
}

/**
 * Sorts out backup targets as format section 11.1 says. Throws `source-missing` when none exists, `invalid-input` for
 * an empty one.
 */
export function resolveTargets(given: readonly (string | Uint8Array)[], options: TargetOptions): Targets {
  const windows = (options.platform ?? process.platform) === 'win32';
  const cwd = slashed(fromText(options.cwd), windows);
  const existing: ByteString[] = [];
  const named: ByteString[] = [];
  const devices: (bigint | undefined)[] = [];
  const paths: string[] = [];
  const missing: string[] = [];
  for (const target of given) {
    const text = slashed(typeof target === 'string' ? fromText(target) : fromBytes(target), windows);
    if (text === '' || text.includes('\0')) {
      throw new AppError('invalid-input', 'A folder to back up has an empty name.', { hint: 'Name a folder or file.' });
    }
    const cleaned = cleanPath(/^[A-Za-z]:$/.test(text) && windows ? `${text}/` : text);
    const absolute = absolutePath(cleaned, cwd, windows);
    const found = lookFor(absolute);
    if (found !== undefined) {
      existing.push(cleaned);
      named.push(absolute);
      devices.push(found.device);
      paths.push(windows ? toText(absolute).replaceAll('/', '\\') : toText(absolute));
    } else {
      missing.push(toText(absolute));
    }
  }
  if (existing.length === 0) {
    throw new AppError('source-missing', 'None of the folders to back up exists.', {
      hint: 'Connect the drive they are on, or choose other folders.',
      retry: 'after-action',
      context: { first: missing[0] ?? '' },
    });
  }
  const layout = newNode('');
  const seen = new Set<ByteString>();
  for (const target of existing.flatMap((path) => expandRelative(path, cwd, windows))) {
    if (seen.has(target)) continue;
    seen.add(target);
    addTarget(layout, target, cwd, windows);
  }
  unroll(layout);
  return { layout, named, devices, paths, missing };
}

function newNode(root: ByteString): LayoutNode {
  return { children: new Map(), root, path: undefined, metadataFrom: undefined };
}

function slashed(path: ByteString, windows: boolean): ByteString {
  return windows ? path.replaceAll('\\', '/') : path;
}

function volumeOf(path: ByteString, windows: boolean): ByteString {
  return windows ? (/^[A-Za-z]:/.exec(path)?.[0] ?? '') : '';
}

function isAbsolute(path: ByteString, windows: boolean): boolean {
  return path.slice(volumeOf(path, windows).length).startsWith('/');
}

function absolutePath(path: ByteString, cwd: ByteString, windows: boolean): ByteString {
  return isAbsolute(path, windows) ? path : cleanPath(joinPath(cwd, path));
}

/** What cannot be looked at exists; reading it will report why it cannot be backed up. */
function lookFor(path: ByteString): { readonly device: bigint | undefined } | undefined {
  try {
    return { device: fs.lstatSync(toBytes(path), { bigint: true }).dev };
  } catch (error) {
    return isMissing(error) ? undefined : { device: undefined };
  }
}

/** Targets that existed and do not any more, or whose disk was unmounted since; paths for people. */
export function lostTargets({ named, devices }: Targets): string[] {
  const lost = named.filter((path, index) => {
    const [before, now] = [devices[index], lookFor(path)];
    return now === undefined || (before !== undefined && now.device !== undefined && now.device !== before);
  });
  return lost.map((path) => toText(path));
}

/** The components of a target below the root of the tree; leading `..` do not count, a drive letter does. */
function components(path: ByteString, windows: boolean): ByteString[] {
  const volume = volumeOf(path, windows);
  const parts = cleanPath(`/${path.slice(volume.length)}`).split('/').filter((part) => part !== '');
  return volume === '' ? parts : [volume.slice(0, 1), ...parts];
}

/** `.`, `..` and the like stand for what is in them. */
function expandRelative(path: ByteString, cwd: ByteString, windows: boolean): ByteString[] {
  if (components(path, windows).length > 0) return [path];
  return listNames(toBytes(absolutePath(path, cwd, windows))).map((name) => cleanPath(joinPath(path, name)));
}

/** The directory that holds the first component: `/`, the drive, or as many `..` as the target begins with. */
function rootOf(path: ByteString, windows: boolean): ByteString {
  if (isAbsolute(path, windows)) return `${volumeOf(path, windows)}/`;
  const up = path.split('/').filter((part) => part === '..');
  return up.length === 0 ? '.' : up.join('/');
}

function addTarget(layout: LayoutNode, target: ByteString, cwd: ByteString, windows: boolean): void {
  const [first, ...rest] = components(target, windows);
  if (first === undefined) return;
  const root = rootOf(target, windows);
  let name = first;
  let node = layout.children.get(name);
  for (let count = 1; node !== undefined && node.root !== root; count += 1) {
    name = `${first}-${count}`;
    node = layout.children.get(name);
  }
  let at: LayoutNode = node ?? newNode(root);
  layout.children.set(name, at);
  const start = absolutePath(root, cwd, windows);
  // A drive letter is a folder of the tree, but not one below the drive.
  let real = volumeOf(root, windows) !== '' ? start : joinPath(start, first);
  for (const part of rest) {
    at.metadataFrom = real;
    real = joinPath(real, part);
    const child: LayoutNode = at.children.get(part) ?? newNode('');
    at.children.set(part, child);
    at = child;
  }
  at.path = absolutePath(target, cwd, windows);
}

/** A target that holds another target is replaced by everything that is in it. */
function unroll(node: LayoutNode): void {
  const { path } = node;
  if (path !== undefined && node.children.size > 0) {
    for (const name of listNames(toBytes(path))) {
      const child = node.children.get(name) ?? newNode('');
      child.path = joinPath(path, name);
      node.children.set(name, child);
    }
    node.path = undefined;
    node.metadataFrom ??= path;
  }
  for (const child of node.children.values()) unroll(child);
}
