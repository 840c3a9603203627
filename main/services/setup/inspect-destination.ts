import path from 'node:path';
import { AppError } from '../../../shared/errors.ts';
import { fs } from '../../engine/platform/native-fs.ts';
import { codeOf } from '../store/atomic-file.ts';
import { spaceAt } from '../volumes/free-space.ts';
import { repositoryAt } from '../volumes/repositories.ts';
import type { RepositoryPlace } from '../volumes/repositories.ts';

/** What is at a place someone chose for backups, and where in it they would go. */
export interface DestinationFacts {
  readonly state: 'empty' | 'in-use' | 'repository' | 'read-only' | 'missing';
  readonly path: string;
  readonly repositoryPath: string;
  readonly freeBytes: number | null;
  readonly repository: RepositoryPlace | undefined;
}

const folderName = 'Tidemark';
const maxCopies = 100;

/** Looks, and changes nothing. A folder that does not exist counts as empty where its parent does. */
export async function inspectDestination(place: string): Promise<DestinationFacts> {
  const freeBytes = (await spaceAt(place))?.freeBytes ?? null;
  const base = { path: place, repositoryPath: place, freeBytes, repository: undefined };
  let names: string[];
  try {
    names = await fs.promises.readdir(place);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') {
      const parent = path.dirname(place);
      const stat = await fs.promises.stat(parent).catch(() => undefined);
      if (stat?.isDirectory() !== true) return { ...base, state: 'missing' };
      return { ...base, state: (await isWritable(parent)) ? 'empty' : 'read-only' };
    }
    if (codeOf(error) === 'ENOTDIR') {
      throw new AppError('invalid-input', 'That is a file, not a folder.', { hint: 'Choose a folder.' });
    }
    if (codeOf(error) === 'EACCES' || codeOf(error) === 'EPERM') return { ...base, state: 'read-only' };
    return { ...base, state: 'missing' };
  }
  for (const folder of [place, path.join(place, folderName)]) {
    const repository = await repositoryAt(folder);
    if (repository !== undefined) return { ...base, state: 'repository', repositoryPath: folder, repository };
  }
  if (!(await isWritable(place))) return { ...base, state: 'read-only' };
  if (names.length === 0) return { ...base, state: 'empty' };
  return { ...base, state: 'in-use', repositoryPath: await freeFolder(place) };
}

async function freeFolder(place: string): Promise<string> {
  for (let copy = 1; copy <= maxCopies; copy += 1) {
    const folder = path.join(place, copy === 1 ? folderName : `${folderName} ${copy}`);
    const names = await fs.promises.readdir(folder).catch((error: unknown) => (codeOf(error) === 'ENOENT' ? [] : ['?']));
    if (names.length === 0) return folder;
  }
  throw new AppError('conflict', 'There are too many folders named Tidemark.', { hint: 'Choose an empty folder.' });
}

async function isWritable(folder: string): Promise<boolean> {
  return await fs.promises.access(folder, fs.constants.W_OK).then(() => true, () => false);
}
