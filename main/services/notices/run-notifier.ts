import type { NotificationsPort, TrayPort } from '../../ports/ports.ts';
import type { Plan } from '../../../shared/contract/plans.ts';
import type { RunRecord } from '../jobs/run-record.ts';

/** Tells what went wrong outside the window; success is silent, and the same trouble is told once. */
export class RunNotifier {
  readonly #notifications: NotificationsPort | null;
  readonly #told = new Map<string, string>();

  constructor(notifications: NotificationsPort | null) {
    this.#notifications = notifications;
  }

  ended(run: RunRecord, planName: string): void {
    const key = `${run.planId}:${run.kind}`;
    if (run.state !== 'failed' && run.state !== 'warning') {
      if (run.state === 'done') this.#told.delete(key);
      return;
    }
    const body = run.state === 'failed'
      ? (run.error?.message ?? 'It did not finish.')
      : `${run.problems === 1 ? 'One file' : `${run.problems} files`} could not be handled.`;
    const told = `${run.state}:${body}`;
    if (this.#told.get(key) === told) return;
    this.#told.set(key, told);
    const title = run.state === 'failed' ? `${planName}: the ${run.kind} failed` : `${planName}: needs a look`;
    this.#notifications?.notify({ title, body });
  }
}

const order: readonly Plan['health'][] = ['risk', 'overdue', 'attention', 'working', 'waiting', 'never', 'safe'];

/** The worst plan speaks for all. */
export function showInTray(tray: TrayPort | null, plans: readonly Plan[]): void {
  if (tray === null) return;
  const [worst] = plans.toSorted((a, b) => order.indexOf(a.health) - order.indexOf(b.health));
  if (worst === undefined) {
    tray.setState({ kind: 'idle', sentence: 'Nothing is backed up yet.' });
    return;
  }
  const trouble = worst.health === 'risk' || worst.health === 'overdue' || worst.health === 'attention';
  const working = plans.some((plan) => plan.activeRun !== null);
  const kind = trouble ? 'attention' : working ? 'running' : 'idle';
  tray.setState({ kind, sentence: plans.length > 1 && trouble ? `${worst.name}: ${worst.sentence}` : worst.sentence });
}
