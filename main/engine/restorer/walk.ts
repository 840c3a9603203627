import { setImmediate } from 'node:timers/promises';
import { AppError, cancelledError, hasCode } from '../../../shared/errors.ts';
import { fs } from '../platform/native-fs.ts';
import type { Node } from '../snapshot/node.ts';
import { decodeTree, type TreeProblem } from '../snapshot/tree-codec.ts';
import { findNode, type BlobSource } from '../snapshot/tree-reader.ts';
import type { RestoreItem, RestoreRequest, Selection } from './restore-plan.ts';
import { joinPath, longestPath, targetNameProblem } from './target-names.ts';
import { lookAt, type TargetState } from './target-state.ts';

/** A folder of the destination while the walk is inside it. `data` belongs to the visitor. */
export interface Place<D> {
  readonly path: Buffer;
  /** Whether the folder was there before; what is in a folder that was not is not looked at. */
  readonly exists: boolean;
  readonly data: D;
}

/** One node and where it would land. `chosen` is false for folders that only lead to chosen ones. */
export interface Visit {
  readonly node: Node;
  /** Path in the tree, `/a/b`. */
  readonly path: Buffer;
  readonly target: Buffer;
  readonly state: TargetState | undefined;
  readonly chosen: boolean;
  /** Whether this is one of the requested items itself. */
  readonly item: RestoreItem | undefined;
}

/** What is done with the entries of a walk, in tree order, folders before and after what is in them. */
export interface RestoreVisitor<D> {
  enter(visit: Visit, parent: Place<D>): Place<D> | 'skip' | Promise<Place<D> | 'skip'>;
  leave(visit: Visit, place: Place<D>): void | Promise<void>;
  entry(visit: Visit, parent: Place<D>): void | Promise<void>;
  /** An entry that must not be restored; `path` is its path in the tree. */
  refuse(path: Buffer, reason: string): void;
  /** A folder whose listing cannot be read (missing-data, damaged). */
  unreadable(path: Buffer, error: AppError): void;
}

/** Nodes visited before other work of this thread gets its turn: some milliseconds. */
const nodesAtOnce = 256;

const everything: Selection = { take: true, descend: true };
const onlyLeads: Selection = { take: false, descend: true };

interface Wanted {
  item: RestoreItem | undefined;
  readonly children: Map<string, Wanted>;
}

/** A folder of the tree that is being walked. */
interface Level<D> {
  readonly treeId: string;
  readonly path: Buffer;
  readonly place: Place<D>;
  /** Which entries are wanted; undefined means all of them. */
  readonly wanted: Wanted | undefined;
}

/** The platform whose rules for names hold; a parameter so that each can be tested everywhere. */
export interface WalkOptions {
  readonly signal?: AbortSignal | undefined;
  readonly platform?: NodeJS.Platform;
}

/**
 * Visits what a request asks for. Only one path of the tree is in memory. Refuses (and reports) names that are not plain
 * file names, second entries of one name, links in the way of folders, and paths longer than the system takes; so nothing
 * is ever visited with a target outside of `root`. Throws `cancelled`, and `not-found` for an item that does not exist.
 */
export async function walkRestore<D>(
  source: BlobSource,
  request: RestoreRequest,
  root: Place<D>,
  visitor: RestoreVisitor<D>,
  options: WalkOptions = {},
): Promise<void> {
  const walker = new Walker(source, request, visitor, options);
  if (request.destination.kind !== 'into') {
    const wanted = wantedOf(request.items);
    await walker.level({ treeId: request.treeId, path: Buffer.from('/'), place: root, wanted });
    walker.throwIfNotFound(request.items);
    return;
  }
  const chosen: Node[] = [];
  const names = new NameGuard(options.platform ?? process.platform, () => chosen);
  for (const item of request.items) {
    if (item.path.length === 0) {
      await walker.level({ treeId: request.treeId, path: Buffer.from('/'), place: root, wanted: undefined });
      continue;
    }
    const node = await findNode(source, request.treeId, item.path);
    if (node === undefined) throw notFound(item);
    const wanted = { item, children: new Map<string, Wanted>() };
    await walker.node(node, treePath(item.path.slice(0, -1)), root, wanted, names, chosen.length);
    chosen.push(node);
  }
}

