import type { Run } from '../../../shared/contract/runs.ts';
import { formatBytes } from '../../../shared/format/bytes.ts';
import type { ByteUnits } from '../../../shared/format/bytes.ts';
import { plural } from '../../../shared/format/plural.ts';
import { dayNumber, formatDay } from '../../../shared/format/time.ts';

export interface DayGroup {
  readonly day: string;
  readonly runs: readonly Run[];
}

/** Runs by the day they began, newest first as they come. */
export function groupByDay(runs: readonly Run[], now: number): readonly DayGroup[] {
  const groups: { number: number; day: string; runs: Run[] }[] = [];
  for (const run of runs) {
    const number = dayNumber(Date.parse(run.started));
    const last = groups.at(-1);
    if (last !== undefined && last.number === number) last.runs.push(run);
    else groups.push({ number, day: formatDay(run.started, now), runs: [run] });
  }
  return groups;
}

/** What came of a run, in a few words. */
export function runResult(run: Run, units: ByteUnits): string {
  switch (run.state) {
    case 'running':
      return 'under way';
    case 'cancelled':
      return 'cancelled; what was already safe stays safe';
    case 'failed':
      return run.error?.message ?? 'did not work';
    case 'done':
    case 'warning': {
      const problems = run.problems === 0 ? '' : `, ${plural(run.problems, 'problem')}`;
      return `${summaryText(run, units)}${problems}`;
    }
  }
}

function summaryText(run: Run, units: ByteUnits): string {
  const { summary } = run;
  if (summary === null) return run.kind === 'check' ? 'in order' : 'done';
  if (run.kind !== 'backup') return `${plural(summary.files, 'file')}, ${formatBytes(summary.bytes, units)}`;
  const changed = summary.filesNew + summary.filesChanged;
  if (changed === 0) return 'nothing had changed';
  return `${plural(changed, 'file')} new or changed, ${formatBytes(summary.bytesAdded, units)}`;
}
