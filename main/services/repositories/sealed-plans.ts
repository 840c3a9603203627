import { z } from 'zod';
import type { Clock } from '../../engine/platform/clock.ts';
import type { RandomSource } from '../../engine/platform/random.ts';
import { planSettings } from '../store/plan-record.ts';
import type { PlanSettings } from '../store/plan-record.ts';
import { loadSealed, saveSealed } from './sealed-file.ts';
import type { SealedPlaces } from './sealed-file.ts';

const sealedPlan = z.object({
  version: z.literal(1),
  planId: z.string().regex(/^[0-9a-z]{8,64}$/),
  saved: z.string().max(40),
  settings: planSettings,
});
export type SealedPlan = z.infer<typeof sealedPlan>;

const prefix = 'plans/';

/** Saves a plan's settings beside the backups, readable with their keys only. Durable when resolved. */
export async function saveSealedPlan(
  repository: SealedPlaces,
  planId: string,
  settings: PlanSettings,
  { clock, random }: { readonly clock: Clock; readonly random: RandomSource },
): Promise<void> {
  const copy: SealedPlan = { version: 1, planId, saved: new Date(clock.now()).toISOString(), settings };
  await saveSealed(repository, prefix + planId, copy, random);
}

/** The readable copies, newest first; damaged ones and those of newer programs are left out. */
export async function loadSealedPlans(repository: SealedPlaces): Promise<SealedPlan[]> {
  const copies: SealedPlan[] = [];
  for await (const { name } of repository.storage.list('extra')) {
    if (!name.startsWith(prefix)) continue;
    const parsed = sealedPlan.safeParse(await loadSealed(repository, name));
    if (parsed.success) copies.push(parsed.data);
  }
  return copies.toSorted((a, b) => (a.saved < b.saved ? 1 : -1));
}
