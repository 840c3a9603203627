import { AsyncEntry } from '@napi-rs/keyring';
import { AppError } from '../../../shared/errors.ts';
import type { Keychain, KeychainState } from './keychain.ts';

const service = 'Tidemark';
/** Reading waits for the system's unlock prompt, which a person answers. */
const promptTimeout = 60_000;
const probeTimeout = 5_000;
const probeAccount = 'probe';

export interface OsKeychainOptions {
  readonly platform: NodeJS.Platform;
  /** How long one operation may wait for a prompt, in milliseconds. */
  readonly timeout?: number;
}

/** The keychain of the operating system: Credential Manager, Keychain, or Secret Service (never another store). */
export function createOsKeychain(options: OsKeychainOptions): Keychain {
  const name = nameOf(options.platform);
  const timeout = options.timeout ?? promptTimeout;

  const withEntry = async <T>(
    account: string,
    ms: number,
    action: (entry: AsyncEntry, signal: AbortSignal) => Promise<T>,
  ): Promise<T> => {
    try {
      // Unpinned, Linux would fall back to the kernel's keyring, which forgets at logout.
      const entry = new AsyncEntry(service, account, { linux: { store: 'secret-service' } });
      return await withTimeout(ms, (signal) => action(entry, signal));
    } catch (error) {
      throw error instanceof AppError ? error : keychainError(name, error);
    }
  };

  return {
    name,
    state: async (): Promise<KeychainState> => {
      try {
        const probe = await withEntry(probeAccount, probeTimeout, (entry, signal) => entry.getPassword(signal));
        // A locked Secret Service answers "no such entry" for what it never held; only a known entry tells.
        if (probe === null || probe === undefined) {
          await withEntry(probeAccount, probeTimeout, (entry, signal) => entry.setPassword(probeAccount, signal));
        }
        return 'available';
      } catch (error) {
        return error instanceof AppError && error.code === 'keychain-locked' ? 'locked' : 'unavailable';
      }
    },
    get: async (account) => {
      const secret = await withEntry(account, timeout, (entry, signal) => entry.getPassword(signal));
      if (secret === null || secret === undefined) {
        throw new AppError('key-not-found', `The ${name} of this computer holds no key for this backup.`, {
          hint: 'Open it with its passphrase or the recovery words.',
          retry: 'after-action',
        });
      }
      return secret;
    },
    set: async (account, secret) => {
      await withEntry(account, timeout, (entry, signal) => entry.setPassword(secret, signal));
    },
    delete: async (account) => {
      await withEntry(account, timeout, (entry, signal) => entry.deletePassword(signal));
    },
  };
}

async function withTimeout<T>(ms: number, action: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const expired = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    controller.abort();
    expired.reject(new AppError('keychain-locked', 'The keychain did not answer: it may be waiting for its password.', {
      hint: 'Unlock the keychain and try again.',
      retry: 'after-action',
    }));
  }, ms);
  try {
    return await Promise.race([action(controller.signal), expired.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function keychainError(name: string, cause: unknown): AppError {
  const text = cause instanceof Error ? cause.message : String(cause);
  if (/lock|prompt|dismiss|denied|interaction is not allowed|user cancel/i.test(text)) {
    return new AppError('keychain-locked', `The ${name} is locked.`, {
      hint: 'Unlock it and try again, or use a passphrase.',
      retry: 'after-action',
      cause,
    });
  }
  return new AppError('keychain-unavailable', `The ${name} of this computer cannot be used.`, {
    hint: 'Use a passphrase instead; it is asked for once after each start.',
    retry: 'after-action',
    cause,
  });
}

function nameOf(platform: NodeJS.Platform): string {
  switch (platform) {
    case 'darwin':
      return 'Keychain';
    case 'win32':
      return 'Credential Manager';
    default:
      return 'keyring';
  }
}
