import { repairIndex } from '../../engine/maintenance/repair-index.ts';
import { withRepository } from '../open-repository.ts';
import { ProgressLine } from '../progress.ts';
import { defineVerb } from '../verb.ts';

export const verb = defineVerb(
  '',
  'Makes the index fit the pack files: unreadable index files are replaced, packs that are not listed are read and added.',
  {
    'read-all-packs': { kind: 'flag', help: 'ignore the old index and read the header of every pack' },
    'dry-run': { kind: 'flag', short: 'n', help: 'change nothing, show what would be done' },
  },
  async (context) => {
    const { options, output } = context;
    const dryRun = options['dry-run'];
    return await withRepository(context, 'exclusive', async ({ repository, signal }) => {
      using progress = new ProgressLine<readonly [number, number]>(output, ([done, total]) => `${done} / ${total} packs read`);
      const report = await repairIndex(
        repository,
        { dryRun, readAllPacks: options['read-all-packs'] },
        (done, total) => progress.update([done, total]),
        signal,
      );
      progress[Symbol.dispose]();
      if (output.json) {
        output.jsonLine({ message_type: 'summary', dry_run: dryRun, ...report });
        return 0;
      }
      for (const id of report.unreadableIndexes) output.note(`${dryRun ? 'would replace' : 'replaced'} unreadable index ${id}`);
      for (const id of report.missingPacks) output.note(`${dryRun ? 'would drop' : 'dropped'} missing pack ${id}`);
      for (const id of report.readPacks) output.detail(`read the header of pack ${id}`);
      for (const { id, message } of report.unreadablePacks) output.problem(`pack ${id} is not in the index: ${message}`);
      if (!report.changed) output.note('the index fits the packs, nothing to do');
      else if (!dryRun) output.note(`wrote ${report.indexFilesWritten} index files, removed ${report.indexFilesRemoved}`);
      return 0;
    });
  },
);
