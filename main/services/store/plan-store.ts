import path from 'node:path';
import { z } from 'zod';
import { AppError } from '../../../shared/errors.ts';
import type { Clock } from '../../engine/platform/clock.ts';
import { Observable } from '../observable.ts';
import { JsonStore } from './json-store.ts';
import type { StoreState } from './json-store.ts';
import { planRecord } from './plan-record.ts';
import type { PlanRecord } from './plan-record.ts';

const content = z.object({ plans: z.array(planRecord).max(1_000) });

/** The plans of a profile, in the order they were made. Every change is durable when its promise resolves. */
export class PlanStore {
  readonly #store: JsonStore<z.infer<typeof content>>;
  readonly changes: Observable<readonly PlanRecord[]>;

  private constructor(store: JsonStore<z.infer<typeof content>>) {
    this.#store = store;
    this.changes = new Observable(store.value.plans);
  }

  /** Opens `plans.json` of a profile. */
  static async open(folder: string, clock: Clock): Promise<{ store: PlanStore; state: StoreState }> {
    const { store, state } = await JsonStore.open({
      file: path.join(folder, 'plans.json'),
      version: 1,
      schema: content,
      empty: { plans: [] },
      clock,
    });
    return { store: new PlanStore(store), state };
  }

  get plans(): readonly PlanRecord[] {
    return this.#store.value.plans;
  }

  /** The plan; `not-found` when it was removed. */
  get(id: string): PlanRecord {
    const found = this.plans.find((plan) => plan.id === id);
    if (found === undefined) {
      throw new AppError('not-found', 'This plan does not exist on this computer.', { context: { planId: id } });
    }
    return found;
  }

  async add(plan: PlanRecord): Promise<void> {
    await this.#update((plans) => [...plans, plan]);
  }

  async update(id: string, change: (plan: PlanRecord) => PlanRecord): Promise<PlanRecord> {
    this.get(id);
    await this.#update((plans) => plans.map((plan) => (plan.id === id ? change(plan) : plan)));
    return this.get(id);
  }

  async remove(id: string): Promise<void> {
    this.get(id);
    await this.#update((plans) => plans.filter((plan) => plan.id !== id));
  }

  async settled(): Promise<void> {
    await this.#store.settled();
  }

  async #update(change: (plans: readonly PlanRecord[]) => readonly PlanRecord[]): Promise<void> {
    await this.#store.update(({ plans }) => ({ plans: [...change(plans)] }));
    this.changes.set(this.plans);
  }
}
