import { errorFacts } from '../../../shared/errors.ts';
import type { Clock } from '../../engine/platform/clock.ts';
import type { Runs } from '../jobs/runs.ts';
import type { Logger } from '../../ports/logger.ts';
import { pause } from '../observable.ts';
import type { PlanRecord } from '../store/plan-record.ts';
import type { PlanStore } from '../store/plan-store.ts';
import { isDue } from './due.ts';
import type { PlanMonitor } from './plan-monitor.ts';

export interface SchedulerOptions {
  readonly plans: PlanStore;
  readonly runs: Runs;
  readonly monitor: PlanMonitor;
  readonly clock: Clock;
  readonly logger: Logger;
  startBackup(plan: PlanRecord): Promise<unknown>;
}

const interval = 60_000;

/** Starts backups when they are due: looks every minute, after a start, and when a destination comes back. */
export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #stop = new AbortController();

  constructor(options: SchedulerOptions) {
    this.#options = options;
  }

  start(): void {
    this.#options.monitor.onArrival(() => void this.evaluate());
    void this.#loop();
  }

  stop(): void {
    this.#stop.abort();
  }

  /** Starts what is due and possible now. */
  async evaluate(): Promise<void> {
    for (const plan of this.#options.plans.plans) {
      if (this.#stop.signal.aborted) return;
      if (!this.#mayRun(plan)) continue;
      await this.#options.startBackup(plan).catch((error: unknown) => {
        this.#options.logger.warn('A due backup could not be started.', { planId: plan.id, ...errorFacts(error) });
      });
    }
  }

  async #loop(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await this.evaluate();
      await pause(interval, this.#stop.signal);
    }
  }

  #mayRun(plan: PlanRecord): boolean {
    const { runs, monitor, clock } = this.#options;
    const { destination, presentSources } = monitor.factsOf(plan);
    if (presentSources.size === 0 || destination.state !== 'ready' || runs.activeOf(plan.id) !== undefined) return false;
    const backups = runs.history(plan.id).filter((run) => run.kind === 'backup');
    const firstGood = backups.findIndex((run) => run.state !== 'failed');
    const last = backups[0];
    return isDue({
      now: clock.now(),
      everyHours: plan.schedule.everyHours,
      deadlineHours: plan.schedule.deadlineHours,
      lastStarted: last === undefined ? null : Date.parse(last.started),
      failures: firstGood < 0 ? backups.length : firstGood,
    });
  }
}
