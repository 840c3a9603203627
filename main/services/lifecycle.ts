import { AppError, errorFacts } from '../../shared/errors.ts';
import { cryptoSelfTest } from '../engine/platform/crypto.ts';
import { RunNotifier, showInTray } from './notices/run-notifier.ts';
import { viewPlan } from './plans/plan-views.ts';
import { rebuildPlans } from './plans/rebuild-plans.ts';
import { Scheduler } from './plans/scheduler.ts';
import { noteDestinations } from './services.ts';
import type { Services } from './services.ts';
import type { Plan } from '../../shared/contract/plans.ts';

/** All plans as the page shows them. */
export function viewPlans({ plans, monitor, runs, tokens, options }: Services): Plan[] {
  return plans.plans.map((plan) => viewPlan(plan, { monitor, runs, tokens, clock: options.clock }));
}

/** Starts and stops what runs by itself: the watch over destinations, the schedule, notifications, sweeping. */
export class Lifecycle {
  readonly #services: Services;
  readonly #scheduler: Scheduler;
  readonly #held: Disposable[] = [];
  #stopping: Promise<void> | undefined;

  constructor(services: Services) {
    this.#services = services;
    const { plans, runs, monitor, options, actions } = services;
    this.#scheduler = new Scheduler({
      plans,
      runs,
      monitor,
      clock: options.clock,
      logger: options.logger,
      startBackup: (plan) => actions.backUp(plan.id, true),
    });
  }

  async start(): Promise<void> {
    const { runs, plans, monitor, undo, options, settings, plansLost } = this.#services;
    await cryptoSelfTest();
    await runs.recover();
    if (plansLost) await this.#rebuild(settings.value.destinations);
    await noteDestinations(this.#services);
    const notifier = new RunNotifier(options.ports.notifications);
    this.#held.push(
      runs.onEnd((run) => {
        notifier.ended(run, plans.plans.find((plan) => plan.id === run.planId)?.name ?? 'Tidemark');
        this.#services.folderViews.clear();
        void monitor.refresh(run.planId);
      }),
      plans.changes.subscribe(() => void noteDestinations(this.#services)),
      ...[plans.changes, runs.changes, monitor.changes].map((changes) => changes.subscribe(() => this.#showInTray())),
    );
    for (const runId of await undo.sweep()) await runs.setUndoable(runId, false);
    await monitor.start();
    this.#scheduler.start();
    options.ports.power?.onResume(() => void this.#afterSleep());
    this.#showInTray();
  }

  /** Ends running work at a consistent point and writes what is left to write. */
  async stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    await this.#stopping;
  }

  async #stop(): Promise<void> {
    const { runs, monitor, sessions, plans, settings } = this.#services;
    this.#scheduler.stop();
    monitor.stop();
    await runs.stop();
    for (const held of this.#held) held[Symbol.dispose]();
    sessions.stop();
    await plans.settled();
    await settings.settled();
  }

  async #afterSleep(): Promise<void> {
    const { plans, monitor } = this.#services;
    for (const plan of plans.plans) await monitor.refresh(plan.id);
    await this.#scheduler.evaluate();
  }

  async #rebuild(known: Services['settings']['value']['destinations']): Promise<void> {
    const { setup, notices, options } = this.#services;
    try {
      const names = await rebuildPlans(known, setup);
      if (names.length === 0) return;
      notices.put({
        id: `rebuilt-${options.clock.now()}`,
        severity: 'info',
        title: names.length === 1 ? 'A plan was brought back.' : `${names.length} plans were brought back.`,
        detail: `From the copy in its destination: ${names.join(', ')}.`,
        dismissable: true,
      });
    } catch (error) {
      options.logger.error('Plans could not be brought back.', { message: errorFacts(error).message });
      if (!(error instanceof AppError)) throw error;
    }
  }

  #trayWaits = false;

  #showInTray(): void {
    const { tray } = this.#services.options.ports;
    if (tray === null || this.#trayWaits) return;
    this.#trayWaits = true;
    setTimeout(() => {
      this.#trayWaits = false;
      if (this.#stopping === undefined) showInTray(tray, viewPlans(this.#services));
    }, 500).unref();
  }
}
