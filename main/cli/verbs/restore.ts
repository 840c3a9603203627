import { AppError, errorFacts } from '../../../shared/errors.ts';
import { executeRestore } from '../../engine/restorer/execute.ts';
import { planRestore } from '../../engine/restorer/plan.ts';
import type { RestorePlan, RestorePolicy } from '../../engine/restorer/restore-plan.ts';
import type { RestoreProgress, RestoreReport } from '../../engine/restorer/restore-report.ts';
import { isFailure } from '../../../shared/model/problem.ts';
import type { Output } from '../io.ts';
import { openNamed, withRepository } from '../open-repository.ts';
import { ProgressLine } from '../progress.ts';
import { patternsOfFiles, restoreSelection } from '../restore-select.ts';
import { showBytes, showClock } from '../sizes.ts';
import { filterOptions, snapshotFilter } from '../snapshot-filter.ts';
import { snapshotTime } from '../snapshot-text.ts';
import { defineVerb } from '../verb.ts';

interface Overwrite {
  readonly policy: RestorePolicy;
  readonly trustTimes: boolean;
}

const overwrites: Readonly<Record<string, Overwrite>> = {
  always: { policy: 'replace-all', trustTimes: false },
  'if-changed': { policy: 'replace-all', trustTimes: true },
  'if-newer': { policy: 'replace-if-newer', trustTimes: true },
  never: { policy: 'only-missing', trustTimes: true },
};

function overwriteOf(text: string): Overwrite {
  const overwrite = Object.hasOwn(overwrites, text) ? overwrites[text] : undefined;
  if (overwrite !== undefined) return overwrite;
  throw new AppError('invalid-input', `--overwrite: there is no ‘${text}’.`, { hint: `Use ${Object.keys(overwrites).join(', ')}.` });
}

function statusMessage(status: RestoreProgress, seconds: number): unknown {
  const { filesDone, filesTotal, bytesDone, bytesTotal } = status;
  return {
    message_type: 'status',
    seconds_elapsed: Math.floor(seconds),
    percent_done: bytesTotal === 0 ? 0 : Math.min(1, bytesDone / bytesTotal),
    total_files: filesTotal,
    files_restored: filesDone,
    total_bytes: bytesTotal,
    bytes_restored: bytesDone,
  };
}

function progressText(status: RestoreProgress, seconds: number): string {
  const { filesDone, filesTotal, bytesDone, bytesTotal, currentItems } = status;
  const share = bytesTotal === 0 ? '' : `${((bytesDone / bytesTotal) * 100).toFixed(2)}%  `;
  return `[${showClock(seconds)}] ${share}${filesDone} / ${filesTotal} files, ${showBytes(bytesDone)} / ${showBytes(bytesTotal)}  ${currentItems[0] ?? ''}`;
}

/** Says what cannot be restored according to the plan; gives the number of such entries. */
function showPlanProblems(output: Output, plan: RestorePlan): number {
  const problem = (path: Buffer, message: string): void => {
    if (output.json) {
      output.jsonProblem({ message_type: 'error', error: { message }, during: 'restore', item: path.toString('utf8') });
    } else output.problem(`error: ${output.name(path)}: ${message}`);
  };
  for (const { path, reason } of plan.refused.sample) problem(path, reason);
  for (const { path, error } of plan.unreadable) problem(path, errorFacts(error).message);
  return plan.refused.total + plan.unreadable.length;
}

function showReport(output: Output, plan: RestorePlan, report: RestoreReport, seconds: number): void {
  const restored = report.created + report.replaced + report.keptBoth;
  if (output.json) {
    output.jsonLine({
      message_type: 'summary',
      seconds_elapsed: Math.floor(seconds),
      total_files: plan.files + plan.folders,
      files_restored: restored + report.foldersCreated,
      files_skipped: report.skipped + report.identical,
      total_bytes: plan.bytes,
      bytes_restored: report.bytesWritten,
    });
    return;
  }
  const skipped = report.skipped + report.identical;
  const left = skipped === 0 ? '' : `, left ${skipped} as they were`;
  output.note(`Summary: Restored ${restored} files and ${report.foldersCreated} folders (${showBytes(report.bytesWritten)}) in ${showClock(seconds)}${left}`);
}

function showDryRun(output: Output, plan: RestorePlan, policy: RestorePolicy): void {
  const effect = plan.effects.find((one) => one.policy === policy);
  if (effect === undefined) return;
  const { create, replace, keepBoth, skip, bytes } = effect;
  if (output.json) {
    output.jsonLine({
      message_type: 'summary',
      dry_run: true,
      seconds_elapsed: 0,
      total_files: plan.files + plan.folders,
      files_restored: create + replace + keepBoth,
      files_skipped: skip + plan.identical,
      total_bytes: plan.bytes,
      bytes_restored: bytes,
    });
  } else {
    output.note(`Would create ${create} and replace ${replace} files (${showBytes(bytes)}), and leave ${skip + plan.identical} as they are.`);
  }
}

