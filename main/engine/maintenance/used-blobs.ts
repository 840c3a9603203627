import type { Repository } from '../repository/repository.ts';
import { forEachTree } from '../snapshot/tree-reader.ts';

/** The ids of all blobs that some trees need: the trees themselves and the content of their files. */
export interface UsedBlobs {
  readonly trees: ReadonlySet<string>;
  readonly data: ReadonlySet<string>;
}

/**
 * Walks everything below `roots`, each tree once, and collects what is used. Any tree that cannot be read or is not
 * sound ends it with an error: what is not known to be unused must be kept. The index must be loaded.
 */
export async function collectUsedBlobs(
  repository: Repository,
  roots: Iterable<string>,
  signal?: AbortSignal,
  onTree?: (trees: number) => void,
): Promise<UsedBlobs> {
  const trees = new Set<string>();
  const data = new Set<string>();
  await forEachTree(
    repository,
    roots,
    (treeId, nodes) => {
      trees.add(treeId);
      for (const node of nodes) for (const id of node.content ?? []) data.add(id);
      onTree?.(trees.size);
    },
    { signal },
  );
  return { trees, data };
}
