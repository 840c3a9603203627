import { describe, expect, it } from 'vitest';
import { diffBlobs, diffTrees, diffWithPresent, type PresentEntry } from '../../../../main/engine/snapshot/diff.ts';
import { findInSnapshots } from '../../../../main/engine/snapshot/find.ts';
import type { StoredSnapshot } from '../../../../main/engine/snapshot/snapshot-codec.ts';
import {
  deduplicationRatio, filesByContentsStats, rawDataStats, restoreSizeStats,
} from '../../../../main/engine/snapshot/stats.ts';
import {
  findNode, forEachTree, loadTree, nodeNamed, TreeReader, walkTree,
} from '../../../../main/engine/snapshot/tree-reader.ts';
import { all, dataId, file, folder, link, MemoryBlobs } from './helpers.ts';

const bytes = (text: string) => Buffer.from(text);

function sample() {
  const blobs = new MemoryBlobs();
  const deep = blobs.tree(file('x', 'xx'), file('y', 'yy'));
  const sub = blobs.tree(folder('deep', deep), link('l', 'x'));
  const root = blobs.tree(file('a', 'aa'), folder('sub', sub), folder('twin', deep), file('z', 'zz'));
  return { blobs, deep, sub, root };
}

function snapshotOf(tree: string, id: string): StoredSnapshot {
  return {
    id, tree, time: '2024-01-01T00:00:00Z', timeNs: 0n, paths: ['/'], hostname: 'h', username: 'u', uid: 0, gid: 0,
    excludes: [], tags: [],
  };
}

