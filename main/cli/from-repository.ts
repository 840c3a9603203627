import { AppError } from '../../shared/errors.ts';
import type { Repository } from '../engine/repository/repository.ts';
import { openStorage } from '../engine/storage/location.ts';
import { locationFromFile, openWith } from './open-repository.ts';
import type { OpenContext } from './open-repository.ts';
import type { OptionTable, OptionValues } from './options.ts';

/** The options that name a second repository. */
export const fromOptions = {
  'from-repo': { kind: 'text', value: 'location', help: 'the other repository (or $TIDEMARK_FROM_REPOSITORY, $RESTIC_FROM_REPOSITORY)' },
  'from-repository-file': { kind: 'text', value: 'file', help: 'read its location from a file' },
  'from-password-file': { kind: 'text', value: 'file', help: 'read its password from a file' },
  'from-password-command': { kind: 'text', value: 'command', help: 'take its password from a command' },
  'from-insecure-no-password': { kind: 'flag', help: 'its password is empty' },
  'from-key-hint': { kind: 'text', value: 'id', help: 'key of it to try first' },
} as const satisfies OptionTable;

const prefixes = ['TIDEMARK_FROM_', 'RESTIC_FROM_'];

async function otherLocation(context: OpenContext, options: OptionValues<typeof fromOptions>): Promise<string> {
  if (options['from-repo']) return options['from-repo'];
  const file = options['from-repository-file'];
  if (file !== undefined) return await locationFromFile(file);
  for (const prefix of prefixes) {
    const location = context.env[`${prefix}REPOSITORY`];
    if (location) return location;
    const fromFile = context.env[`${prefix}REPOSITORY_FILE`];
    if (fromFile) return await locationFromFile(fromFile);
  }
  throw new AppError('invalid-input', 'The repository to copy from was not named.', { hint: 'Use --from-repo.' });
}

/** Opens the second repository. */
export async function openOther(context: OpenContext, options: OptionValues<typeof fromOptions>): Promise<Repository> {
  const storage = openStorage(await otherLocation(context, options));
  const sources = {
    file: options['from-password-file'],
    command: options['from-password-command'],
    none: options['from-insecure-no-password'],
    prefixes,
  };
  const hints = prefixes.map((prefix) => context.env[`${prefix}KEY_HINT`] || undefined);
  const keyHint = options['from-key-hint'] ?? hints.find((hint) => hint !== undefined);
  const other = { ...context, global: { ...context.global, 'key-hint': keyHint } };
  return await openWith(storage, sources, other, 'enter password for the repository to copy from');
}
