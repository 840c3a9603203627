import { describe, expect, it } from 'vitest';
import { encodeSnapshot, type Snapshot } from '../../../../main/engine/snapshot/snapshot-codec.ts';
import {
  groupSnapshots, hasTags, listSnapshots, loadSnapshot, openSnapshot, pathComponents, type SnapshotSource,
} from '../../../../main/engine/snapshot/snapshots.ts';
import { dataId, file, folder, MemoryBlobs } from './helpers.ts';

class MemorySnapshots extends MemoryBlobs implements SnapshotSource {
  readonly files = new Map<string, Buffer>();

  save(id: string, snapshot: Partial<Snapshot>): string {
    this.files.set(id, encodeSnapshot({
      time: '2024-01-01T00:00:00Z', tree: this.tree(), paths: ['/a'], hostname: 'h', username: 'u', uid: 0, gid: 0,
      excludes: [], tags: [], ...snapshot,
    }));
    return id;
  }

  listSnapshotIds(): Promise<string[]> {
    return Promise.resolve([...this.files.keys()]);
  }

  loadUnpacked(_type: 'snapshot', id: string): Promise<Buffer> {
    return Promise.resolve(this.files.get(id) ?? Buffer.alloc(0));
  }
}

function repository() {
  const source = new MemorySnapshots();
  const ids = {
    old: source.save(`aa${dataId('old').slice(2)}`, { time: '2024-01-01T12:00:00+01:00', tags: ['x', 'y'] }),
    other: source.save(`ab${dataId('other').slice(2)}`, {
      time: '2024-01-01T12:00:00Z', hostname: 'g', paths: ['/b', '/a'] }),
    recent: source.save(`bb${dataId('recent').slice(2)}`, {
      time: '2024-06-01T00:00:00Z', paths: ['/a', '/b'], tags: ['z'] }),
  };
  return { source, ids };
}

describe('snapshots', () => {
  it('are listed by time, and filtered by host, path, tag and id', async () => {
    const { source, ids } = repository();
    const found = async (filter: Parameters<typeof listSnapshots>[1]) =>
      (await listSnapshots(source, filter)).map(({ id }) => id);
    expect(await found({})).toEqual([ids.old, ids.other, ids.recent]);
    expect(await found({ hosts: ['h'] })).toEqual([ids.old, ids.recent]);
    expect(await found({ hosts: ['h', 'g'], paths: ['/b'] })).toEqual([ids.other, ids.recent]);
    expect(await found({ paths: ['/a', '/b'] })).toEqual([ids.other, ids.recent]);
    expect(await found({ tags: [['x', 'y']] })).toEqual([ids.old]);
    expect(await found({ tags: [['x', 'z'], ['z']] })).toEqual([ids.recent]);
    expect(await found({ tags: [['']] })).toEqual([ids.other]);
    expect(await found({ ids: ['a'] })).toEqual([ids.old, ids.other]);
    expect(hasTags(['x'], [])).toBe(true);
  });

  it('are found by name', async () => {
    const { source, ids } = repository();
    expect((await loadSnapshot(source, 'latest')).snapshot.id).toBe(ids.recent);
    expect((await loadSnapshot(source, 'latest', { hosts: ['g'] })).snapshot.id).toBe(ids.other);
    expect((await loadSnapshot(source, 'ab')).snapshot.id).toBe(ids.other);
    expect((await loadSnapshot(source, ids.old)).snapshot.id).toBe(ids.old);
    await expect(loadSnapshot(source, 'a')).rejects.toMatchObject({ code: 'ambiguous' });
    await expect(loadSnapshot(source, 'c')).rejects.toMatchObject({ code: 'not-found' });
    await expect(loadSnapshot(source, '')).rejects.toMatchObject({ code: 'not-found' });
    await expect(loadSnapshot(source, '../x')).rejects.toMatchObject({ code: 'not-found' });
    await expect(loadSnapshot(source, 'latest', { hosts: ['nobody'] })).rejects.toMatchObject({ code: 'not-found' });
  });

  it('are opened at a folder inside', async () => {
    const { source } = repository();
    const inner = source.tree(file('f', 'x'));
    const tree = source.tree(folder('a', source.tree(folder('b', inner))));
    source.save(dataId('c'), { tree, time: '2025-01-01T00:00:00Z' });
    expect((await openSnapshot(source, 'latest:/a/b/')).treeId).toBe(inner);
    await expect(openSnapshot(source, 'latest:a/c')).rejects.toMatchObject({ code: 'not-found' });
    await expect(openSnapshot(source, 'latest:a/b/f')).rejects.toMatchObject({ code: 'not-found' });
    await expect(openSnapshot(source, 'latest:../a')).rejects.toMatchObject({ code: 'invalid-input' });
    expect(pathComponents('//a/./b')).toEqual([Buffer.from('a'), Buffer.from('b')]);
  });

  it('that are damaged are an error, or reported and left out', async () => {
    const { source, ids } = repository();
    source.files.set(ids.other, Buffer.from('{'));
    await expect(listSnapshots(source)).rejects.toMatchObject({ code: 'damaged' });
    const problems: string[] = [];
    const rest = await listSnapshots(source, {}, { onProblem: (id) => problems.push(id) });
    expect([rest.length, problems]).toEqual([2, [ids.other]]);
  });

  it('stop loading when cancelled', async () => {
    const { source } = repository();
    const options = { signal: AbortSignal.abort(), onProblem: () => undefined };
    await expect(listSnapshots(source, {}, options)).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('are grouped whatever the order of paths and tags', async () => {
    const { source } = repository();
    const snapshots = await listSnapshots(source);
    expect(groupSnapshots(snapshots, ['paths']).map(({ paths, snapshots }) => [paths, snapshots.length]))
      .toEqual([[['/a'], 1], [['/a', '/b'], 2]]);
    expect(groupSnapshots(snapshots, ['host', 'tags'])).toHaveLength(3);
    expect(groupSnapshots(snapshots, [])).toMatchObject([{ snapshots: { length: 3 } }]);
  });
});
