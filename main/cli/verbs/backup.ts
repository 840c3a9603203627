import { hostname, userInfo } from 'node:os';
import { AppError } from '../../../shared/errors.ts';
import { isFailure } from '../../../shared/model/problem.ts';
import type { FileProblem } from '../../../shared/model/problem.ts';
import type { BackupProgress } from '../../../shared/model/progress.ts';
import { backup } from '../../engine/archiver/archiver.ts';
import type { BackupReport } from '../../engine/archiver/backup-options.ts';
import { systemClock } from '../../engine/platform/clock.ts';
import { systemRandom } from '../../engine/platform/random.ts';
import { chooseParent } from '../choose-parent.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Output } from '../io.ts';
import { openFrom } from '../open-repository.ts';
import { parseLocalTime } from '../parse-time.ts';
import { version as programVersion } from '../../ports/shell/version.ts';
import { ProgressLine } from '../progress.ts';
import { parseTagLists } from '../snapshot-filter.ts';
import { parseCount, parseGoDuration, parseSize, showBytes, showClock } from '../sizes.ts';
import { listedTargets } from '../targets.ts';
import { defineVerb } from '../verb.ts';
import { compressionOf, packSizeOf } from '../write-options.ts';

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return '';
  }
}

function progressText(status: BackupProgress, seconds: number): string {
  const { bytesDone, bytesTotal, filesDone, filesTotal, problems, currentItems } = status;
  const share = bytesTotal === null || bytesTotal === 0 ? '' : `${((bytesDone / bytesTotal) * 100).toFixed(2)}%  `;
  const files = filesTotal === null ? `${filesDone} files` : `${filesDone} / ${filesTotal} files`;
  const bytes = bytesTotal === null ? showBytes(bytesDone) : `${showBytes(bytesDone)} / ${showBytes(bytesTotal)}`;
  const rate = seconds > 0 ? `${showBytes(Math.round(bytesDone / seconds))}/s` : '';
  const item = currentItems[0] === undefined ? '' : `  ${currentItems[0]}`;
  return `[${showClock(seconds)}] ${share}${files}, ${bytes}, ${rate}, ${problems} errors${item}`;
}

function statusMessage(status: BackupProgress, seconds: number): unknown {
  const { bytesDone, bytesTotal, filesDone, filesTotal } = status;
  const share = bytesTotal === null || bytesTotal === 0 ? 0 : Math.min(1, bytesDone / bytesTotal);
  const remaining = share > 0 ? Math.round((seconds * (1 - share)) / share) : undefined;
  return {
    message_type: 'status',
    seconds_elapsed: Math.floor(seconds),
    ...(remaining === undefined ? {} : { seconds_remaining: remaining }),
    percent_done: share,
    total_files: filesTotal ?? filesDone,
    files_done: filesDone,
    total_bytes: bytesTotal ?? bytesDone,
    bytes_done: bytesDone,
    error_count: status.problems,
    current_files: status.currentItems,
  };
}

function showProblem(output: Output, problem: FileProblem): void {
  if (output.json) {
    if (!isFailure(problem)) return;
    output.jsonProblem({
      message_type: 'error',
      error: { message: problem.message },
      during: 'archival',
      item: problem.path,
    });
  } else if (isFailure(problem) || output.verbosity > 0) {
    const label = isFailure(problem) ? 'error' : 'note';
    output.problem(`${label}: ${output.name(problem.path)}: ${problem.message}`);
  }
}

