import { repairSnapshots } from '../../engine/maintenance/repair-snapshots.ts';
import type { TreeRepair } from '../../engine/maintenance/repair-snapshots.ts';
import { withRepository } from '../open-repository.ts';
import { chosenSnapshots } from '../resolve-snapshots.ts';
import { filterOptions, snapshotFilter } from '../snapshot-filter.ts';
import { defineVerb } from '../verb.ts';

const repairs: Readonly<Record<TreeRepair['what'], string>> = {
  'file-shortened': 'lost parts were cut out of the file',
  'folder-emptied': 'the folder cannot be read and is empty now',
  'entry-removed': 'entries that cannot be were removed from the folder',
};

export const verb = defineVerb(
  '[snapshot...]',
  'Writes snapshots anew without what is lost: missing parts are cut out of files, unreadable folders become empty.',
  {
    ...filterOptions,
    forget: { kind: 'flag', help: 'remove the damaged snapshots, also those of which nothing is readable' },
    'dry-run': { kind: 'flag', short: 'n', help: 'change nothing, show what would be done' },
  },
  async (context) => {
    const { options, output, args } = context;
    const { forget, 'dry-run': dryRun } = options;
    const kind = dryRun && context.global['no-lock'] ? 'read' : 'exclusive';
    return await withRepository(context, kind, async ({ repository, signal }) => {
      const snapshots = await chosenSnapshots(repository, args, snapshotFilter(options, context.env), signal);
      const onRepair = ({ path, what }: TreeRepair): void => output.note(`  ${output.name(path)}: ${repairs[what]}`);
      const results = await repairSnapshots(repository, snapshots, { forget, dryRun, onRepair }, undefined, signal);
      const changed = results.filter(({ outcome }) => outcome !== 'sound');
      for (const { id, outcome, newId } of changed) {
        const short = id.slice(0, 8);
        if (outcome === 'unreadable') {
          const hint = forget ? (dryRun ? 'would be removed' : 'was removed') : 'use --forget to remove it';
          output.note(`nothing of snapshot ${short} is readable: ${hint}`);
        } else if (newId === undefined) output.note(`snapshot ${short} would be repaired`);
        else output.note(`snapshot ${short} was repaired as ${newId.slice(0, 8)}${forget ? ' and removed' : ''}`);
      }
      if (output.json) output.jsonLine({ message_type: 'summary', dry_run: dryRun, snapshots: results });
      output.note(changed.length === 0 ? 'no snapshots had to be repaired' : `${changed.length} snapshots had damage`);
      return 0;
    });
  },
);
