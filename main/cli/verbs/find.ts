import { AppError, errorFacts } from '../../../shared/errors.ts';
import { compilePatterns, pathParts } from '../../engine/archiver/patterns.ts';
import { findInSnapshots } from '../../engine/snapshot/find.ts';
import type { FindMatch } from '../../engine/snapshot/find.ts';
import { findNodeJson, jsonText, longLine, nodeTime } from '../node-text.ts';
import { loadIndex, withRepository } from '../open-repository.ts';
import { parseLocalTime } from '../parse-time.ts';
import { chosenSnapshots } from '../resolve-snapshots.ts';
import { filterOptions, snapshotFilter } from '../snapshot-filter.ts';
import { snapshotTime } from '../snapshot-text.ts';
import { defineVerb } from '../verb.ts';

export const verb = defineVerb(
  'pattern...',
  'Finds files and folders in snapshots. Patterns are as for excluding: * and ? within a name, ** for any folders.',
  {
    ...filterOptions,
    'ignore-case': { kind: 'flag', short: 'i', help: 'do not distinguish upper and lower case' },
    long: { kind: 'flag', short: 'l', help: 'show mode, owner, size and time' },
    snapshot: { kind: 'list', short: 's', value: 'id', help: 'search in this snapshot only (several times)' },
    newest: { kind: 'text', short: 'N', value: 'time', help: 'only what was modified at or before this time' },
    oldest: { kind: 'text', short: 'O', value: 'time', help: 'only what was modified at or after this time' },
  },
  async (context) => {
    const { options, output, args } = context;
    if (args.length === 0) throw new AppError('invalid-input', 'Nothing to find was named.');
    const list = compilePatterns(args, { ignoreCase: options['ignore-case'], platform: process.platform });
    const newest = options.newest === undefined ? Number.POSITIVE_INFINITY : parseLocalTime(options.newest, '--newest');
    const oldest = options.oldest === undefined ? Number.NEGATIVE_INFINITY : parseLocalTime(options.oldest, '--oldest');
    return await withRepository(context, 'read', async (work) => {
      const { repository, signal } = work;
      const snapshots = await chosenSnapshots(repository, options.snapshot, snapshotFilter(options, context.env), signal);
      await loadIndex(work, context);
      let damaged = 0;
      const matches = findInSnapshots(
        repository,
        snapshots,
        {
          matches: (path, node) => {
            const time = nodeTime(node);
            return !(time > newest || time < oldest) && list.matches(pathParts(path));
          },
          mayMatchBelow: (path) => list.mayMatchBelow(pathParts(path)),
        },
        {
          signal,
          onError: (snapshot, path, error) => {
            damaged += 1;
            output.problem(`${snapshot.id.slice(0, 8)} ${output.name(path)}: ${errorFacts(error).message}`);
          },
        },
      );
      let current: string | undefined;
      const found: FindMatch[] = [];
      for await (const match of matches) {
        if (output.json) {
          found.push(match);
          continue;
        }
        if (match.snapshot.id !== current) {
          if (current !== undefined) output.line();
          output.note(`Found matching entries in snapshot ${match.snapshot.id.slice(0, 8)} from ${snapshotTime(match.snapshot)}`);
          current = match.snapshot.id;
        }
        const path = output.name(match.path);
        output.line(options.long ? longLine(path, match.node, (bytes) => output.name(bytes)) : path);
        await output.drained();
      }
      if (output.json) {
        const groups = Map.groupBy(found, ({ snapshot }) => snapshot.id);
        output.line(
          jsonText(
            Array.from(groups, ([id, hits]) => ({
              matches: hits.map(({ path, node }) => findNodeJson(path, node)),
              hits: hits.length,
              snapshot: id,
            })),
          ),
        );
      }
      return damaged > 0 ? 1 : 0;
    });
  },
);
