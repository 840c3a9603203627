import type { Run } from '../../../shared/contract/runs.ts';
import { formatBytes, formatRate } from '../../../shared/format/bytes.ts';
import type { ByteUnits } from '../../../shared/format/bytes.ts';
import { formatDurationRange } from '../../../shared/format/duration.ts';
import { formatCount, plural } from '../../../shared/format/plural.ts';

/** Share of the work done between 0 and 1; null while the total is not known. */
export function progressShare(run: Run): number | null {
  const progress = run.progress;
  if (progress === null || progress.phase === 'starting') return null;
  if (progress.bytesTotal === null || progress.phase === 'scanning') return null;
  if (progress.bytesTotal > 0) return Math.min(1, progress.bytesDone / progress.bytesTotal);
  if (progress.filesTotal === null || progress.filesTotal === 0) return null;
  return Math.min(1, progress.filesDone / progress.filesTotal);
}

/** The facts of a run's progress, each a short phrase, the most wanted first. */
export function progressFacts(run: Run, units: ByteUnits): readonly string[] {
  const progress = run.progress;
  if (progress === null || progress.phase === 'starting') return ['starting'];
  if (progress.phase === 'scanning') return [`looking at the folders: ${plural(progress.filesDone, 'file')}`];
  const bytes =
    progress.bytesTotal === null
      ? formatBytes(progress.bytesDone, units)
      : `${formatBytes(progress.bytesDone, units)} of ${formatBytes(progress.bytesTotal, units)}`;
  const files =
    progress.filesTotal === null
      ? plural(progress.filesDone, 'file')
      : `${plural(progress.filesDone, 'file')} of ${formatCount(progress.filesTotal)}`;
  if (progress.phase === 'finishing') return [bytes, files, 'finishing'];
  const rate = progress.bytesPerSecond > 0 ? [formatRate(progress.bytesPerSecond, units)] : [];
  const left = progress.remainingSeconds === null ? [] : [`${formatDurationRange(progress.remainingSeconds)} left`];
  return [bytes, files, ...rate, ...left];
}

/** What a screen reader hears at each quarter, so that progress is heard and not chatter. */
export function progressAnnouncement(run: Run): string {
  const share = progressShare(run);
  if (share === null) return run.title;
  const quarter = Math.floor(share * 4) * 25;
  if (quarter === 0 || quarter === 100) return run.title;
  return `${run.title}: ${quarter}%`;
}
