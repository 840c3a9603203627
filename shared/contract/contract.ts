import type { Client, Handlers } from '../rpc/descriptors.ts';
import { appService, foldersService } from './app.ts';
import { plansService } from './plans.ts';
import { restoreService } from './restore.ts';
import { runsService } from './runs.ts';
import { setupService } from './setup.ts';
import { versionsService } from './versions.ts';

/** Everything the page can ask of main, and all that it can. */
export const contract = {
  app: appService,
  folders: foldersService,
  setup: setupService,
  plans: plansService,
  runs: runsService,
  versions: versionsService,
  restore: restoreService,
} as const;

/** The type of {@link contract}, from which both sides are derived. */
export type TidemarkContract = typeof contract;
/** What the page holds. */
export type TidemarkClient = Client<TidemarkContract>;
/** What main implements. */
export type TidemarkHandlers = Handlers<TidemarkContract>;
