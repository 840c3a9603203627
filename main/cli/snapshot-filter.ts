import { AppError } from '../../shared/errors.ts';
import { resolve } from 'node:path';
import type { GroupBy, SnapshotFilter } from '../engine/snapshot/snapshots.ts';
import type { OptionTable, OptionValues } from './options.ts';

/** --host, --tag and --path, which narrow down what a verb looks at. */
export const filterOptions = {
  host: { kind: 'list', short: 'H', value: 'host', help: 'only snapshots of this host (several times: any of them)' },
  tag: { kind: 'list', value: 'tag[,tag...]', help: 'only snapshots with all of these tags (several times: any of the lists)' },
  path: { kind: 'list', value: 'path', help: 'only snapshots of this path (several times: all of them)' },
} as const satisfies OptionTable;

/** The lists of tags in repeated options; an empty text is the list that means "untagged". */
export function parseTagLists(values: readonly string[]): string[][] {
  return values.map((value) => value.split(',').map((tag) => tag.trim()));
}

export function snapshotFilter(
  values: OptionValues<typeof filterOptions>,
  env: Readonly<Record<string, string | undefined>>,
): SnapshotFilter {
  const fallback = env['TIDEMARK_HOST'] || env['RESTIC_HOST'] || undefined;
  const hosts = values.host.length > 0 || fallback === undefined ? values.host : [fallback];
  return {
    hosts: hosts.filter((host) => host !== ''),
    tags: parseTagLists(values.tag),
    paths: values.path.map((path) => resolve(path)),
  };
}

/** The parts of --group-by; an empty text groups everything together. */
export function parseGroupBy(text: string): GroupBy[] {
  const names: Readonly<Record<string, GroupBy>> = { host: 'host', hosts: 'host', path: 'paths', paths: 'paths', tag: 'tags', tags: 'tags' };
  const parts = text.split(',').map((part) => part.trim()).filter((part) => part !== '');
  return parts.map((part) => {
    const name = names[part];
    if (name === undefined) {
      throw new AppError('invalid-input', `--group-by: ‘${part}’ is not something to group by.`, {
        hint: 'Use host, paths and tags, separated by commas.',
      });
    }
    return name;
  });
}
