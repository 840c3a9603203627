import { AppError } from '../../../shared/errors.ts';
import { rewriteTags } from '../../engine/maintenance/rewrite-tags.ts';
import type { TagChange } from '../../engine/maintenance/rewrite-tags.ts';
import { withRepository } from '../open-repository.ts';
import { chosenSnapshots } from '../resolve-snapshots.ts';
import { filterOptions, parseTagLists, snapshotFilter } from '../snapshot-filter.ts';
import { defineVerb } from '../verb.ts';

export const verb = defineVerb(
  '[snapshot...]',
  'Changes the tags of snapshots (of all, unless some are named or filtered).',
  {
    ...filterOptions,
    set: { kind: 'list', value: 'tag[,tag...]', help: 'replace all tags (an empty text removes all)' },
    add: { kind: 'list', value: 'tag[,tag...]', help: 'add tags' },
    remove: { kind: 'list', value: 'tag[,tag...]', help: 'remove tags' },
  },
  async (context) => {
    const { options, output, args } = context;
    const tags = (values: readonly string[]): string[] => parseTagLists(values).flat();
    const isSet = options.set.length > 0;
    if (isSet === options.add.length + options.remove.length > 0) {
      throw new AppError('invalid-input', 'Either --set, or --add and --remove, say what to change.');
    }
    const change: TagChange = isSet
      ? { kind: 'set', tags: tags(options.set) }
      : { kind: 'change', add: tags(options.add), remove: tags(options.remove) };
    return await withRepository(context, 'exclusive', async ({ repository, signal }) => {
      let changed = 0;
      for (const snapshot of await chosenSnapshots(repository, args, snapshotFilter(options, context.env), signal)) {
        signal.throwIfAborted();
        const newId = await rewriteTags(repository, snapshot, change);
        if (newId === undefined) continue;
        changed += 1;
        if (output.json) output.jsonLine({ message_type: 'changed', old_snapshot_id: snapshot.id, new_snapshot_id: newId });
      }
      if (output.json) output.jsonLine({ message_type: 'summary', changed_snapshots: changed });
      output.note(changed === 0 ? 'no snapshots were modified' : `modified tags on ${changed} snapshots`);
      return 0;
    });
  },
);