class Walker<D> {
  private readonly source: BlobSource;
  private readonly request: RestoreRequest;
  private readonly visitor: RestoreVisitor<D>;
  private readonly platform: NodeJS.Platform;
  private readonly signal: AbortSignal | undefined;
  private readonly found = new Set<RestoreItem>();
  private anyUnreadable = false;
  private sinceTurn = 0;

  constructor(source: BlobSource, request: RestoreRequest, visitor: RestoreVisitor<D>, options: WalkOptions) {
    this.source = source;
    this.request = request;
    this.visitor = visitor;
    this.platform = options.platform ?? process.platform;
    this.signal = options.signal;
  }

  /** An item whose folder could not be read was reported as such; every other one must have been met. */
  throwIfNotFound(items: readonly RestoreItem[]): void {
    const missing = items.find((item) => item.path.length > 0 && !this.found.has(item));
    if (missing !== undefined && !this.anyUnreadable && !coveredByAnother(missing, items)) throw notFound(missing);
  }

  async level(level: Level<D>): Promise<void> {
    if (this.signal?.aborted === true) throw cancelledError();
    let bytes: Uint8Array;
    try {
      bytes = await this.source.loadBlob('tree', level.treeId);
    } catch (error) {
      if (!hasCode(error, 'missing-data', 'damaged', 'hostile-data')) throw error;
      this.unreadable(level.path, error);
      return;
    }
    let index = 0;
    const names = new NameGuard(this.platform, () => decodeTree(bytes, { onProblem: () => undefined }));
    // A problem of a node that does not follow is that of a node the decoder leaves out.
    let pending: TreeProblem | undefined;
    const settle = (next: Buffer | undefined): void => {
      if (pending !== undefined && next?.equals(pending.name) !== true) {
        this.visitor.refuse(joinTree(level.path, pending.name), pending.message);
      }
      pending = undefined;
    };
    const onProblem = (problem: TreeProblem): void => {
      if (pending !== undefined && pending.index !== problem.index) settle(undefined);
      pending = problem;
    };
    try {
      for (const node of decodeTree(bytes, { onProblem })) {
        settle(node.name);
        const wanted = level.wanted?.children.get(node.name.toString('latin1'));
        if (level.wanted === undefined || wanted !== undefined) {
          const visited = this.node(node, level.path, level.place, wanted, names, index);
          if (visited !== undefined) await visited;
        }
        index += 1;
        this.sinceTurn += 1;
        if (this.sinceTurn >= nodesAtOnce) await this.giveTurn();
      }
      settle(undefined);
    } catch (error) {
      if (!hasCode(error, 'damaged', 'hostile-data')) throw error;
      this.unreadable(level.path, error);
    }
  }

  private async giveTurn(): Promise<void> {
    this.sinceTurn = 0;
    await setImmediate();
    if (this.signal?.aborted === true) throw cancelledError();
  }

  /** Visits a node: at once where nothing has to be waited for, since a promise for each file of a million is dear. */
  node(
    node: Node,
    parentPath: Buffer,
    parent: Place<D>,
    wanted: Wanted | undefined,
    names: NameGuard,
    index: number,
  ): void | Promise<void> {
    if (wanted?.item !== undefined) this.found.add(wanted.item);
    const whole = wanted === undefined || wanted.item !== undefined;
    const selection = whole ? this.selection(parentPath, node) : onlyLeads;
    if (!selection.take && (node.type !== 'dir' || !selection.descend)) return;
    // A socket means something only to the program that made it.
    if (node.type === 'socket' || node.type === 'irregular') return;
    const target = this.targetOf(node, parent);
    const reason =
      targetNameProblem(node.name, this.platform) ??
      names.problem(node.name, index) ??
      (node.type === 'file' && node.content === null ? 'its content is not recorded in this version' : undefined) ??
      (target.length > longestPath(this.platform) ? 'the path is too long for this system' : undefined);
    if (reason !== undefined) {
      this.visitor.refuse(joinTree(parentPath, node.name), reason);
      return undefined;
    }
    const leadsOn = !whole && this.request.destination.kind === 'original';
    const resolved = leadsOn ? resolveFolder(target) : target;
    const state = parent.exists ? lookAt(resolved) : undefined;
    const visit: Visit = {
      node,
      // Most visits need no path in the tree, and buffers are dear by the million.
      get path() {
        return joinTree(parentPath, node.name);
      },
      target: resolved,
      state,
      chosen: selection.take,
      item: wanted?.item,
    };
    if (node.type !== 'dir') return this.visitor.entry(visit, parent);
    if (state?.type === 'symlink') {
      this.visitor.refuse(visit.path, 'a link is in the way of this folder');
      return;
    }
    return this.folder(visit, parent, whole ? undefined : wanted, selection.descend);
  }

