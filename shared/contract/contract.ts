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

export type TidemarkContract = typeof contract;
export type TidemarkClient = Client<TidemarkContract>;
export type TidemarkHandlers = Handlers<TidemarkContract>;
