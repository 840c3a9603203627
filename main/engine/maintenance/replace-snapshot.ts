import type { Repository } from '../repository/repository.ts';
import { encodeSnapshot } from '../snapshot/snapshot-codec.ts';
import type { Snapshot } from '../snapshot/snapshot-codec.ts';

/**
 * Writes `replacement`, durably, and only then removes the snapshot it replaces (unless `keepOld`). Gives the id of the
 * new snapshot. A crash in between leaves both.
 */
export async function replaceSnapshot(
  repository: Repository,
  oldId: string,
  replacement: Snapshot,
  keepOld = false,
): Promise<string> {
  const id = await repository.saveUnpacked('snapshot', encodeSnapshot(replacement));
  if (!keepOld) await repository.removeFile('snapshot', oldId);
  return id;
}
