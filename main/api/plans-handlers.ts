import type { TidemarkHandlers } from '../../shared/contract/contract.ts';
import { viewPlans } from '../services/lifecycle.ts';
import { states } from '../services/observable.ts';
import type { Services } from '../services/services.ts';

export function plansHandlers(services: Services): TidemarkHandlers['plans'] {
  const { plans, monitor, runs, actions, kits, tokens } = services;
  return {
    watch: (_, signal) => states([plans.changes, monitor.changes, runs.changes], () => viewPlans(services), signal),
    update: async ({ planId, sources, ...change }) => {
      await actions.update(planId, { ...change, sources: sources?.map((token) => tokens.readPath(token)) });
      return {};
    },
    remove: async ({ planId }) => {
      await actions.remove(planId);
      return {};
    },
    unlock: async ({ planId, passphrase, remember }) => {
      await actions.unlock(planId, passphrase, remember);
      return {};
    },
    recoveryKit: async ({ planId }) => await kits.kit(planId),
    confirmRecoveryKit: async ({ planId, words }) => {
      await kits.confirm(planId, words);
      return {};
    },
    stats: async ({ planId }, signal) => await actions.stats(planId, signal),
  };
}

export function runsHandlers({ runs, actions }: Services): TidemarkHandlers['runs'] {
  return {
    watch: (_, signal) => states([runs.changes], () => runs.list(), signal),
    backUp: async ({ planId }) => ({ runId: (await actions.backUp(planId)).runId }),
    check: async ({ planId, readData }) => ({ runId: (await actions.check(planId, readData)).runId }),
    cancel: async ({ runId }) => {
      runs.cancel(runId);
      return await Promise.resolve({});
    },
    problems: async ({ runId, offset }) => await runs.problems(runId, offset),
  };
}
