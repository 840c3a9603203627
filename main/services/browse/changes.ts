import type { Change as ChangeItem } from '../../../shared/contract/versions.ts';
import { AppError } from '../../../shared/errors.ts';
import { diffTrees, diffWithPresent } from '../../engine/snapshot/diff.ts';
import type { Change, PresentChange } from '../../engine/snapshot/diff.ts';
import type { StoredSnapshot } from '../../engine/snapshot/snapshot-codec.ts';
import { pathText, splitPath } from '../paths.ts';
import type { Tokens } from '../tokens.ts';
import { rootsAt, snapshotOf } from './browser.ts';
import type { History } from './browser.ts';
import { countOf } from './facts.ts';
import { presentSourceOf } from './present-source.ts';
import { isCovered } from './roots.ts';

export interface Changes {
  readonly items: ChangeItem[];
  readonly truncated: boolean;
  readonly added: number;
  readonly removed: number;
  readonly changed: number;
  readonly bytesAdded: number;
  readonly bytesRemoved: number;
}

const maxItems = 5_000;
const kinds = { added: 'added', removed: 'removed', content: 'changed', metadata: 'metadata', type: 'type' } as const;

/** What changed between two versions, or since one; totals are exact, the list holds the first 5,000. */
export async function changesOf(
  history: History,
  from: string | null,
  to: string,
  tokens: Tokens,
  signal: AbortSignal,
): Promise<Changes> {
  const { session, plan } = history;
  const tally = new Tally(plan.id, tokens);
  if (to === 'now') {
    const base = from === null ? (await session.snapshots()).at(-1) : await snapshotOf(session, from);
    if (base === undefined) throw new AppError('not-found', 'There is no version yet.', { hint: 'Back up first.' });
    const roots = await rootsAt(history, base);
    const source = presentSourceOf(plan, roots, signal);
    for await (const change of diffWithPresent(session.repository, base.tree, source, { signal })) {
      // Folders above the chosen ones are only the way to them.
      if (roots.some((root) => splitPath(change.path).length >= root.names.length)) tally.add(change);
    }
    return tally.result();
  }
  const after = await snapshotOf(session, to);
  const before = from === null ? await versionBefore(history, after) : await snapshotOf(session, from);
  for await (const change of diffTrees(session.repository, before?.tree, after.tree, { signal, metadata: true })) {
    tally.add(change);
  }
  return tally.result();
}

/** The version before one: of the same computer and folders where there is one. */
async function versionBefore({ session, roots, plan }: History, after: StoredSnapshot): Promise<StoredSnapshot | undefined> {
  const all = await session.snapshots();
  const earlier = all.slice(0, all.findIndex((snapshot) => snapshot.id === after.id));
  const mine = await roots.of(after, session, plan);
  for (const snapshot of earlier.toReversed()) {
    if (snapshot.hostname !== after.hostname) continue;
    const others = await roots.of(snapshot, session, plan);
    if (mine.some((root) => isCovered(root.names, others))) return snapshot;
  }
  return undefined;
}

class Tally {
  readonly #planId: string;
  readonly #tokens: Tokens;
  readonly #items: ChangeItem[] = [];
  #total = 0;
  #added = 0;
  #removed = 0;
  #changed = 0;
  #bytesAdded = 0n;
  #bytesRemoved = 0n;

  constructor(planId: string, tokens: Tokens) {
    this.#planId = planId;
    this.#tokens = tokens;
  }

  add(change: Change | PresentChange): void {
    const before = sizeOf(change.before);
    const after = sizeOf(change.after);
    // A folder is in the list with what changed in it; its own times change with every file.
    if (change.kind === 'metadata' && change.after?.type === 'dir') return;
    this.#total += 1;
    if (change.kind === 'added') this.#added += 1;
    else if (change.kind === 'removed') this.#removed += 1;
    else if (change.kind !== 'metadata') this.#changed += 1;
    if (after > before) this.#bytesAdded += after - before;
    else this.#bytesRemoved += before - after;
    if (this.#items.length >= maxItems) return;
    this.#items.push({
      place: this.#tokens.place(this.#planId, splitPath(change.path)),
      path: pathText(change.path),
      kind: kinds[change.kind],
      type: (change.after ?? change.before)?.type ?? 'file',
      sizeBefore: countOf(before),
      sizeAfter: countOf(after),
    });
  }

  result(): Changes {
    return {
      items: this.#items,
      truncated: this.#total > this.#items.length,
      added: this.#added,
      removed: this.#removed,
      changed: this.#changed,
      bytesAdded: countOf(this.#bytesAdded),
      bytesRemoved: countOf(this.#bytesRemoved),
    };
  }
}

function sizeOf(side: { readonly type: string; readonly size: bigint } | undefined): bigint {
  return side?.type === 'file' ? side.size : 0n;
}
