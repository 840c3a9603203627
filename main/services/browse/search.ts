import type { NodeType } from '../../engine/snapshot/node.ts';
import type { StoredSnapshot } from '../../engine/snapshot/snapshot-codec.ts';
import { parseTime } from '../../engine/snapshot/time.ts';
import { joinNames, pathText } from '../paths.ts';
import type { Tokens } from '../tokens.ts';
import type { History } from './browser.ts';
import { countOf, instantOf } from './facts.ts';

export interface SearchHit {
  readonly place: string;
  readonly folder: string;
  readonly name: string;
  readonly path: string;
  readonly type: NodeType;
  readonly size: number;
  readonly modified: string;
  readonly versionId: string;
  readonly time: string;
  readonly inNewest: boolean;
}

const maxHits = 500;
const maxFolders = 300_000;

interface Pending {
  readonly names: readonly Buffer[];
  readonly tree: string;
}

/**
 * Files and folders whose name contains `text` (any case), each path once with the newest version that holds it. A
 * folder that is the same in several versions is looked through once, so many versions cost little more than one.
 */
export async function searchNames(
  { plan, session }: History,
  text: string,
  tokens: Tokens,
  signal: AbortSignal,
): Promise<{ readonly items: SearchHit[]; readonly truncated: boolean }> {
  const wanted = text.normalize('NFC').toLocaleLowerCase();
  const seenFolders = new Set<string>();
  const hits = new Map<string, SearchHit>();
  const snapshots = (await session.snapshots()).toReversed();
  const newest = snapshots[0]?.id;
  for (const snapshot of snapshots) {
    const pending: Pending[] = [{ names: [], tree: snapshot.tree }];
    for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
      signal.throwIfAborted();
      const key = `${folder.tree}${joinNames(folder.names).toString('latin1')}`;
      if (seenFolders.has(key)) continue;
      if (seenFolders.size >= maxFolders) return { items: [...hits.values()], truncated: true };
      seenFolders.add(key);
      const below: Pending[] = [];
      for (const node of await session.trees.load(folder.tree)) {
        const names = [...folder.names, node.name];
        if (node.type === 'dir' && node.subtree !== undefined) below.push({ names, tree: node.subtree });
        const label = pathText(node.name);
        if (!label.normalize('NFC').toLocaleLowerCase().includes(wanted)) continue;
        const path = joinNames(names);
        const id = path.toString('latin1');
        if (hits.has(id)) continue;
        if (hits.size >= maxHits) return { items: [...hits.values()], truncated: true };
        hits.set(id, {
          place: tokens.place(plan.id, names),
          folder: tokens.place(plan.id, folder.names),
          name: label,
          path: pathText(path),
          type: node.type,
          size: node.type === 'file' ? countOf(node.size) : 0,
          modified: instantOf(parseTime(node.mtime)),
          ...foundIn(snapshot, newest),
        });
      }
      pending.push(...below.toReversed());
    }
  }
  return { items: [...hits.values()], truncated: false };
}

function foundIn(snapshot: StoredSnapshot, newest: string | undefined): Pick<SearchHit, 'versionId' | 'time' | 'inNewest'> {
  return { versionId: snapshot.id, time: instantOf(snapshot.timeNs), inNewest: snapshot.id === newest };
}