  private async folder(visit: Visit, parent: Place<D>, wanted: Wanted | undefined, descend: boolean): Promise<void> {
    const { node, path } = visit;
    const place = await this.visitor.enter(visit, parent);
    if (place === 'skip') return;
    if (descend && node.subtree !== undefined) {
      await this.level({ treeId: node.subtree, path, place, wanted });
    } else if (descend) {
      this.unreadable(path, new AppError('damaged', 'The folder has no listing in this version.'));
    }
    await this.visitor.leave(visit, place);
  }

  private selection(parentPath: Buffer, node: Node): Selection {
    return this.request.select?.(joinTree(parentPath, node.name), node.type === 'dir') ?? everything;
  }

  /** Restic keeps `C:\x` as the folder `C` at the top of the tree. */
  private targetOf(node: Node, parent: Place<D>): Buffer {
    const isDrive = this.platform === 'win32' && this.request.destination.kind === 'original' && parent.path.length <= 1;
    return isDrive ? Buffer.concat([node.name, Buffer.from(':\\')]) : joinPath(parent.path, node.name);
  }

  private unreadable(path: Buffer, error: AppError): void {
    this.anyUnreadable = true;
    this.visitor.unreadable(path, error);
  }
}

/** Tells whether a name was met before in one folder; on systems that ignore case, in any case. */
class NameGuard {
  private readonly ignoresCase: boolean;
  private readonly nodes: () => Iterable<Node>;
  private readonly folded = new Set<string>();
  private last: Buffer | undefined;
  private seen: Set<string> | undefined;

  /** `nodes` gives the entries of the folder again, for the rare tree whose names are not in order. */
  constructor(platform: NodeJS.Platform, nodes: () => Iterable<Node>) {
    this.ignoresCase = platform === 'win32' || platform === 'darwin';
    this.nodes = nodes;
  }

  problem(name: Buffer, index: number): string | undefined {
    if (this.last !== undefined && Buffer.compare(this.last, name) >= 0) this.seen ??= this.namesBefore(index);
    this.last = name;
    if (this.seen !== undefined) {
      const key = name.toString('latin1');
      if (this.seen.has(key)) return 'the folder has two entries of this name';
      this.seen.add(key);
    }
    if (!this.ignoresCase) return undefined;
    const fold = name.toString('utf8').normalize('NFC').toLowerCase();
    if (this.folded.has(fold)) return 'another name in the folder differs only in case';
    this.folded.add(fold);
    return undefined;
  }

  private namesBefore(index: number): Set<string> {
    const names = new Set<string>();
    for (const node of this.nodes()) {
      if (names.size >= index) break;
      names.add(node.name.toString('latin1'));
    }
    return names;
  }
}

function wantedOf(items: readonly RestoreItem[]): Wanted | undefined {
  const root: Wanted = { item: undefined, children: new Map() };
  for (const item of items) {
    if (item.path.length === 0) return undefined;
    let at = root;
    for (const name of item.path) {
      const key = name.toString('latin1');
      const next = at.children.get(key) ?? { item: undefined, children: new Map<string, Wanted>() };
      at.children.set(key, next);
      at = next;
    }
    at.item = item;
  }
  return root;
}

/** An item inside another item is restored with it. */
function coveredByAnother(item: RestoreItem, items: readonly RestoreItem[]): boolean {
  return items.some(
    (other) =>
      other !== item &&
      other.path.length <= item.path.length &&
      other.path.every((name, index) => item.path[index]?.equals(name) === true),
  );
}

function resolveFolder(path: Buffer): Buffer {
  try {
    return fs.realpathSync(path, { encoding: 'buffer' });
  } catch {
    return path;
  }
}

function treePath(names: readonly Buffer[]): Buffer {
  return names.reduce((path, name) => joinTree(path, name), Buffer.from('/'));
}

function joinTree(parent: Buffer, name: Buffer): Buffer {
  return Buffer.concat(parent.length === 1 ? [parent, name] : [parent, Buffer.from('/'), name]);
}

function notFound(item: RestoreItem): AppError {
  const path = treePath(item.path).toString('utf8');
  return new AppError('not-found', `${path} is not in this version.`, { context: { path } });
}
