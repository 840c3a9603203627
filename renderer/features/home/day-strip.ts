import type { Run } from '../../../shared/contract/runs.ts';
import type { Version } from '../../../shared/contract/versions.ts';
import { dayNumber } from '../../../shared/format/time.ts';

/** What a day was like. `overdue`: a version was due and none came; `idle`: none came and none was due. */
export type DayState = 'done' | 'warning' | 'failed' | 'overdue' | 'idle' | 'before';

export interface Day {
  /** Noon of the day, for naming it. */
  readonly time: number;
  readonly state: DayState;
  readonly versions: number;
  readonly bytes: number;
  /** Height between 0 and 1: how much came in, on a logarithmic scale over the strip. */
  readonly level: number;
}

const dayLength = 86_400_000;

/** The last `length` days, oldest first, from what main knows of versions and runs. */
export function dayStrip(
  versions: readonly Pick<Version, 'time' | 'bytesAdded'>[],
  runs: readonly Pick<Run, 'kind' | 'state' | 'started'>[],
  deadlineHours: number,
  now: number,
  length = 30,
): readonly Day[] {
  const today = dayNumber(now);
  const times = versions.map((version) => Date.parse(version.time));
  const first = times.length === 0 ? Number.POSITIVE_INFINITY : Math.min(...times);
  const sums = new Map<number, { versions: number; bytes: number }>();
  versions.forEach((version, index) => {
    const day = dayNumber(times[index] ?? 0);
    const sum = sums.get(day) ?? { versions: 0, bytes: 0 };
    sums.set(day, { versions: sum.versions + 1, bytes: sum.bytes + (version.bytesAdded ?? 0) });
  });
  const outcomes = new Map<number, 'failed' | 'warning'>();
  for (const run of runs) {
    if (run.kind !== 'backup' || (run.state !== 'failed' && run.state !== 'warning')) continue;
    const day = dayNumber(Date.parse(run.started));
    if (outcomes.get(day) !== 'failed') outcomes.set(day, run.state);
  }
  const most = Math.max(1, ...[...sums.values()].map((sum) => sum.bytes));
  return Array.from({ length }, (_, index) => {
    const day = today - length + 1 + index;
    const time = now - (today - day) * dayLength;
    const sum = sums.get(day) ?? { versions: 0, bytes: 0 };
    const end = day === today ? now : time + dayLength / 2;
    return {
      time,
      versions: sum.versions,
      bytes: sum.bytes,
      level: sum.bytes === 0 ? 0 : (Math.log1p(sum.bytes) / Math.log1p(most)) ** 2,
      state: stateOf(sum.versions, outcomes.get(day), first, lastBefore(times, end), end, deadlineHours),
    };
  });
}

function stateOf(
  versions: number,
  outcome: 'failed' | 'warning' | undefined,
  first: number,
  last: number | undefined,
  end: number,
  deadlineHours: number,
): DayState {
  if (outcome === 'failed' && versions === 0) return 'failed';
  if (outcome !== undefined) return 'warning';
  if (versions > 0) return 'done';
  if (end < first || last === undefined) return 'before';
  return end - last > deadlineHours * 3_600_000 ? 'overdue' : 'idle';
}

function lastBefore(times: readonly number[], end: number): number | undefined {
  let last: number | undefined;
  for (const time of times) if (time <= end && (last === undefined || time > last)) last = time;
  return last;
}
