import { AppError } from '../../../shared/errors.ts';
import type { Keychain, KeychainState } from './keychain.ts';

/** A keychain that lives as long as the process, for tests; its state can be set. */
export class MemoryKeychain implements Keychain {
  readonly name = 'keyring';
  readonly entries = new Map<string, string>();
  current: KeychainState = 'available';

  async state(): Promise<KeychainState> {
    return await Promise.resolve(this.current);
  }

  async get(account: string): Promise<string> {
    this.#check();
    const secret = this.entries.get(account);
    if (secret === undefined) throw new AppError('key-not-found', 'The keyring holds no key for this backup.');
    return await Promise.resolve(secret);
  }

  async set(account: string, secret: string): Promise<void> {
    this.#check();
    this.entries.set(account, secret);
    await Promise.resolve();
  }

  async delete(account: string): Promise<void> {
    this.#check();
    this.entries.delete(account);
    await Promise.resolve();
  }

  #check(): void {
    if (this.current === 'unavailable') throw new AppError('keychain-unavailable', 'There is no keyring.');
    if (this.current === 'locked') throw new AppError('keychain-locked', 'The keyring is locked.');
  }
}
