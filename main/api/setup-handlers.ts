import { AppError } from '../../shared/errors.ts';
import type { TidemarkHandlers } from '../../shared/contract/contract.ts';
import { isKeyKnown } from '../services/repositories/known-keys.ts';
import { exactText } from '../services/paths.ts';
import type { Services } from '../services/services.ts';
import { adoptPlan } from '../services/setup/adopt-plan.ts';
import { createPlan } from '../services/setup/create-plan.ts';
import { inspectDestination } from '../services/setup/inspect-destination.ts';

export function setupHandlers(services: Services): TidemarkHandlers['setup'] {
  const { proposals, tokens, options, setup, actions, monitor } = services;
  const destinationPath = (token: string): string => {
    const text = exactText(tokens.readPath(token));
    if (text === undefined) {
      throw new AppError('invalid-input', 'The name of this folder is no text, so it cannot hold backups.', {
        hint: 'Choose another folder.', retry: 'after-action',
      });
    }
    return text;
  };
  return {
    propose: (_, signal) => proposals.watch(signal),
    inspectDestination: async ({ token }) => {
      const { repository, ...facts } = await inspectDestination(destinationPath(token));
      const keyKnown = repository !== undefined && (await isKeyKnown(options.keychain, repository.fingerprint));
      return { ...facts, keyKnown };
    },
    start: async ({ sources, destination, presets, protection }) => {
      const plan = await createPlan({
        sources: sources.map((token) => tokens.readPath(token)),
        destination: destinationPath(destination),
        presets,
        protection,
      }, setup);
      await monitor.refresh(plan.id);
      const { runId } = await actions.backUp(plan.id);
      return { planId: plan.id, runId };
    },
    adopt: async ({ destination, password, remember, sources }) => {
      const plan = await adoptPlan({
        destination: destinationPath(destination),
        password,
        remember,
        sources: sources.map((token) => tokens.readPath(token)),
      }, setup);
      await monitor.refresh(plan.id);
      return { planId: plan.id };
    },
  };
}
