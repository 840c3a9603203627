import { describe, expect, it } from 'vitest';
import { emptyCounts, type JobResult } from '../../../../main/engine/archiver/archive-protocol.ts';
import { splitTree } from '../../../../main/engine/archiver/parent-tree.ts';
import { PartBuilder } from '../../../../main/engine/archiver/part-builder.ts';
import { PartTree, type PlacedJob } from '../../../../main/engine/archiver/part-tree.ts';
import { emptyNode } from '../../../../main/engine/snapshot/node.ts';
import { decodeTree, encodeTree } from '../../../../main/engine/snapshot/tree-codec.ts';

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();
const nodes = (json: string): JobResult => ({ kind: 'nodes', bytes: new Uint8Array(Buffer.from(json)) });
const fileJob = (path: string) => ({ kind: 'file', path, name: path, known: false }) as const;
const directoryJob = (path: string) => ({ kind: 'directory', path, parent: undefined, device: undefined }) as const;
const newDirectory = { known: false, unmodifiedWith: undefined };

describe('parts', () => {
  it('joins nodes and trees with commas', () => {
    const builder = new PartBuilder();
    expect(text(builder.tree())).toBe('{"nodes":[]}\n');
    builder.add('{"a"}');
    builder.add('{"ü"}');
    expect(text(builder.nodes())).toBe('{"a"},{"ü"}');
    expect(text(builder.tree())).toBe('{"nodes":[{"a"},{"ü"}]}\n');
  });

  it('fills holes in any order, leaves out what is gone, and saves from the inside out', () => {
    const counts = { ...emptyCounts };
    const emitted: PlacedJob[] = [];
    const tree = new PartTree(counts, (job) => emitted.push(job));

    const inner = new PartBuilder();
    inner.addHole(fileJob('big'));
    inner.add('{"i"}');
    const root = new PartBuilder();
    root.add('{"a"}');
    root.addHole({ kind: 'open', part: inner.part() }, '{"b","subtree":"', { known: true, unmodifiedWith: 'B' });
    root.addHole(directoryJob('gone'), '{"c","subtree":"', newDirectory);
    root.addHole(directoryJob('later'), '{"d","subtree":"', newDirectory);
    root.add('{"e"}');
    root.addHole(fileJob('vanished'));
    tree.begin(root.part());

    const next = (path: string) => {
      const index = emitted.findIndex(({ job }) => 'path' in job && job.path === path);
      return emitted.splice(index, 1)[0] as PlacedJob;
    };
    const nextTree = () => emitted.splice(emitted.findIndex(({ job }) => job.kind === 'tree'), 1)[0] as PlacedJob;
    tree.finish(next('vanished'), nodes(''));
    tree.finish(next('later'), { kind: 'deferred' });
    tree.finish(next('gone'), { kind: 'gone' });
    const rest = new PartBuilder();
    rest.addHole(fileJob('slow'));
    tree.finish(next('later'), { kind: 'open', part: rest.part() });
    tree.finish(next('big'), nodes('{"big"}'));
    const innerTree = nextTree();
    expect(innerTree.job.kind === 'tree' && text(innerTree.job.bytes)).toBe('{"nodes":[{"big"},{"i"}]}\n');
    tree.finish(innerTree, { kind: 'tree', id: 'B' });
    tree.finish(next('slow'), nodes(''));
    const laterTree = nextTree();
    expect(laterTree.job.kind === 'tree' && text(laterTree.job.bytes)).toBe('{"nodes":[]}\n');
    tree.finish(laterTree, { kind: 'tree', id: 'D' });
    const rootTree = nextTree();
    expect(rootTree.job.kind === 'tree' && text(rootTree.job.bytes)).toBe(
      '{"nodes":[{"a"},{"b","subtree":"B"},{"d","subtree":"D"},{"e"}]}\n',
    );
    expect(tree.rootId).toBeUndefined();
    tree.finish(rootTree, { kind: 'tree', id: 'R' });
    expect(tree.rootId).toBe('R');
    expect(counts).toMatchObject({ dirsNew: 1, dirsUnmodified: 1, dirsChanged: 0 });
  });

  it('splices the entries of a shared directory where they belong', () => {
    const emitted: PlacedJob[] = [];
    const tree = new PartTree({ ...emptyCounts }, (job) => emitted.push(job));
    const entries = (first: string) => ({
      kind: 'entries' as const,
      path: '/d',
      names: [first],
      rename: undefined,
      targets: false,
      parent: undefined,
      device: undefined,
    });
    const root = new PartBuilder();
    root.addHole(entries('a'));
    root.addHole(entries('b'));
    root.add('{"z"}');
    tree.begin(root.part());
    const [first, second] = emitted.splice(0) as [PlacedJob, PlacedJob];
    const part = new PartBuilder();
    part.add('{"b"}');
    part.addHole(fileJob('c'));
    tree.finish(second, { kind: 'open', part: part.part() });
    tree.finish(first, nodes('{"a"},{"a2"}'));
    tree.finish(emitted.shift() as PlacedJob, nodes('{"c"}'));
    const saved = emitted.shift() as PlacedJob;
    expect(saved.job.kind === 'tree' && text(saved.job.bytes)).toBe('{"nodes":[{"a"},{"a2"},{"b"},{"c"},{"z"}]}\n');
  });
});

describe('splitTree', () => {
  it('cuts a tree at names, whatever its names and nodes hold', () => {
    const names = ['a', 'b"}],{', 'c\\', 'd', 'e{[', 'f'];
    const all = encodeTree(
      names.map((name) => ({
        ...emptyNode(Buffer.from(name), 'file'),
        content: [],
        xattrs: [{ name: 'user.{', value: Buffer.from('x') }],
      })),
    );
    const parts = splitTree(all, ['b', 'c\\', 'cc', 'zz']);
    const found = parts.map((part) => Array.from(decodeTree(part), (node) => node.name.toString()));
    expect(found).toEqual([['a', 'b"}],{'], ['c\\'], ['d', 'e{[', 'f'], []]);
  });

  it('handles the empty tree', () => {
    const parts = splitTree(Buffer.from('{"nodes":[]}\n'), ['a', 'b']);
    expect(parts.map((part) => text(part))).toEqual(['{"nodes":[]}\n', '{"nodes":[]}\n']);
  });
});
