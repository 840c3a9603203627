import { resolve } from 'node:path';
import type { Repository } from '../engine/repository/repository.ts';
import { listSnapshots } from '../engine/snapshot/snapshots.ts';
import { parseGroupBy } from './snapshot-filter.ts';

export interface ParentWish {
  readonly parent: string | undefined;
  readonly groupBy: string | undefined;
  readonly host: string;
  readonly tags: readonly string[];
  readonly targets: readonly (string | Uint8Array)[];
  /** Milliseconds of the new snapshot; now unless given. */
  readonly time: number | undefined;
}

/** What the archiver is told about the parent: a named one, its own choice, or the newest of the group wished for. */
export async function chooseParent(repository: Repository, wish: ParentWish): Promise<string> {
  if (wish.parent !== undefined) return wish.parent;
  if (wish.groupBy === undefined) return 'auto';
  const by = parseGroupBy(wish.groupBy);
  const latest = BigInt(wish.time ?? Date.now()) * 1_000_000n;
  const candidates = await listSnapshots(repository, {
    hosts: by.includes('host') ? [wish.host] : [],
    paths: by.includes('paths') ? wish.targets.map((target) => resolve(Buffer.from(target as Uint8Array).toString())) : [],
    tags: by.includes('tags') && wish.tags.length > 0 ? [[...wish.tags]] : [],
  });
  const fitting = candidates.filter(({ timeNs, tags }) => timeNs <= latest && (!by.includes('tags') || tags.length === wish.tags.length));
  return fitting.at(-1)?.id ?? 'none';
}
