import type { TidemarkHandlers } from '../../shared/contract/contract.ts';
import type { History } from '../services/browse/browser.ts';
import { changesOf } from '../services/browse/changes.ts';
import { momentsOf } from '../services/browse/moments.ts';
import { searchNames } from '../services/browse/search.ts';
import { versionOf } from '../services/browse/timeline.ts';
import { states } from '../services/observable.ts';
import type { Services } from '../services/services.ts';

/** Opens a plan's history; fails as the destination does. */
export async function historyOf({ plans, sessions, roots }: Services, planId: string): Promise<History> {
  const plan = plans.get(planId);
  const session = await sessions.of(plan);
  await session.snapshots();
  return { plan, session, roots };
}

export function versionsHandlers(services: Services): TidemarkHandlers['versions'] {
  const { folderViews, tokens, runs, monitor } = services;
  return {
    timeline: (input, signal) => states([runs.changes, monitor.changes], async () => {
      const { session } = await historyOf(services, input.planId);
      return (await session.snapshots()).map(versionOf);
    }, signal),
    folder: async ({ planId, versionId, place, offset }, signal) => {
      const names = place === null ? null : tokens.readPlace(planId, place);
      return await folderViews.view(await historyOf(services, planId), versionId, names, offset, signal);
    },
    history: async ({ planId, place }, signal) => {
      const names = tokens.readPlace(planId, place);
      return await momentsOf(await historyOf(services, planId), names, signal);
    },
    changes: async ({ planId, from, to }, signal) =>
      await changesOf(await historyOf(services, planId), from, to, tokens, signal),
    search: async ({ planId, text }, signal) =>
      await searchNames(await historyOf(services, planId), text, tokens, signal),
  };
}
