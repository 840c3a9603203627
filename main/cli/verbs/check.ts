import { AppError } from '../../../shared/errors.ts';
import { checkRepository } from '../../engine/maintenance/check.ts';
import type { CheckProgress, ReadData } from '../../engine/maintenance/check-report.ts';
import { exitCodes } from '../exit-codes.ts';
import { withRepository } from '../open-repository.ts';
import { ProgressLine } from '../progress.ts';
import { parseCount, parseReadDataSubset, showBytes, showClock } from '../sizes.ts';
import { defineVerb } from '../verb.ts';

function readDataOf(all: boolean, subset: string | undefined): ReadData {
  if (all && subset !== undefined) {
    throw new AppError('invalid-input', '--read-data and --read-data-subset exclude each other.');
  }
  if (subset !== undefined) return parseReadDataSubset(subset);
  return { kind: all ? 'all' : 'none' };
}

const phases: Readonly<Record<CheckProgress['phase'], string>> = {
  snapshots: 'loading snapshots',
  index: 'loading the index',
  packs: 'comparing the index with the packs',
  trees: 'folders',
  data: 'packs',
};

function progressText({ phase, done, total, bytesDone, bytesTotal }: CheckProgress, seconds: number): string {
  const count = done === 0 && total === null ? '' : `${done}${total === null ? '' : ` / ${total}`} `;
  const bytes = bytesTotal === null ? '' : `, ${showBytes(bytesDone)} / ${showBytes(bytesTotal)}`;
  return `[${showClock(seconds)}] ${count}${phases[phase]}${bytes}`;
}

export const verb = defineVerb(
  '',
  'Checks the repository for damage. Without --read-data only its structure is checked, not the content of the packs.',
  {
    'read-data': { kind: 'flag', help: 'read and verify all data' },
    'read-data-subset': { kind: 'text', value: 'n/t|x%|size', help: 'read and verify a part of the data' },
    'read-concurrency': { kind: 'text', value: 'n', help: 'threads that verify data (default: the processors)' },
    'with-cache': { kind: 'flag', help: 'accepted for scripts; there is no cache' },
  },
  async (context) => {
    const { options, output } = context;
    const readData = readDataOf(options['read-data'], options['read-data-subset']);
    if (context.args.length > 0) throw new AppError('invalid-input', 'check takes no arguments.');
    const workers = options['read-concurrency'];
    const kind = context.global['no-lock'] ? 'read' : 'exclusive';
    return await withRepository(context, kind, async ({ repository, signal }) => {
      output.note('checking the repository');
      using progress = new ProgressLine<CheckProgress>(output, progressText);
      const settings = { readData, ...(workers === undefined ? {} : { workers: parseCount(workers, '--read-concurrency', 1, 256) }) };
      const report = await checkRepository(repository, settings, (status) => progress.update(status), signal);
      for (const { message } of report.hints) output.note(`hint: ${message}`);
      for (const { message } of report.errors) {
        if (output.json) output.jsonProblem({ message_type: 'error', message });
        else output.problem(`error: ${message}`);
      }
      if (output.json) {
        output.jsonLine({
          message_type: 'summary',
          num_errors: report.errors.length,
          broken_packs: report.damagedPacks.length === 0 ? null : report.damagedPacks,
          suggest_repair_index: report.suggestRepairIndex,
          suggest_prune: report.suggestPrune,
        });
        return report.errors.length === 0 ? exitCodes.done : exitCodes.failed;
      }
      if (report.packsRead > 0) output.note(`read ${report.packsRead} packs, ${showBytes(report.bytesRead)}`);
      if (report.suggestPrune) output.note('There is data that no index knows: ‘tidemark prune’ removes it. This is no error.');
      if (report.suggestRepairIndex) output.problem('The index does not fit the data: ‘tidemark repair index’ makes it anew.');
      if (report.damagedPacks.length > 0) {
        output.problem(
          `Damaged packs: ‘tidemark repair packs ${report.damagedPacks.join(' ')}’ saves what is readable, ` +
            'a new backup brings back what still exists, then ‘tidemark repair snapshots --forget’.',
        );
      }
      if (report.errors.length === 0) {
        output.note('no errors were found');
        return exitCodes.done;
      }
      output.problem(`The repository has ${report.errors.length} ${report.errors.length === 1 ? 'error' : 'errors'}.`);
      return exitCodes.failed;
    });
  },
);
