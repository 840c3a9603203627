/**
 * Where keys of this user wait. Three different refusals, as AppErrors: `keychain-unavailable` (there is none),
 * `keychain-locked` (it is there, and closed), `key-not-found` (open, and without this entry).
 */
export interface Keychain {
  /** What a person calls it. */
  readonly name: string;
  state(): Promise<KeychainState>;
  get(account: string): Promise<string>;
  set(account: string, secret: string): Promise<void>;
  /** Harmless when there is no such entry. */
  delete(account: string): Promise<void>;
}

export type KeychainState = 'available' | 'locked' | 'unavailable';

/** The entry that opens a repository on this computer. */
export function deviceAccount(repositoryId: string): string {
  return `device:${repositoryId}`;
}

/** The entry that holds the recovery words until somebody proved to have them. */
export function recoveryAccount(repositoryId: string): string {
  return `recovery:${repositoryId}`;
}