export const verb = defineVerb(
  'snapshot[:subfolder] --target folder',
  'Restores a snapshot, or a folder of it, below a target folder.',
  {
    ...filterOptions,
    target: { kind: 'text', short: 't', value: 'folder', help: 'where to restore to' },
    include: { kind: 'list', short: 'i', value: 'pattern', help: 'restore only what matches' },
    iinclude: { kind: 'list', value: 'pattern', help: 'the same without regard to case' },
    'include-file': { kind: 'list', value: 'file', help: 'read such patterns from a file' },
    'iinclude-file': { kind: 'list', value: 'file', help: 'the same without regard to case' },
    exclude: { kind: 'list', short: 'e', value: 'pattern', help: 'leave out what matches' },
    iexclude: { kind: 'list', value: 'pattern', help: 'the same without regard to case' },
    'exclude-file': { kind: 'list', value: 'file', help: 'read such patterns from a file' },
    'iexclude-file': { kind: 'list', value: 'file', help: 'the same without regard to case' },
    overwrite: { kind: 'text', value: 'when', help: 'replace existing files: always (default), if-changed, if-newer, never' },
    verify: { kind: 'flag', help: 'read every restored file again' },
    sparse: { kind: 'flag', help: 'leave long runs of zeros as holes' },
    delete: { kind: 'flag', help: 'not supported' },
    'dry-run': { kind: 'flag', short: 'n', help: 'write nothing, show what would be done' },
  },
  async (context) => {
    const { options, output } = context;
    const [word, ...more] = context.args;
    if (more.length > 0) throw new AppError('invalid-input', 'Only one snapshot can be restored at a time.');
    const { target } = options;
    if (options.delete) {
      throw new AppError('unsupported', '--delete is not supported: a restore here never removes files that are not in the snapshot.', {
        hint: 'Restore into an empty folder instead.',
      });
    }
    if (target === undefined || target === '') {
      throw new AppError('invalid-input', 'No folder to restore to was named.', { hint: 'Use --target.' });
    }
    const { policy, trustTimes } = overwriteOf(options.overwrite ?? 'always');
    const select = restoreSelection({
      include: [...options.include, ...(await patternsOfFiles(options['include-file']))],
      iinclude: [...options.iinclude, ...(await patternsOfFiles(options['iinclude-file']))],
      exclude: [...options.exclude, ...(await patternsOfFiles(options['exclude-file']))],
      iexclude: [...options.iexclude, ...(await patternsOfFiles(options['iexclude-file']))],
    });
    return await withRepository(context, 'read', async (work) => {
      const { repository, signal } = work;
      const { snapshot, treeId } = await openNamed(work, context, word, snapshotFilter(options, context.env));
      output.note(`restoring snapshot ${snapshot.id.slice(0, 8)} of ${snapshotTime(snapshot)} to ${output.name(target)}`);
      const dryRun = options['dry-run'];
      const plan = await planRestore(
        repository,
        {
          treeId,
          items: [{ path: [] }],
          destination: { kind: 'root', path: target },
          versionTime: snapshot.time,
          trustTimes,
          ...(select === undefined ? {} : { select }),
        },
        {
          signal,
          ...(dryRun && output.verbosity > 0
            ? { onEntry: ({ path, comparison }) => output.detail(`${comparison.padEnd(17)} ${output.name(path)}`) }
            : {}),
        },
      );
      let problems = showPlanProblems(output, plan);
      if (dryRun) {
        showDryRun(output, plan, policy);
        return problems > 0 ? 1 : 0;
      }
      using progress = new ProgressLine<RestoreProgress>(output, progressText, statusMessage);
      const report = await executeRestore(repository, plan, {
        policy,
        verify: options.verify,
        sparse: options.sparse,
        signal,
        onProgress: (status) => progress.update(status),
      });
      const { seconds } = progress;
      progress[Symbol.dispose]();
      for (const problem of report.problems) {
        if (!isFailure(problem)) continue;
        problems += 1;
        if (output.json) {
          output.jsonProblem({ message_type: 'error', error: { message: problem.message }, during: 'restore', item: problem.path });
        } else output.problem(`error: ${output.name(problem.path)}: ${problem.message}`);
      }
      showReport(output, plan, report, seconds);
      if (problems > 0 && !output.json) output.problem(`There were ${problems} errors.`);
      return problems > 0 ? 1 : 0;
    });
  },
);
