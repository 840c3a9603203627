import { hasCode } from '../../../shared/errors.ts';
import type { Repository } from '../repository/repository.ts';
import { requireRemovable } from './fresh-repository.ts';

/**
 * Removes snapshot files, one after the other; their data stays until a prune. One that is gone already is no error.
 * Gives the number removed. The caller holds the exclusive lock and decided (policy or choice) what goes.
 */
export async function removeSnapshots(
  repository: Repository,
  ids: readonly string[],
  onProgress: (done: number, total: number) => void = () => {},
  signal?: AbortSignal,
): Promise<number> {
  if (ids.length > 0) requireRemovable(repository);
  let removed = 0;
  for (const [done, id] of ids.entries()) {
    signal?.throwIfAborted();
    try {
      await repository.removeFile('snapshot', id);
      removed += 1;
    } catch (error) {
      if (!hasCode(error, 'not-found')) throw error;
    }
    onProgress(done + 1, ids.length);
  }
  return removed;
}
