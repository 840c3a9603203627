import { AppError } from '../../../shared/errors.ts';
import { pathComponents } from '../../engine/snapshot/snapshots.ts';
import { walkTree } from '../../engine/snapshot/tree-reader.ts';
import { longLine, jsonText, lsNode } from '../node-text.ts';
import { openNamed, withRepository } from '../open-repository.ts';
import { filterOptions, snapshotFilter } from '../snapshot-filter.ts';
import { snapshotJson, snapshotTime } from '../snapshot-text.ts';
import { defineVerb } from '../verb.ts';

type Standing = 'below' | 'above' | 'elsewhere';

const slash = Buffer.from('/');

/** Where a path stands to the folders that were asked for. */
function standing(path: Buffer, folders: readonly Buffer[]): Standing {
  let above = false;
  for (const folder of folders) {
    const isRoot = folder.equals(slash);
    if (isRoot || path.equals(folder) || path.subarray(0, folder.length + 1).equals(Buffer.concat([folder, slash]))) {
      return 'below';
    }
    above ||= folder.subarray(0, path.length + 1).equals(Buffer.concat([path, slash]));
  }
  return above ? 'above' : 'elsewhere';
}

function depth(path: Buffer): number {
  return path.equals(slash) ? 0 : path.filter((byte) => byte === 0x2f).length;
}

/** Whether a path that lies below one of the folders is listed: the folder, its children, and with recursion all. */
function isListed(path: Buffer, folders: readonly Buffer[], recursive: boolean): boolean {
  return (
    recursive ||
    folders.some((folder) => standing(path, [folder]) === 'below' && depth(path) - depth(folder) <= 1)
  );
}

export const verb = defineVerb(
  'snapshot[:subfolder] [folder...]',
  'Lists the files of a snapshot. With folders, only those and what is directly in them.',
  {
    ...filterOptions,
    long: { kind: 'flag', short: 'l', help: 'show mode, owner, size and time' },
    recursive: { kind: 'flag', help: 'with folders: also what is further down' },
  },
  async (context) => {
    const { options, output } = context;
    const [word, ...places] = context.args;
    const folders = places.map((place) => {
      if (!place.startsWith('/')) {
        throw new AppError('invalid-input', `‘${place}’ is not an absolute path in the snapshot.`, { hint: 'Begin it with /.' });
      }
      return Buffer.from(`/${pathComponents(place).map(String).join('/')}`);
    });
    return await withRepository(context, 'read', async (work) => {
      const { repository, signal } = work;
      const { snapshot, treeId } = await openNamed(work, context, word, snapshotFilter(options, context.env));
      if (output.json) output.jsonLine({ ...snapshotJson(snapshot), message_type: 'snapshot', struct_type: 'snapshot' });
      else output.note(`snapshot ${snapshot.id.slice(0, 8)} of [${snapshot.paths.map((path) => output.name(path)).join(' ')}] at ${snapshotTime(snapshot)}:`);
      let damaged = 0;
      await walkTree(
        repository,
        treeId,
        async ({ path, node }) => {
          const where = folders.length === 0 ? 'below' : standing(path, folders);
          if (where === 'elsewhere') return 'skip';
          if (where === 'below' && (folders.length === 0 || isListed(path, folders, options.recursive))) {
            if (output.json) output.io.stdout.write(`${jsonText(lsNode(path, node))}\n`);
            else if (options.long) output.line(longLine(output.name(path), node, (bytes) => output.name(bytes)));
            else output.line(output.name(path));
            await output.drained();
          }
          const deeper = where === 'above' || folders.length === 0 || options.recursive || folders.some((folder) => folder.equals(path));
          return deeper ? undefined : 'skip';
        },
        {
          signal,
          onError: (path, _, error) => {
            damaged += 1;
            output.problem(`${output.name(path)}: ${(error as Error).message}`);
          },
        },
      );
      return damaged > 0 ? 1 : 0;
    });
  },
);
