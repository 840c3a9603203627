import path from 'node:path';
import { AppError } from '../../../shared/errors.ts';
import type { ScryptParameters } from '../../engine/platform/crypto.ts';
import { fs } from '../../engine/platform/native-fs.ts';
import { initRepository } from '../../engine/repository/open-repository.ts';
import { openStorage } from '../../engine/storage/location.ts';
import type { Logger } from '../../ports/logger.ts';
import type { Clock } from '../../engine/platform/clock.ts';
import type { RandomSource } from '../../engine/platform/random.ts';
import type { Identity } from '../identity.ts';
import { deviceAccount, recoveryAccount } from '../keychain/keychain.ts';
import type { Keychain } from '../keychain/keychain.ts';
import { createDeviceKey } from '../keys/device-key.ts';
import { createRecoveryWords, recoveryPassword } from '../keys/recovery-words.ts';
import { baseName, pathText } from '../paths.ts';
import { saveSealedKit } from '../repositories/sealed-kit.ts';
import { saveSealedPlan } from '../repositories/sealed-plans.ts';
import { Session } from '../repositories/session.ts';
import type { Sessions } from '../repositories/sessions.ts';
import { defaultSchedule, settingsOf, storePath } from '../store/plan-record.ts';
import type { PlanRecord } from '../store/plan-record.ts';
import type { PlanStore } from '../store/plan-store.ts';
import { presets } from '../volumes/presets.ts';
import { inspectDestination } from './inspect-destination.ts';
import { refuseNesting } from './source-guard.ts';

export interface SetupOptions {
  readonly plans: PlanStore;
  readonly sessions: Sessions;
  readonly keychain: Keychain;
  readonly identity: Identity;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly logger: Logger;
  /** Cost of key files; measured when not given. */
  readonly kdf?: ScryptParameters | undefined;
}

export interface NewPlan {
  readonly sources: readonly Buffer[];
  readonly destination: string;
  readonly presets: readonly string[];
  readonly protection: { readonly kind: 'device-key' } | { readonly kind: 'passphrase'; readonly passphrase: string };
}

/**
 * Creates repository, keys and plan. Nothing is made before everything that can be refused was checked; what was made
 * before a failure is taken away again, so that trying once more starts from the beginning.
 */
export async function createPlan(request: NewPlan, options: SetupOptions): Promise<PlanRecord> {
  const { clock, random, identity, keychain, plans, sessions, logger } = options;
  await requireFolders(request.sources);
  const target = await usableDestination(request.destination);
  await refuseNesting(request.sources, target.repositoryPath);
  if (request.protection.kind === 'device-key') await requireKeychain(keychain);

  const words = createRecoveryWords(random);
  const password = request.protection.kind === 'device-key' ? createDeviceKey(random) : request.protection.passphrase;
  const kdf = options.kdf === undefined ? {} : { kdf: options.kdf };
  const location = target.repositoryPath;
  const repository = await initRepository(openStorage(location), { password, ...identity, clock, random, ...kdf });
  const repositoryId = repository.config.id;
  const now = new Date(clock.now()).toISOString();
  try {
    await repository.addKey(recoveryPassword(words), { hostname: identity.hostname, username: 'recovery', ...kdf });
    if (request.protection.kind === 'device-key') {
      await sessions.keep(repositoryId, location, password);
      await keychain.set(recoveryAccount(repositoryId), recoveryPassword(words));
    }
    const chosen = presets.filter((preset) => request.presets.includes(preset.id));
    const plan: PlanRecord = {
      id: random.bytes(8).toString('hex'),
      name: planName(request.sources),
      hostname: identity.hostname,
      created: now,
      sources: [...new Set(request.sources.map(storePath))],
      location,
      repositoryId,
      excludes: chosen.flatMap((preset) => preset.patterns),
      excludeCaches: chosen.some((preset) => preset.cacheTags),
      excludeLargerThan: null,
      oneFileSystem: false,
      schedule: { ...defaultSchedule },
      kit: 'unconfirmed',
      kitCreated: now,
      known: { versions: 0, lastVersion: null, repositoryBytes: null },
    };
    if (request.protection.kind === 'passphrase') await saveSealedKit(repository, words, random);
    await plans.add(plan);
    sessions.adopt(plan.id, new Session(repository, clock, logger));
    await saveSealedPlan(repository, plan.id, settingsOf(plan), { clock, random }).catch((error: unknown) => {
      logger.warn('The settings could not be saved in the destination.', { message: String(error) });
    });
    return plan;
  } catch (error) {
    // Only just made and without any version: nobody can have put anything in it.
    for (const name of ['config', 'keys', 'snapshots', 'index', 'locks', 'data', 'tidemark']) {
      await fs.promises.rm(path.join(location, name), { recursive: true, force: true }).catch(() => undefined);
    }
    for (const account of [deviceAccount(repositoryId), recoveryAccount(repositoryId)]) {
      await keychain.delete(account).catch(() => undefined);
    }
    throw error;
  }
}

/** What a plan is called until somebody names it. */
export function planName(sources: readonly Uint8Array[]): string {
  const names = sources.map((source) => pathText(baseName(source)));
  const [first = 'Backup', second, third] = names;
  if (third !== undefined) return `${first}, ${second ?? ''} and ${names.length - 2} more`.slice(0, 200);
  return (second === undefined ? first : `${first} and ${second}`).slice(0, 200);
}

/** Refuses (`source-missing`, `invalid-input`) folders that are not there. */
export async function requireFolders(sources: readonly Uint8Array[]): Promise<void> {
  for (const source of sources) {
    const stat = await fs.promises.stat(Buffer.from(source)).catch(() => undefined);
    if (stat === undefined) {
      throw new AppError('source-missing', `${pathText(source)} is not there.`, {
        hint: 'Connect its drive, or leave it out.', retry: 'after-action', context: { source: pathText(source) },
      });
    }
  }
}

async function usableDestination(place: string): Promise<{ readonly repositoryPath: string }> {
  const facts = await inspectDestination(place);
  switch (facts.state) {
    case 'empty':
    case 'in-use':
      return facts;
    case 'repository':
      throw new AppError('repository-exists', 'There is a backup at this destination already.', {
        hint: 'Open it as an existing backup, or choose another folder.', retry: 'after-action', context: { place },
      });
    case 'read-only':
      throw new AppError('read-only', 'This destination cannot be written to.', {
        hint: 'Choose another folder or change its permissions.', retry: 'after-action', context: { place },
      });
    case 'missing':
      throw new AppError('destination-unavailable', 'This destination is not there.', {
        hint: 'Connect the drive or choose another folder.', retry: 'after-action', context: { place },
      });
    default:
      return facts.state satisfies never;
  }
}

async function requireKeychain(keychain: Keychain): Promise<void> {
  const state = await keychain.state();
  if (state === 'available') return;
  throw new AppError(
    state === 'locked' ? 'keychain-locked' : 'keychain-unavailable',
    state === 'locked' ? `The ${keychain.name} is locked.` : `The ${keychain.name} of this computer cannot be used.`,
    {
      hint: state === 'locked' ? 'Unlock it and try again, or choose a passphrase.' : 'Choose a passphrase instead.',
      retry: 'after-action',
    },
  );
}
