import path from 'node:path';
import { z } from 'zod';
import { theme } from '../../../shared/contract/app.ts';
import type { Clock } from '../../engine/platform/clock.ts';
import { JsonStore } from './json-store.ts';
import type { StoreState } from './json-store.ts';

const storedSettings = z.object({
  theme: theme.default('system'),
  /** Notices somebody put away, by id. */
  dismissed: z.array(z.string()).max(10_000).default([]),
  /** Where the plans' backups are, kept apart from the plans so that a damaged list of plans can be rebuilt. */
  destinations: z
    .array(z.object({ location: z.string().max(40_000), repositoryId: z.string().regex(/^[0-9a-f]{64}$/) }))
    .max(1_000)
    .default([]),
});
export type StoredSettings = z.infer<typeof storedSettings>;

export type SettingsStore = JsonStore<StoredSettings>;

/** Opens `settings.json` of a profile. */
export async function openSettingsStore(
  folder: string,
  clock: Clock,
): Promise<{ store: SettingsStore; state: StoreState }> {
  return await JsonStore.open<StoredSettings>({
    file: path.join(folder, 'settings.json'),
    version: 1,
    schema: storedSettings,
    empty: { theme: 'system', dismissed: [], destinations: [] },
    clock,
  });
}
