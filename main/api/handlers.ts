import type { TidemarkHandlers } from '../../shared/contract/contract.ts';
import type { Services } from '../services/services.ts';
import { appHandlers, foldersHandlers } from './app-handlers.ts';
import { plansHandlers, runsHandlers } from './plans-handlers.ts';
import { restoreHandlers } from './restore-handlers.ts';
import { setupHandlers } from './setup-handlers.ts';
import { versionsHandlers } from './versions-handlers.ts';

/** Everything the page can ask, answered by the services. */
export function createHandlers(services: Services): TidemarkHandlers {
  return {
    app: appHandlers(services),
    folders: foldersHandlers(services),
    setup: setupHandlers(services),
    plans: plansHandlers(services),
    runs: runsHandlers(services),
    versions: versionsHandlers(services),
    restore: restoreHandlers(services),
  };
}
