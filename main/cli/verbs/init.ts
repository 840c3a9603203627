import { AppError } from '../../../shared/errors.ts';
import { systemClock } from '../../engine/platform/clock.ts';
import { systemIdentity } from '../../engine/platform/process-identity.ts';
import { systemRandom } from '../../engine/platform/random.ts';
import { initRepository } from '../../engine/repository/open-repository.ts';
import { fromOptions, openOther } from '../from-repository.ts';
import { findStorage, passwordSources } from '../open-repository.ts';
import { findNewPassword } from '../password.ts';
import { defineVerb } from '../verb.ts';

function versionOf(text: string | undefined): 1 | 2 {
  if (text === undefined || text === '2' || text === 'stable' || text === 'latest') return 2;
  if (text === '1') return 1;
  throw new AppError('invalid-input', `--repository-version: there is no version ‘${text}’ to make.`, { hint: 'Use 1 or 2.' });
}

export const verb = defineVerb(
  '',
  'Makes a new repository.',
  {
    'repository-version': { kind: 'text', value: '1|2', help: 'format version (default 2)' },
    'copy-chunker-params': { kind: 'flag', help: 'cut files like the repository of --from-repo, so that copies deduplicate' },
    ...fromOptions,
  },
  async (context) => {
    const { options, output } = context;
    const version = versionOf(options['repository-version']);
    const storage = await findStorage(context);
    if (await storage.exists({ type: 'config', name: '' })) {
      throw new AppError('repository-exists', `There is a repository at ${storage.location} already.`, {
        hint: 'Use it as it is, or choose another location.',
      });
    }
    const other = options['copy-chunker-params'] ? await openOther(context, options) : undefined;
    const password = await findNewPassword(passwordSources(context), context.env, output.io, 'enter password for new repository');
    const { hostname, username } = systemIdentity();
    const repository = await initRepository(storage, {
      password,
      version,
      hostname,
      username,
      clock: systemClock,
      random: systemRandom,
      ...(other === undefined ? {} : { polynomial: other.config.polynomial }),
    });
    if (output.json) {
      output.jsonLine({ message_type: 'initialized', id: repository.config.id, repository: storage.location });
      return 0;
    }
    output.note(`created repository ${repository.config.id.slice(0, 8)} at ${storage.location}`);
    output.note('');
    output.note('Keep the password in a safe place: without it the backups cannot be read by anyone.');
    return 0;
  },
);
