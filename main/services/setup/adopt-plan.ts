import { AppError, hasCode } from '../../../shared/errors.ts';
import { recoveryAccount } from '../keychain/keychain.ts';
import { locationPath } from '../repositories/destination-presence.ts';
import { findKeyFor } from '../repositories/known-keys.ts';
import { loadSealedKit } from '../repositories/sealed-kit.ts';
import { loadSealedPlans, saveSealedPlan } from '../repositories/sealed-plans.ts';
import type { SealedPlan } from '../repositories/sealed-plans.ts';
import type { Session } from '../repositories/session.ts';
import { settingsOf, storePath } from '../store/plan-record.ts';
import type { PlanRecord } from '../store/plan-record.ts';
import { defaultSchedule } from '../store/plan-record.ts';
import { destinationName } from '../plans/plan-monitor.ts';
import { requireFolders } from './create-plan.ts';
import type { SetupOptions } from './create-plan.ts';
import { inspectDestination } from './inspect-destination.ts';
import { refuseNesting } from './source-guard.ts';

export interface Adoption {
  readonly destination: string;
  /** Any key as typed; null uses the one in the keychain. */
  readonly password: string | null;
  readonly remember: boolean;
  readonly sources: readonly Buffer[];
}

/**
 * Takes over a backup that exists. Its own copy of the plan, when it holds one of this computer, brings name, excludes
 * and schedule back. Taking over twice answers the plan that is there.
 */
export async function adoptPlan(request: Adoption, options: SetupOptions): Promise<PlanRecord> {
  const { plans, sessions, keychain } = options;
  const facts = await inspectDestination(request.destination);
  if (facts.repository === undefined) {
    throw new AppError('no-repository', 'There is no backup at this place.', {
      hint: 'Choose the folder that holds it.', retry: 'after-action', context: { place: request.destination },
    });
  }
  const location = facts.repositoryPath;
  await requireFolders(request.sources);
  await refuseNesting(request.sources, location);
  const opened = request.password === null
    ? await openWithKeychain(location, await findKeyFor(keychain, facts.repository.fingerprint), options)
    : await sessions.openTyped(location, request.password);
  const { session, password } = opened;
  const repositoryId = session.repository.config.id;
  if (request.remember && request.password !== null) await sessions.keep(repositoryId, location, password);
  const there = plans.plans.find((plan) => plan.repositoryId === repositoryId);
  if (there !== undefined) {
    const plan = await plans.update(there.id, (current) => ({
      ...current,
      location,
      sources: [...new Set([...current.sources, ...request.sources.map(storePath)])],
    }));
    sessions.adopt(plan.id, session);
    return plan;
  }
  const plan = await planFor(session, location, request.sources.map(storePath), options);
  await plans.add(plan);
  sessions.adopt(plan.id, session);
  if (plan.sources.length > 0) await saveCopy(session, plan, options);
  return plan;
}

/** The plan of an opened backup that the profile lost, with its folders; undefined when it holds no copy of it. */
export async function recallPlan(
  session: Session,
  location: string,
  options: SetupOptions,
): Promise<PlanRecord | undefined> {
  const copy = await copyOfThisComputer(session, options);
  return copy === undefined ? undefined : await planFor(session, location, copy.settings.sources, options);
}

async function planFor(
  session: Session,
  location: string,
  sources: readonly string[],
  options: SetupOptions,
): Promise<PlanRecord> {
  const { clock, random, identity, plans } = options;
  const copy = await copyOfThisComputer(session, options);
  const snapshots = await session.snapshots();
  const newest = snapshots.at(-1);
  const now = new Date(clock.now()).toISOString();
  const free = copy !== undefined && !plans.plans.some((plan) => plan.id === copy.planId);
  return {
    name: destinationName(locationPath(location)).slice(0, 200),
    excludes: [],
    excludeCaches: false,
    excludeLargerThan: null,
    oneFileSystem: false,
    schedule: { ...defaultSchedule },
    ...copy?.settings,
    hostname: identity.hostname,
    sources: [...sources],
    id: free ? copy.planId : random.bytes(8).toString('hex'),
    created: now,
    location,
    repositoryId: session.repository.config.id,
    kit: (await hasUnconfirmedWords(session, options)) ? 'unconfirmed' : 'none',
    kitCreated: null,
    known: {
      versions: snapshots.length,
      lastVersion: newest === undefined ? null : new Date(Number(newest.timeNs / 1_000_000n)).toISOString(),
      repositoryBytes: null,
    },
  };
}

async function copyOfThisComputer(session: Session, { identity }: SetupOptions): Promise<SealedPlan | undefined> {
  const copies = await loadSealedPlans(session.repository);
  return copies.find((copy) => copy.settings.hostname === identity.hostname);
}

/** A backup made here whose recovery kit nobody saved yet is taken over with that duty. */
async function hasUnconfirmedWords(session: Session, { keychain }: SetupOptions): Promise<boolean> {
  try {
    await keychain.get(recoveryAccount(session.repository.config.id));
    return true;
  } catch (error) {
    if (!hasCode(error, 'key-not-found', 'keychain-unavailable', 'keychain-locked')) throw error;
    return (await loadSealedKit(session.repository)) !== undefined;
  }
}

async function openWithKeychain(
  location: string,
  password: string,
  { sessions }: SetupOptions,
): Promise<{ readonly session: Session; readonly password: string }> {
  return { session: await sessions.openLocation(location, password), password };
}

async function saveCopy(session: Session, plan: PlanRecord, options: SetupOptions): Promise<void> {
  const { clock, random, logger } = options;
  await saveSealedPlan(session.repository, plan.id, settingsOf(plan), { clock, random }).catch((error: unknown) => {
    logger.warn('The settings could not be saved in the destination.', { planId: plan.id, message: String(error) });
  });
}
