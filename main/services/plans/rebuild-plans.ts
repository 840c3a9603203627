import { errorFacts } from '../../../shared/errors.ts';
import { deviceAccount } from '../keychain/keychain.ts';
import type { SetupOptions } from '../setup/create-plan.ts';
import { recallPlan } from '../setup/adopt-plan.ts';

/** Where a plan's backups were when the profile last knew it. */
export interface KnownDestination {
  readonly location: string;
  readonly repositoryId: string;
}

/**
 * Brings plans back from the copies in their destinations, for a profile whose list of plans was damaged. Those whose
 * destination or key is not at hand stay away; answers the names of those that came back.
 */
export async function rebuildPlans(known: readonly KnownDestination[], options: SetupOptions): Promise<string[]> {
  const { plans, sessions, keychain, logger } = options;
  const names: string[] = [];
  for (const { location, repositoryId } of known) {
    if (plans.plans.some((plan) => plan.repositoryId === repositoryId)) continue;
    try {
      const session = await sessions.openLocation(location, await keychain.get(deviceAccount(repositoryId)));
      if (session.repository.config.id !== repositoryId) continue;
      const plan = await recallPlan(session, location, options);
      if (plan === undefined) continue;
      await plans.add(plan);
      sessions.adopt(plan.id, session);
      names.push(plan.name);
    } catch (error) {
      logger.warn('A plan could not be brought back.', { location, code: errorFacts(error).code });
    }
  }
  return names;
}
