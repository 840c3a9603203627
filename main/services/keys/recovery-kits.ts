import { AppError, hasCode } from '../../../shared/errors.ts';
import type { RecoveryKit } from '../../../shared/contract/plans.ts';
import { recoveryAccount } from '../keychain/keychain.ts';
import type { Keychain } from '../keychain/keychain.ts';
import { locationPath } from '../repositories/destination-presence.ts';
import type { PlanRecord } from '../store/plan-record.ts';
import type { PlanStore } from '../store/plan-store.ts';
import { loadSealedKit, removeSealedKit } from '../repositories/sealed-kit.ts';
import type { Sessions } from '../repositories/sessions.ts';

/**
 * Recovery words on their way to a safe place: in the keychain (or sealed in the backup itself, where a passphrase
 * protects it) until somebody proved to have them. Afterwards nothing on this computer knows them.
 */
export class RecoveryKits {
  readonly #keychain: Keychain;
  readonly #plans: PlanStore;
  readonly #sessions: Sessions;

  constructor(keychain: Keychain, plans: PlanStore, sessions: Sessions) {
    this.#keychain = keychain;
    this.#plans = plans;
    this.#sessions = sessions;
  }

  /** The kit while it is unconfirmed; `not-found` afterwards, or when the words are gone. */
  async kit(planId: string): Promise<RecoveryKit> {
    const plan = this.#plans.get(planId);
    return {
      words: [...await this.#words(plan)],
      location: locationPath(plan.location),
      repositoryId: plan.repositoryId,
      created: plan.kitCreated ?? plan.created,
    };
  }

  /** Takes four words as proof, then forgets all twelve; `invalid-input` when one is wrong. */
  async confirm(planId: string, proof: readonly { readonly position: number; readonly word: string }[]): Promise<void> {
    const plan = this.#plans.get(planId);
    const words = await this.#words(plan);
    const distinct = new Set(proof.map(({ position }) => position)).size === proof.length;
    const right = proof.every(({ position, word }) => words[position] === word.trim().toLowerCase());
    if (!distinct || !right) {
      throw new AppError('invalid-input', 'These words do not match the recovery kit.', {
        hint: 'Compare them with the kit you saved and type them again.',
        retry: 'after-action',
      });
    }
    await this.#plans.update(planId, (current) => ({ ...current, kit: 'confirmed' }));
    await this.#forget(plan);
  }

  async #words(plan: PlanRecord): Promise<readonly string[]> {
    if (plan.kit !== 'unconfirmed') throw gone();
    try {
      return (await this.#keychain.get(recoveryAccount(plan.repositoryId))).split(' ');
    } catch (error) {
      if (!hasCode(error, 'key-not-found', 'keychain-unavailable', 'keychain-locked')) throw error;
      const { repository } = await this.#sessions.of(plan);
      const words = await loadSealedKit(repository);
      if (words !== undefined) return words;
      throw error.code === 'keychain-locked' ? error : gone();
    }
  }

  async #forget(plan: PlanRecord): Promise<void> {
    await this.#keychain.delete(recoveryAccount(plan.repositoryId)).catch(ignoreKeychain);
    const { repository } = await this.#sessions.of(plan);
    await removeSealedKit(repository);
  }
}

function ignoreKeychain(error: unknown): void {
  if (!hasCode(error, 'key-not-found', 'keychain-unavailable', 'keychain-locked')) throw error;
}

function gone(): AppError {
  return new AppError('not-found', 'The recovery words are not kept on this computer any more.', {
    hint: 'Use the kit you saved.',
  });
}
