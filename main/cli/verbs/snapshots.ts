import type { AppError } from '../../../shared/errors.ts';
import { groupSnapshots, listSnapshots, matchesFilter } from '../../engine/snapshot/snapshots.ts';
import type { StoredSnapshot } from '../../engine/snapshot/snapshot-codec.ts';
import { withRepository } from '../open-repository.ts';
import { filterOptions, parseGroupBy, snapshotFilter } from '../snapshot-filter.ts';
import { resolveSnapshots } from '../resolve-snapshots.ts';
import { groupHeading, snapshotJson, snapshotTable } from '../snapshot-text.ts';
import { parseCount } from '../sizes.ts';
import { defineVerb } from '../verb.ts';

function newest(snapshots: readonly StoredSnapshot[], count: number | undefined): StoredSnapshot[] {
  if (count === undefined) return [...snapshots];
  return groupSnapshots(snapshots, ['host', 'paths']).flatMap((group) => group.snapshots.slice(-count));
}

export const verb = defineVerb(
  '[snapshot...]',
  'Lists the snapshots in the repository, the oldest first.',
  {
    ...filterOptions,
    compact: { kind: 'flag', short: 'c', help: 'one line a snapshot' },
    latest: { kind: 'text', value: 'n', help: 'only the newest n of each host and set of paths' },
    'group-by': { kind: 'text', short: 'g', value: 'host,paths,tags', help: 'group the list' },
  },
  async (context) => {
    const { options, output } = context;
    const by = parseGroupBy(options['group-by'] ?? '');
    const latest = options.latest === undefined ? undefined : parseCount(options.latest, '--latest', 1);
    return await withRepository(context, 'read', async ({ repository, signal }) => {
      let unreadable = 0;
      const onProblem = (_: string, error: AppError): void => {
        unreadable += 1;
        output.problem(`${error.message} ${error.hint}`);
      };
      const filter = snapshotFilter(options, context.env);
      const found =
        context.args.length > 0
          ? (await resolveSnapshots(repository, context.args, filter)).filter((snapshot) => matchesFilter(snapshot, filter))
          : await listSnapshots(repository, filter, { signal, onProblem });
      const snapshots = newest(found, latest);
      const groups = by.length === 0 ? [{ snapshots }] : groupSnapshots(snapshots, by);
      if (output.json) {
        const lists = groups.map((group) => ({
          group_key: {
            hostname: group.hostname ?? '',
            paths: group.paths ?? null,
            tags: group.tags ?? null,
          },
          snapshots: group.snapshots.map(snapshotJson),
        }));
        output.jsonLine(by.length === 0 ? snapshots.map(snapshotJson) : lists);
      } else {
        const name = (text: string): string => output.name(text);
        for (const group of groups) {
          const heading = groupHeading(group, by, name);
          if (heading !== '') output.line(heading);
          for (const line of snapshotTable(group.snapshots, name, { compact: options.compact })) output.line(line);
        }
      }
      return unreadable > 0 ? 1 : 0;
    });
  },
);
