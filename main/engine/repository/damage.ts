import { AppError } from '../../../shared/errors.ts';
import type { FileType } from '../storage/storage.ts';

const words: Readonly<Record<FileType, string>> = {
  config: 'The configuration file of the repository',
  key: 'A key file',
  lock: 'A lock file',
  snapshot: 'A snapshot file',
  index: 'An index file',
  pack: 'A pack file',
  extra: 'A file of Tidemark',
};

const hints: Readonly<Record<FileType, string>> = {
  config: 'Restore the file "config" from a copy of the repository. The data itself may be intact.',
  key: 'Use another password or recovery key of this repository, or restore the key file from a copy.',
  lock: 'Run "tidemark unlock --remove-all" when no other program uses the repository.',
  snapshot: 'Other versions are not affected. Remove the damaged one with "tidemark forget" and its id.',
  index: 'Run "tidemark repair index": the index can be rebuilt from the data.',
  pack: 'Run "tidemark check --read-data" to see what is affected, then back up again to heal what still exists.',
  extra: 'The file is optional; backups and restores work without it.',
};

/** The `damaged` error of one stored file: says which file, what is wrong with it, and what to do. */
export function damagedFile(type: FileType, name: string, problem: string, cause?: unknown): AppError {
  const label = name === '' ? words[type] : `${words[type]} (${name.slice(0, 8)})`;
  return new AppError('damaged', `${label} is damaged: ${problem}.`, {
    hint: hints[type],
    context: { type, name },
    ...(cause === undefined ? {} : { cause }),
  });
}
