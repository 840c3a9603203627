import type { Moment } from '../../../shared/contract/versions.ts';
import type { Node } from '../../engine/snapshot/node.ts';
import { parseTime } from '../../engine/snapshot/time.ts';
import type { History } from './browser.ts';
import { countOf, instantOf } from './facts.ts';
import { isCovered } from './roots.ts';

/**
 * The spans of versions in which a file or folder did not differ, oldest first: folders by the id of their content,
 * files by content and metadata. Versions that are of other folders do not count.
 */
export async function momentsOf(history: History, names: readonly Buffer[], signal: AbortSignal): Promise<Moment[]> {
  const { session, roots, plan } = history;
  const moments: Moment[] = [];
  let last: string | undefined;
  for (const snapshot of await session.snapshots()) {
    signal.throwIfAborted();
    if (!isCovered(names, await roots.of(snapshot, session, plan))) continue;
    const node = names.length === 0 ? undefined : await session.trees.find(snapshot.tree, names);
    const state = names.length === 0 ? snapshot.tree : stateOf(node);
    const previous = moments.at(-1);
    if (previous !== undefined && state === last) {
      moments[moments.length - 1] = { ...previous, lastVersionId: snapshot.id };
      continue;
    }
    // Not there at first is no moment of it.
    if (previous === undefined && state === absent) continue;
    last = state;
    moments.push({
      versionId: snapshot.id,
      time: instantOf(snapshot.timeNs),
      lastVersionId: snapshot.id,
      present: state !== absent,
      type: names.length === 0 ? 'dir' : (node?.type ?? null),
      size: node?.type === 'file' ? countOf(node.size) : 0,
      modified: node === undefined ? null : instantOf(parseTime(node.mtime)),
    });
  }
  return moments;
}

const absent = '';

function stateOf(node: Node | undefined): string {
  if (node === undefined) return absent;
  if (node.type === 'dir') return `dir ${node.subtree ?? ''} ${node.mode}`;
  const content = node.content?.join() ?? '';
  const target = node.linkTarget?.toString('latin1') ?? '';
  return [node.type, node.mode, parseTime(node.mtime), node.size, node.uid, node.gid, node.device, target, content].join(' ');
}
