import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../../main/engine/platform/clock.ts';
import { systemRandom } from '../../../../main/engine/platform/random.ts';
import { openRepository } from '../../../../main/engine/repository/open-repository.ts';
import { openSnapshot } from '../../../../main/engine/snapshot/snapshots.ts';
import { LocalStorage } from '../../../../main/engine/storage/local-storage.ts';
import { unpackFixture } from '../../../helpers/repository.ts';
import { tempDir } from '../../../helpers/temp-dir.ts';
import { describeTree, restore, wholeTree, type EntryFacts } from './support.ts';

interface RecordedEntry {
  readonly path?: string;
  readonly path_base64?: string;
  readonly type: string;
  readonly mode_octal?: string;
  readonly uid: number;
  readonly gid: number;
  readonly mtime_ns: string;
  readonly size?: number;
  readonly sha256?: string;
  readonly nlink?: number;
  readonly linktarget_base64?: string;
  readonly rdev?: readonly [number, number];
  readonly xattrs_base64?: Readonly<Record<string, string>>;
}

const recorded = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../fixtures/restored-v2.json'), 'utf8'),
) as { readonly snapshots: Readonly<Record<string, { readonly entries: readonly RecordedEntry[] }>> };

function factsOf(entry: RecordedEntry): EntryFacts {
  const path = entry.path_base64 === undefined ? Buffer.from(entry.path ?? '') : Buffer.from(entry.path_base64, 'base64');
  return {
    path: path.toString('latin1'),
    type: entry.type,
    mode: entry.type === 'symlink' ? undefined : entry.mode_octal,
    owner: `${entry.uid}:${entry.gid}`,
    mtimeNs: entry.mtime_ns,
    ...(entry.size === undefined ? {} : { size: entry.size, sha256: entry.sha256, links: entry.nlink }),
    ...(entry.linktarget_base64 === undefined ? {} : { linkTarget: entry.linktarget_base64 }),
    ...(entry.rdev === undefined ? {} : { device: entry.rdev }),
    ...(entry.xattrs_base64 === undefined ? {} : { xattrs: entry.xattrs_base64 }),
  };
}

describe.runIf(process.getuid?.() === 0)('restoring what restic wrote', () => {
  it.each(Object.keys(recorded.snapshots))('reproduces every entry of %s', async (snapshotId) => {
    const storage = new LocalStorage(unpackFixture(tempDir()));
    const repository = await openRepository(storage, {
      password: 'fixture-password',
      clock: systemClock,
      random: systemRandom,
    });
    await repository.loadIndex();
    const { treeId } = await openSnapshot(repository, snapshotId);
    const target = join(tempDir(), 'new');
    const report = await restore(repository, wholeTree(treeId, target), { verify: true });
    expect(report.problems).toEqual([]);
    const expected = (recorded.snapshots[snapshotId]?.entries ?? []).map(factsOf);
    expect(describeTree(target)).toEqual(expected.sort((a, b) => (a.path < b.path ? -1 : 1)));
    const again = await restore(repository, wholeTree(treeId, target));
    expect(again.created + again.replaced).toBe(0);
    expect(again.identical).toBe(report.created);
  });
});