function showReport(output: Output, report: BackupReport, dryRun: boolean, seconds: number): void {
  const { summary } = report;
  if (output.json) {
    output.jsonLine({
      message_type: 'summary',
      ...(dryRun ? { dry_run: true } : {}),
      files_new: summary.filesNew,
      files_changed: summary.filesChanged,
      files_unmodified: summary.filesUnmodified,
      dirs_new: summary.dirsNew,
      dirs_changed: summary.dirsChanged,
      dirs_unmodified: summary.dirsUnmodified,
      data_blobs: summary.dataBlobs,
      tree_blobs: summary.treeBlobs,
      data_added: summary.dataAdded,
      data_added_packed: summary.dataAddedPacked,
      total_files_processed: summary.totalFilesProcessed,
      total_bytes_processed: summary.totalBytesProcessed,
      total_duration: seconds,
      backup_start: summary.backupStart,
      backup_end: summary.backupEnd,
      ...(report.snapshotId === null ? {} : { snapshot_id: report.snapshotId }),
    });
    return;
  }
  const counts = (added: number, changed: number, same: number): string =>
    `${String(added).padStart(5)} new, ${String(changed).padStart(5)} changed, ${String(same).padStart(5)} unmodified`;
  output.note('');
  output.note(`Files:       ${counts(summary.filesNew, summary.filesChanged, summary.filesUnmodified)}`);
  output.note(`Dirs:        ${counts(summary.dirsNew, summary.dirsChanged, summary.dirsUnmodified)}`);
  output.detail(`Data Blobs:  ${String(summary.dataBlobs).padStart(5)} new`);
  output.detail(`Tree Blobs:  ${String(summary.treeBlobs).padStart(5)} new`);
  const verb = dryRun ? 'Would add' : 'Added';
  output.note(`${verb} to the repository: ${showBytes(summary.dataAdded)} (${showBytes(summary.dataAddedPacked)} stored)`);
  output.note('');
  output.note(
    `processed ${summary.totalFilesProcessed} files, ${showBytes(summary.totalBytesProcessed)} in ${showClock(seconds)}`,
  );
  if (report.snapshotId !== null) output.note(`snapshot ${report.snapshotId.slice(0, 8)} saved`);
  else if (!dryRun) output.note('nothing has changed: no snapshot was made');
}

