import type { Plan } from '../../../shared/contract/plans.ts';
import type { Clock } from '../../engine/platform/clock.ts';
import type { Runs } from '../jobs/runs.ts';
import { baseName, historyNames, pathText } from '../paths.ts';
import { storedPathBytes } from '../store/plan-record.ts';
import type { PlanRecord } from '../store/plan-record.ts';
import type { Tokens } from '../tokens.ts';
import { judgeHealth } from './health.ts';
import type { PlanMonitor } from './plan-monitor.ts';

export interface PlanViewOptions {
  readonly monitor: PlanMonitor;
  readonly runs: Runs;
  readonly tokens: Tokens;
  readonly clock: Clock;
}

/** What the page shows of a plan, from what was last seen of its folders, its destination and its runs. */
export function viewPlan(plan: PlanRecord, { monitor, runs, tokens, clock }: PlanViewOptions): Plan {
  const { destination, presentSources } = monitor.factsOf(plan);
  const sources = plan.sources.map((stored) => {
    const bytes = storedPathBytes(stored);
    return {
      token: tokens.path(bytes),
      place: tokens.place(plan.id, historyNames(bytes)),
      path: pathText(bytes),
      name: pathText(baseName(bytes)),
      present: presentSources.has(stored),
    };
  });
  const backups = runs.history(plan.id).filter((run) => run.kind === 'backup');
  const last = backups[0];
  const lastGood = backups.find((run) => run.state === 'done' || run.state === 'warning')?.finished ?? null;
  const lastVersion = plan.known.lastVersion;
  const safeSince = [lastGood, plan.sources.length === 0 ? lastVersion : ownVersion(plan, lastGood, lastVersion)]
    .filter((time) => time !== null)
    .map((time) => Date.parse(time));
  const verdict = judgeHealth({
    now: clock.now(),
    created: Date.parse(plan.created),
    hasSources: plan.sources.length > 0,
    missingSources: sources.filter((source) => !source.present).map((source) => source.name),
    destination,
    deadlineHours: plan.schedule.deadlineHours,
    everyHours: plan.schedule.everyHours,
    kit: plan.kit,
    activeBackup: runs.activeOf(plan.id, 'backup') !== undefined,
    backups,
    lastVersion: safeSince.length === 0 ? null : Math.max(...safeSince),
  });
  return {
    id: plan.id,
    name: plan.name,
    sources,
    destination,
    excludes: [...plan.excludes],
    excludeCaches: plan.excludeCaches,
    excludeLargerThan: plan.excludeLargerThan,
    oneFileSystem: plan.oneFileSystem,
    schedule: plan.schedule,
    ...verdict,
    lastRun: last === undefined || last.state === 'running' || last.finished === null
      ? null
      : { runId: last.id, finished: last.finished, outcome: last.state, problems: last.problems },
    versions: plan.known.versions,
    lastVersion,
    kit: plan.kit,
    activeRun: runs.activeOf(plan.id)?.id ?? null,
  };
}

/** A taken-over backup may hold versions of other computers; before the first own run only their time is known. */
function ownVersion(plan: PlanRecord, lastGood: string | null, lastVersion: string | null): string | null {
  return lastGood === null && lastVersion !== null && lastVersion >= plan.created ? lastVersion : null;
}
