import { throwIfCancelled } from './cancellation.ts';
import type { Node } from './node.ts';
import { type BlobSource, forEachTree, TreeReader } from './tree-reader.ts';

/** How a blob is stored; `uncompressedLength` is 0 when it is not compressed. */
export interface StoredBlob {
  readonly length: number;
  readonly uncompressedLength: number;
}

/** What statistics need of a repository: trees, and the index by type and id (32 bytes). */
export interface StatsSource extends BlobSource {
  readonly index: { find(type: 'data' | 'tree', id: Buffer): StoredBlob | undefined };
}

/**
 * Sum over all snapshots of what restoring each of them writes. Every name counts as a file, folders too; the bytes of
 * a file with several names count once a snapshot.
 */
export interface RestoreSizeStats {
  readonly totalSize: bigint;
  readonly totalFileCount: number;
}

/** What the snapshots' blobs take, each counted once. Sizes in bytes. */
export interface RawDataStats {
  /** As stored, sealed. */
  readonly totalSize: bigint;
  /** Before compression. */
  readonly totalUncompressedSize: bigint;
  readonly totalBlobCount: number;
  /** Uncompressed size of the compressed blobs divided by their stored size; 1 when there are none. */
  readonly compressionRatio: number;
  /** Percentage of the uncompressed bytes that are in compressed blobs. */
  readonly compressionProgress: number;
  /** Percentage of the uncompressed bytes that compression saves. */
  readonly compressionSpaceSaving: number;
  /** Blobs that the index does not know; not counted in the sizes. */
  readonly missingBlobs: number;
}

/** Files that differ in content, each content counted once over all snapshots. */
export interface FilesByContentsStats {
  readonly totalSize: bigint;
  readonly totalFileCount: number;
}

/** Bytes of sealing around each blob. */
const sealOverhead = 32;

/** Statistics of what the trees restore to, one tree per snapshot. Trees without hard links are read once. */
export async function restoreSizeStats(
  source: BlobSource, roots: readonly string[], signal?: AbortSignal,
): Promise<RestoreSizeStats> {
  const reader = new TreeReader(source);
  const plainSubtrees = new Map<string, RestoreSizeStats>();
  let totalSize = 0n;
  let totalFileCount = 0;
  for (const root of roots) {
    const sum = await sumTree(reader, root, new Set(), plainSubtrees, signal);
    totalSize += sum.totalSize;
    totalFileCount += sum.totalFileCount;
  }
  return { totalSize, totalFileCount };
}

/** Statistics of the blobs the trees need (the trees themselves included). */
export async function rawDataStats(
  source: StatsSource, roots: readonly string[], signal?: AbortSignal,
): Promise<RawDataStats> {
  const trees = new Set<string>();
  const data = new Set<string>();
  await forEachTree(source, roots, (_, nodes) => {
    for (const node of nodes) {
      for (const id of node.content ?? []) {
        data.add(id);
      }
    }
  }, { signal, seen: trees });
  let [total, uncompressed, compressedStored, compressedPlain] = [0n, 0n, 0n, 0n];
  let missingBlobs = 0;
  for (const [type, ids] of [['data', data], ['tree', trees]] as const) {
    for (const id of ids) {
      const blob = source.index.find(type, Buffer.from(id, 'hex'));
      if (blob === undefined) {
        missingBlobs += 1;
        continue;
      }
      const isCompressed = blob.uncompressedLength > 0;
      const plain = BigInt(isCompressed ? blob.uncompressedLength : blob.length - sealOverhead);
      total += BigInt(blob.length);
      uncompressed += plain;
      compressedPlain += isCompressed ? plain : 0n;
      compressedStored += isCompressed ? BigInt(blob.length) : 0n;
    }
  }
  return {
    totalSize: total,
    totalUncompressedSize: uncompressed,
    totalBlobCount: data.size + trees.size,
    compressionRatio: compressedStored === 0n ? 1 : Number(compressedPlain) / Number(compressedStored),
    compressionProgress: percent(compressedPlain, uncompressed),
    compressionSpaceSaving: uncompressed === 0n ? 0 : 100 - percent(total, uncompressed),
    missingBlobs,
  };
}

/** Statistics of the different file contents; files are the same when they have the same list of blobs. */
export async function filesByContentsStats(
  source: BlobSource, roots: readonly string[], signal?: AbortSignal,
): Promise<FilesByContentsStats> {
  const contents = new Set<string>();
  let totalSize = 0n;
  await forEachTree(source, roots, (_, nodes) => {
    for (const node of nodes) {
      if (node.type === 'file') {
        const key = contentKey(node);
        totalSize += contents.has(key) ? 0n : node.size;
        contents.add(key);
      }
    }
  }, { signal });
  return { totalSize, totalFileCount: contents.size };
}

/** How much deduplication saves: restored bytes divided by the bytes of the different blobs; 1 when there are none. */
export function deduplicationRatio(restored: RestoreSizeStats, raw: RawDataStats): number {
  return raw.totalUncompressedSize === 0n ? 1 : Number(restored.totalSize) / Number(raw.totalUncompressedSize);
}

/**
 * The sum of one tree. Subtrees without hard links sum up the same wherever they occur, so their sums are kept in
 * `plain`; the others need the set of files already met in this snapshot.
 */
async function sumTree(
  reader: TreeReader, treeId: string, links: Set<string>, plain: Map<string, RestoreSizeStats>, signal?: AbortSignal,
): Promise<RestoreSizeStats> {
  const known = plain.get(treeId);
  if (known !== undefined) {
    return known;
  }
  throwIfCancelled(signal);
  let metLinks = false;
  let totalSize = 0n;
  let totalFileCount = 0;
  for (const node of await reader.load(treeId)) {
    if (node.type === 'dir' && node.subtree !== undefined) {
      const sum = await sumTree(reader, node.subtree, links, plain, signal);
      metLinks ||= !plain.has(node.subtree);
      totalSize += sum.totalSize;
      totalFileCount += sum.totalFileCount + 1;
    } else {
      const isLink = node.type === 'file' && node.links > 1n && node.inode !== 0n;
      const link = isLink ? `${node.deviceId}:${node.inode}` : undefined;
      metLinks ||= isLink;
      totalFileCount += 1;
      if (node.type === 'file' && (link === undefined || !links.has(link))) {
        totalSize += node.size;
      }
      if (link !== undefined) {
        links.add(link);
      }
    }
  }
  const sum = { totalSize, totalFileCount };
  if (!metLinks) {
    plain.set(treeId, sum);
  }
  return sum;
}

function contentKey(node: Node): string {
  const content = node.content ?? [];
  return content.length <= 1 ? (content[0] ?? '') : content.join('');
}

function percent(part: bigint, whole: bigint): number {
  return whole === 0n ? 0 : (Number(part) / Number(whole)) * 100;
}
