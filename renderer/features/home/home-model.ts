import type { Plan } from '../../../shared/contract/plans.ts';

const order: readonly Plan['health'][] = ['safe', 'never', 'working', 'waiting', 'attention', 'overdue', 'risk'];

/** The plan whose state the first sentence tells: the worst one. */
export function worstPlan(plans: readonly Plan[]): Plan | undefined {
  return plans.reduce<Plan | undefined>(
    (worst, plan) => (worst === undefined || order.indexOf(plan.health) > order.indexOf(worst.health) ? plan : worst),
    undefined,
  );
}

/** When the next run comes, as a sentence; empty while one is running or where none can come. */
export function nextRun(plan: Plan, now: number): string {
  if (plan.activeRun !== null || plan.sources.length === 0) return '';
  const { everyHours } = plan.schedule;
  const hourly =
    everyHours === 0 || plan.lastVersion === null ? null : Date.parse(plan.lastVersion) + everyHours * 3_600_000;
  if (hourly === null) return 'Next when you ask for it';
  const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' }).format(new Date(hourly));
  if (hourly <= now) return 'Next run is due';
  const sameDay = new Date(hourly).toDateString() === new Date(now).toDateString();
  const when = sameDay
    ? clock
    : `${new Intl.DateTimeFormat('en-GB', { weekday: 'long' }).format(new Date(hourly))} ${clock}`;
  return `Next at ${when}`;
}
