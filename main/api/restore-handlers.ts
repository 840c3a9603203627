import type { TidemarkHandlers } from '../../shared/contract/contract.ts';
import type { RestoreTarget } from '../../shared/contract/restore.ts';
import type { Target } from '../services/restore/restore-sessions.ts';
import type { Services } from '../services/services.ts';
import { historyOf } from './versions-handlers.ts';

export function restoreHandlers(services: Services): TidemarkHandlers['restore'] {
  const { restores, tokens } = services;
  const targetOf = (planId: string, target: RestoreTarget): Target => {
    switch (target.kind) {
      case 'place':
        return { kind: 'place', names: tokens.readPlace(planId, target.place) };
      case 'folder':
        return { kind: 'folder', path: tokens.readPath(target.token) };
      default:
        return { kind: 'original' };
    }
  };
  return {
    plan: async ({ planId, versionId, places, target }, signal) => {
      const names = places.map((place) => tokens.readPlace(planId, place));
      const wanted = targetOf(planId, target);
      return await restores.plan(await historyOf(services, planId), versionId, names, wanted, signal);
    },
    execute: async ({ sessionId, policy, verify }) => await restores.execute(sessionId, policy, verify),
    discard: async ({ sessionId }) => {
      restores.discard(sessionId);
      return await Promise.resolve({});
    },
    undo: async ({ runId }) => ({ runId: (await restores.undo(runId)).runId }),
    saveArchive: async ({ planId, versionId, places, folder }) => {
      const names = places.map((place) => tokens.readPlace(planId, place));
      const target = tokens.readPath(folder);
      return await restores.saveArchive(await historyOf(services, planId), versionId, names, target);
    },
  };
}
