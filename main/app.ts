import { createHandlers } from './api/handlers.ts';
import type { Clock } from './engine/platform/clock.ts';
import type { ScryptParameters } from './engine/platform/crypto.ts';
import type { RandomSource } from './engine/platform/random.ts';
import type { App, AppPaths } from './ports/app.ts';
import type { Logger } from './ports/logger.ts';
import type { Ports } from './ports/ports.ts';
import type { Keychain } from './services/keychain/keychain.ts';
import { createOsKeychain } from './services/keychain/os-keychain.ts';
import { Lifecycle } from './services/lifecycle.ts';
import { createServices } from './services/services.ts';

export { createFileLogger } from './services/logging/file-logger.ts';

export interface AppOptions {
  readonly ports: Ports;
  readonly paths: AppPaths;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly logger: Logger;
  readonly version: string;
  /** The system's unless given. */
  readonly keychain?: Keychain;
  /** Cost of new key files; measured on this computer unless given. */
  readonly kdf?: ScryptParameters;
}

/** Builds the application from what a shell supplies. Reads the profile; nothing runs before `start`. */
export async function createApp(options: AppOptions): Promise<App> {
  const { keychain = createOsKeychain({ platform: process.platform }), ...given } = options;
  const services = await createServices({ ...given, keychain });
  const lifecycle = new Lifecycle(services);
  return {
    handlers: createHandlers(services),
    start: () => lifecycle.start(),
    stop: () => lifecycle.stop(),
    tokenForPath: (path) => services.tokens.path(path),
    backUpNow: async () => {
      for (const plan of services.plans.plans) await services.actions.backUp(plan.id);
    },
  };
}
