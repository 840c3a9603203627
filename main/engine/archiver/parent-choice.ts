import type { StoredSnapshot } from '../snapshot/snapshot-codec.ts';
import { listSnapshots, loadSnapshot, type SnapshotSource } from '../snapshot/snapshots.ts';
import type { BackupOptions } from './backup-options.ts';

/**
 * The snapshot to compare with (format section 15): the newest of the same host that has all the paths and is not
 * newer than the new one, unless another or none is asked for. `not-found` or `ambiguous` for a given one.
 */
export async function chooseParent(
  repository: SnapshotSource,
  options: Pick<BackupOptions, 'parent' | 'force' | 'stdin' | 'hostname'>,
  paths: readonly string[],
  timeNs: bigint,
): Promise<StoredSnapshot | undefined> {
  if (options.force || options.stdin !== undefined || options.parent === 'none') return undefined;
  if (options.parent !== 'auto') return (await loadSnapshot(repository, options.parent)).snapshot;
  const filter = { hosts: [options.hostname], paths };
  const snapshots = await listSnapshots(repository, filter, { onProblem: () => {} });
  return snapshots.findLast((snapshot) => snapshot.timeNs <= timeNs);
}
