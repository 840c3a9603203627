import type { Writable } from 'node:stream';
import { AppError } from '../../../shared/errors.ts';
import { writeNewFile } from '../../engine/platform/new-file.ts';
import { dumpFile } from '../../engine/restorer/dump.ts';
import { dumpTar } from '../../engine/restorer/tar.ts';
import { pathComponents } from '../../engine/snapshot/snapshots.ts';
import { findNode } from '../../engine/snapshot/tree-reader.ts';
import { openNamed, withRepository } from '../open-repository.ts';
import type { RepositoryWork } from '../open-repository.ts';
import { filterOptions, snapshotFilter } from '../snapshot-filter.ts';
import { defineVerb } from '../verb.ts';

/** Writes a file, or a folder as an archive; gives the problems with single files. */
async function writeItem(
  { repository, signal }: RepositoryWork,
  treeId: string,
  path: readonly Buffer[],
  target: Writable,
): Promise<readonly { readonly path: string; readonly message: string }[]> {
  const node = path.length === 0 ? undefined : await findNode(repository, treeId, path);
  if (path.length > 0 && node === undefined) {
    throw new AppError('not-found', `There is no /${path.map(String).join('/')} in this snapshot.`, {
      hint: 'List the snapshot to see what it contains.',
    });
  }
  if (node?.type === 'file') {
    await dumpFile(repository, treeId, path, target, { signal });
    return [];
  }
  return (await dumpTar(repository, treeId, [path], target, { signal })).problems;
}

async function toFile<T>(file: string, write: (target: Writable) => Promise<T>): Promise<T> {
  try {
    return await writeNewFile(file, 0o666, write);
  } catch (error) {
    switch ((error as NodeJS.ErrnoException).code) {
      case 'EEXIST':
        throw new AppError('conflict', `${file} exists already.`, { hint: 'Name a file that does not exist.', cause: error });
      case 'ENOENT':
      case 'ENOTDIR':
        throw new AppError('not-found', `The folder of ${file} does not exist.`, { hint: 'Make it first.', cause: error });
      case 'ENOSPC':
      case 'EDQUOT':
        throw new AppError('no-space', `There is no space left for ${file}.`, { hint: 'Choose another disk.', cause: error });
      case 'EACCES':
      case 'EPERM':
      case 'EROFS':
        throw new AppError('permission-denied', `${file} cannot be written.`, { hint: 'Choose another place.', cause: error });
      default:
        throw error;
    }
  }
}

export const verb = defineVerb(
  'snapshot[:subfolder] path',
  'Writes a file of a snapshot to standard output; a folder is written as a tar archive.',
  {
    ...filterOptions,
    archive: { kind: 'text', short: 'a', value: 'format', help: 'format for folders: tar' },
    target: { kind: 'text', short: 't', value: 'file', help: 'write to a new file instead of standard output' },
  },
  async (context) => {
    const { options, output } = context;
    const [word, path, ...more] = context.args;
    if (path === undefined || more.length > 0) {
      throw new AppError('invalid-input', 'dump needs a snapshot and one path in it.', { hint: 'For example: tidemark dump latest /home/me' });
    }
    if ((options.archive ?? 'tar') !== 'tar') {
      throw new AppError('unsupported', `The archive format ‘${options.archive ?? ''}’ is not supported.`, { hint: 'Use --archive tar.' });
    }
    const file = options.target;
    if (file === undefined && output.io.stdout.isTTY === true && options.archive !== undefined) {
      throw new AppError('invalid-input', 'An archive is not written to a terminal.', { hint: 'Redirect the output or use --target.' });
    }
    return await withRepository(context, 'read', async (work) => {
      const { treeId } = await openNamed(work, context, word, snapshotFilter(options, context.env));
      const write = (target: Writable) => writeItem(work, treeId, pathComponents(path), target);
      const problems = file === undefined ? await write(output.io.stdout) : await toFile(file, write);
      for (const { path: item, message } of problems) output.problem(`error: ${output.name(item)}: ${message}`);
      return problems.length === 0 ? 0 : 1;
    });
  },
);
