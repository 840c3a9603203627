import { AppError, hasCode } from '../../../shared/errors.ts';
import type { Logger } from '../../ports/logger.ts';
import type { Clock } from '../../engine/platform/clock.ts';
import type { RandomSource } from '../../engine/platform/random.ts';
import { openRepository } from '../../engine/repository/open-repository.ts';
import { open } from '../../engine/repository/seal.ts';
import { openStorage } from '../../engine/storage/location.ts';
import { deviceAccount } from '../keychain/keychain.ts';
import type { Keychain } from '../keychain/keychain.ts';
import { passwordCandidates } from '../keys/recovery-words.ts';
import type { PlanRecord } from '../store/plan-record.ts';
import { destinationPresence, locationPath } from './destination-presence.ts';
import { rememberKey } from './known-keys.ts';
import { Session } from './session.ts';
import { repositoryAt } from '../volumes/repositories.ts';

export interface SessionsOptions {
  readonly keychain: Keychain;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly logger: Logger;
}

/** Opened repositories by plan. Keys stay in memory until `stop`; only the keychain keeps them longer. */
export class Sessions {
  readonly #options: SessionsOptions;
  readonly #open = new Map<string, Promise<Session>>();

  constructor(options: SessionsOptions) {
    this.#options = options;
  }

  /**
   * The session of a plan, opened with the key in the keychain when it is not open yet. `destination-unavailable`
   * when the drive is away, `key-not-found`, `keychain-locked` or `keychain-unavailable` when a passphrase is needed.
   */
  async of(plan: PlanRecord): Promise<Session> {
    const { keychain } = this.#options;
    return await this.#remember(plan, async () => {
      await requirePresence(plan);
      const session = await this.openLocation(plan.location, await keychain.get(deviceAccount(plan.repositoryId)));
      requireSame(plan, session);
      return session;
    });
  }

  /** The session when it is open or being opened, without opening it. */
  peek(planId: string): Promise<Session> | undefined {
    return this.#open.get(planId);
  }

  /** Opens with what somebody typed (any key of the backup, recovery words included); `wrong-password`. */
  async unlock(plan: PlanRecord, typed: string, remember: boolean): Promise<Session> {
    await requirePresence(plan);
    const { session, password } = await this.openTyped(plan.location, typed);
    requireSame(plan, session);
    this.#open.set(plan.id, Promise.resolve(session));
    if (remember) await this.keep(plan.repositoryId, plan.location, password);
    return session;
  }

  /** Takes over a session that was opened elsewhere (setting up, taking over). */
  adopt(planId: string, session: Session): void {
    this.#open.set(planId, Promise.resolve(session));
  }

  /** Opens a repository with a password as it is. */
  async openLocation(location: string, password: string): Promise<Session> {
    const { clock, random, logger } = this.#options;
    const repository = await openRepository(openStorage(location), { password, clock, random });
    return new Session(repository, clock, logger);
  }

  /** Opens with what somebody typed, and says which reading of it is the password. */
  async openTyped(location: string, typed: string): Promise<{ readonly session: Session; readonly password: string }> {
    const [plain = typed, ...readings] = passwordCandidates(typed);
    try {
      return { session: await this.openLocation(location, plain), password: plain };
    } catch (error) {
      if (!hasCode(error, 'wrong-password')) throw error;
      for (const password of readings) return { session: await this.openLocation(location, password), password };
      throw error;
    }
  }

  /** Puts the password of a repository into the keychain. */
  async keep(repositoryId: string, location: string, password: string): Promise<void> {
    const place = await repositoryAt(locationPath(location));
    await rememberKey(this.#options.keychain, repositoryId, place?.fingerprint, password);
  }

  /** After a destination was away: keeps the session when the same backup came back, forgets it otherwise. */
  async recheck(planId: string): Promise<void> {
    try {
      const repository = (await this.#open.get(planId))?.repository;
      if (repository !== undefined) open(repository.masterKey, await repository.storage.load({ type: 'config', name: '' }));
    } catch {
      this.forget(planId);
    }
  }

  /** Forgets the keys of a plan held in memory. */
  forget(planId: string): void {
    this.#open.delete(planId);
  }

  stop(): void {
    this.#open.clear();
  }

  async #remember(plan: PlanRecord, make: () => Promise<Session>): Promise<Session> {
    const known = this.#open.get(plan.id);
    if (known !== undefined) {
      await requirePresence(plan);
      return await known;
    }
    const opening = make();
    this.#open.set(plan.id, opening);
    try {
      return await opening;
    } catch (error) {
      if (this.#open.get(plan.id) === opening) this.#open.delete(plan.id);
      throw error;
    }
  }
}

async function requirePresence(plan: PlanRecord): Promise<void> {
  if ((await destinationPresence(plan.location)) === 'absent') {
    throw new AppError('destination-unavailable', 'The destination is not connected.', {
      hint: 'Connect the drive or network folder; the backup then goes on by itself.',
      retry: 'later',
      context: { location: plan.location },
    });
  }
}

function requireSame(plan: PlanRecord, session: Session): void {
  if (session.repository.config.id === plan.repositoryId) return;
  throw new AppError('conflict', 'There is a different backup at the destination of this plan.', {
    hint: 'Connect the drive that belongs to it, or take over what is there as a new plan.',
    retry: 'after-action',
    context: { location: plan.location },
  });
}