describe('reading trees', () => {
  it('walks in order, and skips on request', async () => {
    const { blobs, root } = sample();
    const paths: string[] = [];
    await walkTree(blobs, root, ({ path, depth, node }) => {
      paths.push(`${depth} ${path.toString()}`);
      return node.name.toString() === 'twin' ? 'skip' : undefined;
    });
    expect(paths).toEqual([
      '0 /a', '0 /sub', '1 /sub/deep', '2 /sub/deep/x', '2 /sub/deep/y', '1 /sub/l', '0 /twin', '0 /z',
    ]);
  });

  it('visits every tree once, several at a time', async () => {
    const { blobs, root, sub, deep } = sample();
    const seen: string[] = [];
    await forEachTree(blobs, [root, deep], (id) => void seen.push(id));
    expect(seen.toSorted()).toEqual([root, sub, deep].toSorted());
    expect(blobs.reads).toBe(3);
  });

  it('throws for missing trees, or reports them and goes on', async () => {
    const { blobs, root, deep } = sample();
    blobs.blobs.delete(deep);
    await expect(forEachTree(blobs, [root], () => undefined)).rejects.toMatchObject({ code: 'missing-data' });
    await expect(walkTree(blobs, root, () => undefined)).rejects.toMatchObject({ code: 'missing-data' });
    const missing: string[] = [];
    await forEachTree(blobs, [root], () => undefined, { onError: (id) => missing.push(id) });
    await walkTree(blobs, root, () => undefined, { onError: (path) => missing.push(path.toString()) });
    expect(missing).toEqual([deep, '/sub/deep', '/twin']);
  });

  it('stops when cancelled', async () => {
    const { blobs, root } = sample();
    const signal = AbortSignal.abort();
    await expect(forEachTree(blobs, [root], () => undefined, { signal })).rejects.toMatchObject({ code: 'cancelled' });
    await expect(walkTree(blobs, root, () => undefined, { signal })).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('finds nodes by path', async () => {
    const { blobs, root } = sample();
    expect((await findNode(blobs, root, [bytes('sub'), bytes('deep'), bytes('y')]))?.content).toEqual([dataId('yy')]);
    expect(await findNode(blobs, root, [bytes('a'), bytes('y')])).toBeUndefined();
    expect(await findNode(blobs, root, [bytes('b')])).toBeUndefined();
    const nodes = await loadTree(blobs, root);
    expect(nodes.map((node) => nodeNamed(nodes, node.name))).toEqual(nodes);
  });

  it('reports hostile entries to those who want to know', async () => {
    const blobs = new MemoryBlobs();
    const id = blobs.add(bytes('{"nodes":[{"name":"..","type":"fifo"},{"name":"b","type":"fifo"}]}'));
    await expect(loadTree(blobs, id)).rejects.toMatchObject({ code: 'hostile-data' });
    const problems: string[] = [];
    await walkTree(blobs, id, () => undefined, { onProblem: (_, problem) => problems.push(problem.message) });
    expect(problems).toHaveLength(1);
  });

  it('keeps trees in a cache of limited size, read once for simultaneous requests', async () => {
    const { blobs, root, sub, deep } = sample();
    const reader = new TreeReader(blobs, { maxNodes: 8 });
    await Promise.all([reader.load(root), reader.load(root)]);
    expect(blobs.reads).toBe(1);
    await reader.load(deep);
    await reader.load(root);
    expect(blobs.reads).toBe(2);
    await reader.load(sub);
    await reader.load(root);
    expect(blobs.reads).toBe(3);
    await reader.load(deep);
    expect(blobs.reads).toBe(4);
    expect((await reader.find(root, [bytes('sub'), bytes('l')]))?.type).toBe('symlink');
    blobs.blobs.clear();
    await expect(new TreeReader(blobs).load(root)).rejects.toMatchObject({ code: 'missing-data' });
  });
});

describe('diff', () => {
  it('names every kind of change, and does not read equal subtrees', async () => {
    const blobs = new MemoryBlobs();
    const equal = blobs.tree(file('e', 'e'));
    const before = blobs.tree(
      file('content', 'old'), folder('equal', equal), folder('gone', blobs.tree(file('g', 'g'))), file('meta', 'm'),
      link('target', 'a'), file('type', 't'), file('rot', 'good'));
    const after = blobs.tree(
      file('content', 'new', { mtime: '2024-01-01T00:00:00Z' }), folder('equal', equal),
      file('meta', 'm', { mode: 0o600 }),
      link('target', 'b'), folder('type', blobs.tree(file('t', 't'))), file('rot', 'evil'), file('more', 'x'));
    const changes = await all(diffTrees(blobs, before, after, { metadata: true }));
    const lines = changes.map(({ kind, path, unexplained }) => `${kind} ${path.toString()}${unexplained ? '?' : ''}`);
    expect(lines).toEqual([
      'content /content', 'removed /gone', 'removed /gone/g', 'metadata /meta', 'added /more', 'content /rot?',
      'content /target', 'type /type', 'added /type/t',
    ]);
    expect(blobs.reads).toBe(4);
    const contentOnly = await all(diffTrees(blobs, before, after));
    expect(contentOnly.map(({ kind }) => kind)).not.toContain('metadata');
    expect(await all(diffTrees(blobs, before, before))).toEqual([]);
    expect((await all(diffTrees(blobs, undefined, equal))).map(({ kind }) => kind)).toEqual(['added']);
  });

  it('does not take another zone for another time', async () => {
    const blobs = new MemoryBlobs();
    const before = blobs.tree(file('f', 'f', { mtime: '2024-01-01T01:00:00+01:00' }));
    const after = blobs.tree(file('f', 'f', { mtime: '2024-01-01T00:00:00Z' }));
    expect(before).not.toBe(after);
    expect(await all(diffTrees(blobs, before, after, { metadata: true }))).toEqual([]);
  });

  it('counts blobs of one side only', async () => {
    const { blobs, root, deep } = sample();
    const difference = await diffBlobs(blobs, root, deep);
    expect([difference.addedData.size, difference.addedTrees.size]).toEqual([0, 0]);
    expect([difference.removedData.size, difference.removedTrees.size]).toEqual([2, 2]);
  });

  it('compares a version with the present', async () => {
    const { blobs, root } = sample();
    const entry = (name: string, type: PresentEntry['type'], more: Partial<PresentEntry> = {}): PresentEntry =>
      ({ name: bytes(name), type, size: 2n, mtimeNs: -62_135_596_800_000_000_000n, ...more });
    const present = new Map<string, PresentEntry[]>([
      ['', [
        entry('z', 'file', { size: 3n }), entry('a', 'file', { mtimeNs: 5n }), entry('sub', 'dir'), entry('new', 'dir'),
      ]],
      ['sub', [entry('l', 'symlink', { linkTarget: bytes('other') }), entry('deep', 'file')]],
      ['new', [entry('n', 'fifo')]],
    ]);
    const list = (path: readonly Buffer[]) => Promise.resolve(present.get(path.join('/')));
    const changes = await all(diffWithPresent(blobs, root, { list }));
    expect(changes.map(({ kind, path }) => `${kind} ${path.toString()}`)).toEqual([
      'content /a', 'added /new', 'added /new/n', 'type /sub/deep', 'removed /sub/deep/x', 'removed /sub/deep/y',
      'content /sub/l', 'removed /twin', 'removed /twin/x', 'removed /twin/y', 'content /z',
    ]);
    const asked: string[] = [];
    const sameContent = (path: readonly Buffer[]) => Promise.resolve(asked.push(path.join('/')) > 0);
    const fewer = await all(diffWithPresent(blobs, root, { list, sameContent }));
    expect([fewer.length, asked]).toEqual([10, ['a']]);
  });
});

describe('find', () => {
  it('searches all snapshots, and barren folders once', async () => {
    const { blobs, root } = sample();
    const changed = blobs.tree(file('wanted', 'w'), ...(await loadTree(blobs, root)));
    blobs.reads = 0;
    const query = { matches: (path: Buffer) => path.toString().endsWith('wanted') };
    const snapshots = [snapshotOf(root, '1'), snapshotOf(root, '2'), snapshotOf(changed, '3')];
    const visited: string[] = [];
    const matches = await all(findInSnapshots(blobs, snapshots, {
      matches: (path) => (visited.push(path.toString()), query.matches(path)),
    }));
    expect(matches.map(({ snapshot, path }) => [snapshot.id, path.toString()])).toEqual([['3', '/wanted']]);
    expect(visited.length).toBe(10 + 5);
  });

  it('leaves out folders that cannot contain a match, and reports unreadable ones', async () => {
    const { blobs, root, deep } = sample();
    const matches = () => true;
    const found = await all(findInSnapshots(blobs, [snapshotOf(root, '1')], {
      matches, mayMatchBelow: (path) => path.toString() === '/twin' }));
    expect(found.map(({ path }) => path.toString())).toEqual(['/a', '/sub', '/twin', '/twin/x', '/twin/y', '/z']);
    blobs.blobs.delete(deep);
    const search = all(findInSnapshots(blobs, [snapshotOf(root, '1')], { matches }));
    await expect(search).rejects.toMatchObject({ code: 'missing-data' });
    const problems: string[] = [];
    await all(findInSnapshots(blobs, [snapshotOf(root, '1')], { matches }, {
      onError: (snapshot, path) => problems.push(`${snapshot.id}${path.toString()}`) }));
    expect(problems).toEqual(['1/sub/deep', '1/twin']);
  });
});

describe('stats', () => {
  it('counts what a restore writes, hard links once a snapshot', async () => {
    const { blobs, root } = sample();
    expect(await restoreSizeStats(blobs, [root, root])).toEqual({ totalSize: 24n, totalFileCount: 20 });
    const linked = { links: 2n, inode: 7n, deviceId: 1n };
    const inner = blobs.tree(file('two', 'four', linked));
    const twice = blobs.tree(folder('d', inner), folder('e', inner), file('one', 'four', linked));
    expect(await restoreSizeStats(blobs, [twice, twice])).toEqual({ totalSize: 8n, totalFileCount: 10 });
  });

  it('counts blobs and contents once', async () => {
    const { blobs, root } = sample();
    const index = {
      find: (type: 'data' | 'tree', id: Buffer) => {
        if (id.toString('hex') === dataId('zz')) {
          return undefined;
        }
        return type === 'tree' ? { length: 132, uncompressedLength: 300 } : { length: 132, uncompressedLength: 0 };
      },
    };
    const raw = await rawDataStats({ index, loadBlob: (type, id) => blobs.loadBlob(type, id) }, [root]);
    expect(raw).toMatchObject({
      totalSize: 6n * 132n, totalUncompressedSize: 900n + 300n, totalBlobCount: 7, missingBlobs: 1,
      compressionProgress: 75,
    });
    expect(raw.compressionRatio).toBeCloseTo(900 / 396);
    expect(raw.compressionSpaceSaving).toBeCloseTo(34);
    expect(await filesByContentsStats(blobs, [root])).toEqual({ totalSize: 8n, totalFileCount: 4 });
    expect(deduplicationRatio({ totalSize: 2400n, totalFileCount: 1 }, raw)).toBe(2);
  });
});