export const verb = defineVerb(
  'path...',
  'Backs up files and folders.',
  {
    exclude: { kind: 'list', short: 'e', value: 'pattern', help: 'leave out what matches' },
    iexclude: { kind: 'list', value: 'pattern', help: 'the same without regard to case' },
    'exclude-file': { kind: 'list', value: 'file', help: 'read patterns from a file' },
    'iexclude-file': { kind: 'list', value: 'file', help: 'the same without regard to case' },
    'exclude-caches': { kind: 'flag', help: 'leave out folders marked with a CACHEDIR.TAG file' },
    'exclude-if-present': { kind: 'list', value: 'name[:header]', help: 'leave out folders that contain this file' },
    'exclude-larger-than': { kind: 'text', value: 'size', help: 'leave out larger files' },
    'files-from': { kind: 'list', value: 'file', help: 'read what to back up from a file (patterns, # comments; - for standard input)' },
    'files-from-verbatim': { kind: 'list', value: 'file', help: 'the same, lines taken as they are' },
    'files-from-raw': { kind: 'list', value: 'file', help: 'the same, names ended by zero bytes' },
    'one-file-system': { kind: 'flag', short: 'x', help: 'stay on the file system of each target' },
    tag: { kind: 'list', value: 'tag[,tag...]', help: 'tags of the new snapshot' },
    host: { kind: 'text', short: 'H', value: 'name', help: 'host of the new snapshot (default: this one)' },
    time: { kind: 'text', value: 'time', help: 'time of the new snapshot, like ‘2026-11-01 22:08:41’ (default: now)' },
    parent: { kind: 'text', value: 'snapshot', help: 'snapshot to compare with (default: the newest of the same host and paths)' },
    'group-by': { kind: 'text', short: 'g', value: 'host,paths,tags', help: 'what the parent must have in common (default host,paths)' },
    force: { kind: 'flag', short: 'f', help: 'read all files, compare with no snapshot' },
    'ignore-inode': { kind: 'flag', help: 'other inode numbers and change times do not make a file changed' },
    'ignore-ctime': { kind: 'flag', help: 'another change time does not make a file changed' },
    'with-atime': { kind: 'flag', help: 'store access times' },
    'skip-if-unchanged': { kind: 'flag', help: 'make no snapshot when nothing changed' },
    'no-scan': { kind: 'flag', help: 'do not count beforehand how much there is' },
    'read-concurrency': { kind: 'text', value: 'n', help: 'threads that read and store (default: the processors)' },
    stdin: { kind: 'flag', help: 'back up standard input' },
    'stdin-filename': { kind: 'text', value: 'name', help: 'its file name (default stdin)' },
    'dry-run': { kind: 'flag', short: 'n', help: 'write nothing, show what would be done' },
  },
  async (context) => {
    const { options, global, output, signal } = context;
    const list = { patterns: options['files-from'], verbatim: options['files-from-verbatim'], raw: options['files-from-raw'] };
    const fromLists = options.stdin ? [] : await listedTargets(list, output.io);
    const targets = [...context.args, ...fromLists];
    if (options.stdin && targets.length > 0) throw new AppError('invalid-input', '--stdin does not go together with files.');
    if (!options.stdin && targets.length === 0) {
      throw new AppError('invalid-input', 'Nothing to back up was named.', { hint: 'Name files or folders.' });
    }
    const larger = options['exclude-larger-than'];
    const workers = options['read-concurrency'];
    const time = options.time === undefined ? undefined : parseLocalTime(options.time, '--time');
    const packSize = packSizeOf(context);
    const host = options.host ?? (context.env['TIDEMARK_HOST'] || context.env['RESTIC_HOST'] || hostname());
    const tags = parseTagLists(options.tag).flat().filter((tag) => tag !== '');
    const compression = compressionOf(context);
    const retry = global['retry-lock'];
    const repository = await openFrom(context);
    const parent = await chooseParent(repository, { parent: options.parent, groupBy: options['group-by'], host, tags, targets, time });
    using progress = new ProgressLine<BackupProgress>(output, progressText, statusMessage);
    const estimate = !options['no-scan'] && !options.stdin && (output.json || output.io.stdout.isTTY === true);
    const report = await backup(repository, {
      targets,
      select: {
        excludes: options.exclude,
        iexcludes: options.iexclude,
        excludeFiles: options['exclude-file'],
        iexcludeFiles: options['iexclude-file'],
        excludeCaches: options['exclude-caches'],
        excludeIfPresent: options['exclude-if-present'],
        ...(larger === undefined ? {} : { excludeLargerThan: parseSize(larger, '--exclude-larger-than') }),
      },
      hostname: host,
      username: userName(),
      tags,
      parent,
      force: options.force,
      dryRun: options['dry-run'],
      oneFileSystem: options['one-file-system'],
      withAtime: options['with-atime'],
      ignoreInode: options['ignore-inode'],
      ignoreCtime: options['ignore-ctime'],
      skipIfUnchanged: options['skip-if-unchanged'],
      compression,
      programVersion,
      clock: systemClock,
      random: systemRandom,
      estimate,
      signal,
      onProgress: (status) => progress.update(status),
      onProblem: (problem) => showProblem(output, problem),
      ...(time === undefined ? {} : { time }),
      ...(workers === undefined ? {} : { workers: parseCount(workers, '--read-concurrency', 1, 256) }),
      ...(packSize === undefined ? {} : { packSize }),
      ...(retry === undefined ? {} : { retryLock: parseGoDuration(retry, '--retry-lock') }),
      ...(options.stdin ? { stdin: { name: options['stdin-filename'] ?? 'stdin', stream: output.io.stdin } } : {}),
    });
    const { seconds } = progress;
    progress[Symbol.dispose]();
    showReport(output, report, options['dry-run'], seconds);
    if (!report.incomplete) return exitCodes.done;
    if (!output.json) output.problem('Warning: some files could not be read; the snapshot does not have them.');
    return exitCodes.incomplete;
  },
);
