import type { Run } from '../../../shared/contract/runs.ts';
import type { Plan } from '../../../shared/contract/plans.ts';
import { formatBytes } from '../../../shared/format/bytes.ts';
import { plural } from '../../../shared/format/plural.ts';
import { formatDay } from '../../../shared/format/time.ts';
import { useClient } from '../../app/context.ts';
import { useByteUnits } from '../../lib/units.ts';
import { useStream } from '../../lib/use-stream.ts';
import { dayStrip } from './day-strip.ts';
import type { Day } from './day-strip.ts';

const words: Readonly<Record<Day['state'], string>> = {
  done: 'backed up',
  warning: 'backed up with problems',
  failed: 'did not work',
  overdue: 'overdue',
  idle: 'nothing was due',
  before: 'before the first backup',
};

export interface DayStripProps {
  readonly plan: Plan;
  readonly runs: readonly Run[];
  readonly now: number;
}

/** Thirty days at a glance; a day overdue has another shape than a day with nothing due. */
export function DayStrip({ plan, runs, now }: DayStripProps) {
  const client = useClient();
  const units = useByteUnits();
  const { value: versions } = useStream(`${plan.id} ${plan.destination.state}`, (signal) =>
    client.versions.timeline({ planId: plan.id }, signal),
  );
  const own = runs.filter((run) => run.planId === plan.id);
  const days = dayStrip(versions ?? [], own, plan.schedule.deadlineHours, now);
  const bad = days.filter((day) => day.state === 'failed' || day.state === 'overdue').length;
  const good = days.filter((day) => day.versions > 0).length;
  const missed = bad === 0 ? '' : `, not on ${plural(bad, 'day')} when it was due`;
  const label = `The last 30 days: backed up on ${plural(good, 'day')}${missed}`;
  return (
    <figure className="day-strip">
      <div className="day-strip-bars" role="img" aria-label={label}>
        {days.map((day) => (
          <span key={day.time} className={`day day-${day.state}`} title={dayText(day, now, units)}>
            <span className="day-bar" style={{ height: `${barHeight(day)}%` }} />
          </span>
        ))}
      </div>
      <figcaption className="muted small day-strip-caption">
        <span>30 days ago</span>
        <span>today</span>
      </figcaption>
    </figure>
  );
}

function barHeight(day: Day): number {
  if (day.state === 'before') return 0;
  if (day.versions === 0) return day.state === 'idle' ? 6 : 100;
  return 14 + day.level * 86;
}

function dayText(day: Day, now: number, units: 'decimal' | 'binary'): string {
  const facts = day.versions === 0 ? '' : `, ${plural(day.versions, 'version')}, ${formatBytes(day.bytes, units)} new`;
  return `${formatDay(day.time, now)}: ${words[day.state]}${facts}`;
}
