import path from 'node:path';
import { errorFacts, hasCode } from '../../../shared/errors.ts';
import type { Plan } from '../../../shared/contract/plans.ts';
import type { Logger } from '../../ports/logger.ts';
import { fs } from '../../engine/platform/native-fs.ts';
import { Observable, pause } from '../observable.ts';
import { destinationPresence, locationPath } from '../repositories/destination-presence.ts';
import type { Sessions } from '../repositories/sessions.ts';
import { storedPathBytes } from '../store/plan-record.ts';
import type { PlanRecord } from '../store/plan-record.ts';
import type { PlanStore } from '../store/plan-store.ts';
import { spaceAt } from '../volumes/free-space.ts';

/** What was last seen of a plan's folders and destination. */
export interface PlanFacts {
  readonly destination: Plan['destination'];
  /** By stored path. */
  readonly presentSources: ReadonlySet<string>;
}

export interface PlanMonitorOptions {
  readonly plans: PlanStore;
  readonly sessions: Sessions;
  readonly logger: Logger;
}

const interval = 4_000;
const longestWait = 64_000;
const promptWait = 600_000;

/**
 * Looks every few seconds whether destinations and folders are there, and opens what can be opened with the keychain.
 * A destination that came back is noticed here; one that is away is no error.
 */
export class PlanMonitor {
  readonly #options: PlanMonitorOptions;
  readonly #facts = new Map<string, PlanFacts>();
  /** When a destination may be opened again after it could not be, by plan: failing to open is not repeated at once. */
  readonly #holdOff = new Map<string, { rounds: number; left: number }>();
  readonly #stop = new AbortController();
  readonly changes = new Observable<null>(null);
  readonly #arrived = new Set<(plan: PlanRecord) => void>();

  constructor(options: PlanMonitorOptions) {
    this.#options = options;
  }

  factsOf(plan: PlanRecord): PlanFacts {
    return this.#facts.get(plan.id) ?? { destination: unknownDestination(plan), presentSources: new Set(plan.sources) };
  }

  /** Calls back when a destination became usable that was not before. */
  onArrival(listener: (plan: PlanRecord) => void): void {
    this.#arrived.add(listener);
  }

  async start(): Promise<void> {
    await this.#round();
    void this.#loop();
  }

  stop(): void {
    this.#stop.abort();
  }

  /** Looks at one plan now, and tries its key again. */
  async refresh(planId: string): Promise<void> {
    const plan = this.#options.plans.plans.find((candidate) => candidate.id === planId);
    this.#holdOff.delete(planId);
    if (plan !== undefined) await this.#lookOrLog(plan);
  }

  async #loop(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await pause(interval, this.#stop.signal);
      if (!this.#stop.signal.aborted) await this.#round();
    }
  }

  async #round(): Promise<void> {
    const plans = this.#options.plans.plans;
    for (const id of this.#facts.keys()) {
      if (!plans.some((plan) => plan.id === id)) this.#facts.delete(id);
    }
    for (const plan of plans) await this.#lookOrLog(plan);
  }

  async #lookOrLog(plan: PlanRecord): Promise<void> {
    await this.#look(plan).catch((error: unknown) => {
      this.#options.logger.warn('A plan could not be looked at.', { planId: plan.id, message: errorFacts(error).message });
    });
  }

  async #look(plan: PlanRecord): Promise<void> {
    const before = this.#facts.get(plan.id);
    const folder = locationPath(plan.location);
    const presence = await destinationPresence(plan.location);
    const space = presence === 'absent' ? null : await spaceAt(folder);
    const base = {
      path: folder,
      name: destinationName(folder),
      freeBytes: space?.freeBytes ?? null,
      repositoryBytes: plan.known.repositoryBytes,
      error: null,
    };
    const presentSources = new Set<string>();
    for (const source of plan.sources) {
      const stat = await fs.promises.lstat(storedPathBytes(source)).catch(() => undefined);
      if (stat !== undefined) presentSources.add(source);
    }
    if (presence === 'absent') this.#holdOff.delete(plan.id);
    else if (before?.destination.state === 'absent') await this.#options.sessions.recheck(plan.id);
    const destination: Plan['destination'] = presence === 'absent'
      ? { ...base, state: 'absent' }
      : { ...base, ...await this.#openState(plan) };
    const facts = { destination, presentSources };
    this.#facts.set(plan.id, facts);
    this.changes.set(null);
    if (destination.state === 'ready' && before !== undefined && before.destination.state !== 'ready') {
      for (const listener of this.#arrived) listener(plan);
    }
  }

  async #openState(plan: PlanRecord): Promise<Pick<Plan['destination'], 'state' | 'error'>> {
    const held = this.#holdOff.get(plan.id);
    const known = this.#facts.get(plan.id)?.destination;
    if (held !== undefined && held.left > 0 && known !== undefined && this.#options.sessions.peek(plan.id) === undefined) {
      this.#holdOff.set(plan.id, { ...held, left: held.left - 1 });
      return { state: known.state, error: known.error };
    }
    try {
      await this.#options.sessions.of(plan);
      this.#holdOff.delete(plan.id);
      return { state: 'ready', error: null };
    } catch (error) {
      // Asking a locked keychain brings up its prompt, which nobody wants every minute.
      const rounds = hasCode(error, 'keychain-locked')
        ? promptWait / interval
        : Math.min((held?.rounds ?? 1) * 2, longestWait / interval);
      this.#holdOff.set(plan.id, { rounds, left: rounds });
      if (hasCode(error, 'key-not-found', 'keychain-unavailable')) return { state: 'needs-passphrase', error: null };
      if (hasCode(error, 'keychain-locked')) return { state: 'keychain-locked', error: null };
      if (hasCode(error, 'wrong-password')) return { state: 'needs-passphrase', error: errorFacts(error) };
      if (hasCode(error, 'destination-unavailable')) return { state: 'absent', error: null };
      return { state: 'failed', error: errorFacts(error) };
    }
  }
}

function unknownDestination(plan: PlanRecord): Plan['destination'] {
  const folder = locationPath(plan.location);
  return {
    path: folder,
    name: destinationName(folder),
    state: 'absent',
    error: null,
    freeBytes: null,
    repositoryBytes: plan.known.repositoryBytes,
  };
}

/** The drive or folder as people call it: `Tidemark` on its own says nothing, so its folder is named. */
export function destinationName(folder: string): string {
  const name = path.basename(folder);
  if (!/^Tidemark( \d+)?$/.test(name)) return name === '' ? folder : name;
  const parent = path.basename(path.dirname(folder));
  return parent === '' ? name : `${name} (${parent})`;
}
