import { AppError } from '../../../shared/errors.ts';
import type { StoredSnapshot } from '../../engine/snapshot/snapshot-codec.ts';
import { storedPathBytes } from '../store/plan-record.ts';
import type { PlanRecord } from '../store/plan-record.ts';
import type { Session } from '../repositories/session.ts';
import { mergeRoots, rootsOf, rootsOfSources } from './roots.ts';
import type { Root } from './roots.ts';

/** A plan's history, opened: what all ways of looking at it start from. */
export interface History {
  readonly plan: PlanRecord;
  readonly session: Session;
  readonly roots: SnapshotRoots;
}

/** Roots of versions, found once each. */
export class SnapshotRoots {
  readonly #known = new Map<string, Promise<readonly Root[]>>();

  async of(snapshot: StoredSnapshot, session: Session, plan: PlanRecord): Promise<readonly Root[]> {
    const known = this.#known.get(snapshot.id);
    if (known !== undefined) return await known;
    const looking = rootsOf(snapshot, session.trees, plan.sources.map(storedPathBytes));
    this.#known.set(snapshot.id, looking);
    try {
      return await looking;
    } catch (error) {
      this.#known.delete(snapshot.id);
      throw error;
    }
  }
}

/** The version of a plan; `not-found` when it is not there (any more). */
export async function snapshotOf(session: Session, id: string): Promise<StoredSnapshot> {
  const find = async () => (await session.snapshots()).find((snapshot) => snapshot.id === id);
  let found = await find();
  if (found === undefined && (await session.refresh())) found = await find();
  if (found === undefined) {
    throw new AppError('not-found', 'This version is not there any more.', {
      hint: 'Choose another one.', retry: 'after-action', context: { version: id },
    });
  }
  return found;
}

/** The roots of a version and the folders of its plan, whichever a place may belong to. */
export async function rootsAt({ plan, session, roots }: History, snapshot: StoredSnapshot | undefined): Promise<readonly Root[]> {
  const sources = rootsOfSources(plan.sources.map(storedPathBytes));
  return snapshot === undefined ? sources : mergeRoots(await roots.of(snapshot, session, plan), sources);
}
