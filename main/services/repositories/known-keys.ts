import { AppError, hasCode } from '../../../shared/errors.ts';
import { deviceAccount } from '../keychain/keychain.ts';
import type { Keychain } from '../keychain/keychain.ts';

/** Names the repository of a sealed config, so that its key can be found before it is opened. Holds no secret. */
function fingerprintAccount(fingerprint: string): string {
  return `repository:${fingerprint}`;
}

/** Keeps the password that opens a repository on this computer. */
export async function rememberKey(
  keychain: Keychain,
  repositoryId: string,
  fingerprint: string | undefined,
  password: string,
): Promise<void> {
  await keychain.set(deviceAccount(repositoryId), password);
  if (fingerprint !== undefined) await keychain.set(fingerprintAccount(fingerprint), repositoryId);
}

/** The password for a repository nobody opened yet; `key-not-found` when this computer does not know it. */
export async function findKeyFor(keychain: Keychain, fingerprint: string): Promise<string> {
  const repositoryId = await keychain.get(fingerprintAccount(fingerprint));
  if (!/^[0-9a-f]{64}$/.test(repositoryId)) {
    throw new AppError('key-not-found', 'The keychain entry of this backup is damaged.', {
      hint: 'Open it with its passphrase or the recovery words.',
      retry: 'after-action',
    });
  }
  return await keychain.get(deviceAccount(repositoryId));
}

/** Whether the keychain holds a key for it; a locked or missing keychain counts as no. */
export async function isKeyKnown(keychain: Keychain, fingerprint: string): Promise<boolean> {
  try {
    await findKeyFor(keychain, fingerprint);
    return true;
  } catch (error) {
    if (hasCode(error, 'key-not-found', 'keychain-locked', 'keychain-unavailable')) return false;
    throw error;
  }
}
