import { AppError } from '../../../shared/errors.ts';
import { fs } from '../platform/native-fs.ts';
import { entryFacts } from '../platform/os-metadata.ts';
import { readXattrs } from '../platform/posix-helper.ts';
import type { Node } from '../snapshot/node.ts';
import { decodeTree } from '../snapshot/tree-codec.ts';
import { sameNode } from '../snapshot/same-node.ts';
import type { Job, OpenPart, ParentRef } from './archive-protocol.ts';
import { fromBytes, toBytes, type ByteString } from './bytes.ts';
import { nodeUpToTreeId, type NodeBuilder } from './node-builder.ts';
import { PartBuilder } from './part-builder.ts';
import type { LayoutNode } from './targets.ts';
import { subtreeOf } from './walk.ts';

const sliceNames = 2048;

/** What laying out the top of the tree needs; main thread only. */
export interface LayoutContext {
  readonly builder: NodeBuilder;
  readonly oneFileSystem: boolean;
  /** The parent's tree; undefined when it cannot be read. */
  readonly loadTree: (id: string) => Promise<Uint8Array | undefined>;
}

/**
 * The top of the tree: the directories on the way to the targets with their metadata, and a hole with a job for
 * every target. `parentTree` is the id of the parent snapshot's root tree.
 */
export async function layOut(
  context: LayoutContext,
  layout: LayoutNode,
  parentTree: string | undefined,
): Promise<OpenPart> {
  return layOutNode(context, layout, parentTree === undefined ? undefined : { id: parentTree });
}

async function layOutNode(context: LayoutContext, layout: LayoutNode, parent: ParentRef): Promise<OpenPart> {
  const previous = await nodesOf(context, parent);
  const part = new PartBuilder();
  const names = [...layout.children.keys()].sort((a, b) => (a < b ? -1 : 1));
  let leaves: Leaf[] = [];
  const flush = () => {
    for (const job of jobsOf(context, leaves, parent)) part.addHole(job);
    leaves = [];
  };
  for (const name of names) {
    const child = layout.children.get(name) as LayoutNode;
    if (child.path !== undefined) {
      leaves.push({ name, path: child.path });
      continue;
    }
    flush();
    const old = previous.get(name);
    const node = directoryNode(context, name, child);
    const inner = await layOutNode(context, child, subtreeOf(old));
    const unmodifiedWith = old !== undefined && sameNode(node, old) ? old.subtree : undefined;
    part.addHole({ kind: 'open', part: inner }, nodeUpToTreeId(node), { known: old !== undefined, unmodifiedWith });
  }
  flush();
  return part.part();
}

interface Leaf {
  readonly name: ByteString;
  readonly path: ByteString;
}

/** Neighbours in one directory share a job; a target whose name had to be changed has one of its own. */
function jobsOf(context: LayoutContext, leaves: readonly Leaf[], parent: ParentRef): Job[] {
  const jobs: Job[] = [];
  let names: ByteString[] = [];
  let directory: ByteString | undefined;
  const push = (path: ByteString, group: readonly ByteString[], rename: ByteString | undefined) => {
    if (group.length === 0) return;
    const device = context.oneFileSystem ? deviceOf(`${path === '/' ? '' : path}/${group[0]}`) : undefined;
    jobs.push({ kind: 'entries', path, names: group, rename, targets: true, parent, device });
  };
  for (const { name, path } of leaves) {
    const slash = path.lastIndexOf('/');
    const folder = path.slice(0, slash) === '' ? '/' : path.slice(0, slash);
    const base = path.slice(slash + 1);
    const alone = base !== name || context.oneFileSystem;
    if (folder !== directory || alone || names.length >= sliceNames) {
      push(directory ?? '', names, undefined);
      names = [];
      directory = folder;
    }
    if (alone) push(folder, [base], name);
    else names.push(base);
  }
  push(directory ?? '', names, undefined);
  return jobs;
}

function deviceOf(path: ByteString): bigint | undefined {
  try {
    return entryFacts(fs.lstatSync(toBytes(path), { bigint: true })).deviceId;
  } catch {
    return undefined;
  }
}

/** On the way to a target links are followed: what counts is the directory that they lead to. */
function directoryNode(context: LayoutContext, name: ByteString, layout: LayoutNode): Node {
  const path = toBytes(layout.metadataFrom ?? '/');
  try {
    const facts = entryFacts(fs.statSync(path, { bigint: true }));
    const [xattrs] = readXattrs([fs.realpathSync(path, { encoding: 'buffer' })]);
    return context.builder.build(toBytes(name), facts, { xattrs: Array.isArray(xattrs) ? xattrs : [] });
  } catch (error) {
    throw new AppError('source-missing', `The folder ${path.toString()} cannot be looked at.`, {
      hint: 'Check that it exists and that your account may enter it.',
      retry: 'after-action',
      cause: error,
    });
  }
}

async function nodesOf(context: LayoutContext, parent: ParentRef): Promise<Map<ByteString, Node>> {
  if (parent === undefined || !('id' in parent)) return new Map();
  const bytes = await context.loadTree(parent.id);
  if (bytes === undefined) return new Map();
  const nodes = decodeTree(bytes, { onProblem: () => {} });
  return new Map(Array.from(nodes, (node) => [fromBytes(node.name), node] as const));
}
