import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { readXattrs, splitDevice, type Xattr } from '../../../../main/engine/platform/posix-helper.ts';
import type { Repository } from '../../../../main/engine/repository/repository.ts';
import { emptyNode, type Node, type NodeType } from '../../../../main/engine/snapshot/node.ts';
import { encodeNode } from '../../../../main/engine/snapshot/tree-codec.ts';
import { executeRestore, type RestoreOptions } from '../../../../main/engine/restorer/execute.ts';
import { planRestore } from '../../../../main/engine/restorer/plan.ts';
import type { RestoreRequest } from '../../../../main/engine/restorer/restore-plan.ts';
import type { RestoreReport } from '../../../../main/engine/restorer/restore-report.ts';
import { storeBlobs } from '../../../helpers/repository.ts';

/** Everything a restore has to reproduce of one entry; `path` relative to the root, as latin1 text of its bytes. */
export interface EntryFacts {
  readonly path: string;
  readonly type: string;
  readonly mode: string | undefined;
  readonly owner: string;
  readonly mtimeNs: string;
  readonly size?: number;
  readonly sha256?: string;
  readonly links?: number;
  readonly linkTarget?: string;
  readonly device?: readonly [number, number];
  readonly xattrs?: Readonly<Record<string, string>>;
}

const typeNames = new Map([
  [0o100000, 'file'],
  [0o040000, 'dir'],
  [0o120000, 'symlink'],
  [0o060000, 'dev'],
  [0o020000, 'chardev'],
  [0o010000, 'fifo'],
]);

/** All entries below a folder, sorted by path bytes. */
export function describeTree(root: string): EntryFacts[] {
  const paths: Buffer[] = [];
  const visit = (folder: Buffer): void => {
    for (const entry of fs.readdirSync(folder, { encoding: 'buffer', withFileTypes: true })) {
      const path = Buffer.concat([folder, Buffer.from('/'), entry.name]);
      paths.push(path);
      if (entry.isDirectory()) visit(path);
    }
  };
  visit(Buffer.from(root));
  const xattrs = readXattrs(paths);
  const start = Buffer.byteLength(root);
  return paths
    .map((path, index) => describeEntry(path, path.subarray(start), xattrs[index]))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

function describeEntry(path: Buffer, relative: Buffer, xattrs: readonly Xattr[] | Error | undefined): EntryFacts {
  const stats = fs.lstatSync(path, { bigint: true });
  const type = typeNames.get(Number(stats.mode) & 0o170000) ?? 'other';
  if (xattrs === undefined || xattrs instanceof Error) throw xattrs ?? new Error('no answer');
  const { major, minor } = splitDevice(stats.rdev);
  return {
    path: relative.toString('latin1'),
    type,
    mode: type === 'symlink' ? undefined : (Number(stats.mode) & 0o7777).toString(8),
    owner: `${stats.uid}:${stats.gid}`,
    mtimeNs: String(stats.mtimeNs),
    ...(type === 'file'
      ? {
          size: Number(stats.size),
          sha256: createHash('sha256').update(fs.readFileSync(path)).digest('hex'),
          links: Number(stats.nlink),
        }
      : {}),
    ...(type === 'symlink' ? { linkTarget: fs.readlinkSync(path, { encoding: 'buffer' }).toString('base64') } : {}),
    ...(type === 'dev' || type === 'chardev' ? { device: [major, minor] as const } : {}),
    ...(xattrs.length === 0
      ? {}
      : {
          xattrs: Object.fromEntries(
            xattrs
              .map(({ name, value }) => [name, value.toString('base64')] as const)
              .sort(([a], [b]) => (a < b ? -1 : 1)),
          ),
        }),
  };
}

/** A node with everything a test does not care about set to something plain. */
export function testNode(name: string | Buffer, type: NodeType, fields: Partial<Node> = {}): Node {
  const mtime = '2026-03-03T09:12:00.123456789Z';
  const mode = type === 'dir' ? 0x8000_01ed : type === 'symlink' ? 0x0800_01ff : 0o644;
  const owner = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  return { ...emptyNode(Buffer.from(name), type), mode, mtime, atime: mtime, ctime: mtime, ...owner, ...fields };
}

/** What a tree of a test is made of: text or bytes are files, nested objects folders, nodes are taken as they are. */
export type TreeSpec = readonly (readonly [name: string | Buffer, content: string | Buffer | TreeSpec | Node])[];

/** Stores a tree, with its entries in the order given and under any names, and returns its id. */
export async function storeTree(repository: Repository, spec: TreeSpec): Promise<string> {
  const contents = contentsOf(spec);
  const ids = await storeBlobs(repository, contents.map((content) => ['data', content] as const));
  return storeLevel(repository, spec, ids.values());
}

async function storeLevel(repository: Repository, spec: TreeSpec, ids: Iterator<string>): Promise<string> {
  const nodes: Node[] = [];
  for (const [name, content] of spec) {
    if (typeof content === 'string' || Buffer.isBuffer(content)) {
      const bytes = Buffer.from(content);
      const id = bytes.length === 0 ? undefined : (ids.next().value as string);
      nodes.push(testNode(name, 'file', { size: BigInt(bytes.length), content: id === undefined ? [] : [id] }));
    } else if (Array.isArray(content)) {
      nodes.push(testNode(name, 'dir', { subtree: await storeLevel(repository, content, ids) }));
    } else {
      nodes.push(content as Node);
    }
  }
  return storeNodes(repository, nodes);
}

function contentsOf(spec: TreeSpec): Buffer[] {
  return spec.flatMap(([, content]) => {
    if (Array.isArray(content)) return contentsOf(content);
    const isText = typeof content === 'string' || Buffer.isBuffer(content);
    return isText && content.length > 0 ? [Buffer.from(content)] : [];
  });
}

/** Stores nodes as they are, without the checks that the encoder of trees makes. */
export async function storeNodes(repository: Repository, nodes: readonly Node[]): Promise<string> {
  const text = `{"nodes":[${nodes.map((node) => encodeNode(node)).join(',')}]}\n`;
  const [id] = await storeBlobs(repository, [['tree', Buffer.from(text)]]);
  return id ?? '';
}

/** A file node whose content is stored as one blob. */
export async function fileNode(
  repository: Repository,
  name: string | Buffer,
  content: Buffer,
  fields: Partial<Node> = {},
): Promise<Node> {
  const ids = content.length === 0 ? [] : await storeBlobs(repository, [['data', content]]);
  return testNode(name, 'file', { size: BigInt(content.length), content: ids, ...fields });
}

/** A request for everything in a tree, below a folder. */
export function wholeTree(treeId: string, target: string, more: Partial<RestoreRequest> = {}): RestoreRequest {
  return {
    treeId,
    items: [{ path: [] }],
    destination: { kind: 'root', path: target },
    versionTime: '2026-03-03T09:12:00Z',
    ...more,
  };
}

/** Plans and restores. */
export async function restore(
  repository: Repository,
  request: RestoreRequest,
  options: Partial<RestoreOptions> = {},
): Promise<RestoreReport> {
  const plan = await planRestore(repository, request);
  return executeRestore(repository, plan, { policy: 'replace-all', workers: 1, ...options });
}
