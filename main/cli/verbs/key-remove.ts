import { AppError } from '../../../shared/errors.ts';
import { withRepository } from '../open-repository.ts';
import { defineVerb } from '../verb.ts';

export const verb = defineVerb('id', 'Removes a key. The key in use cannot be removed.', {}, async (context) => {
  const { args, output } = context;
  const [prefix, ...more] = args;
  if (prefix === undefined || more.length > 0) throw new AppError('invalid-input', 'Name one key by its id.', { hint: 'See: tidemark key list' });
  return await withRepository(context, 'exclusive', async ({ repository }) => {
    const matches = (await repository.listKeys()).filter(({ id }) => id.startsWith(prefix));
    const [key] = matches;
    if (key === undefined) throw new AppError('not-found', `There is no key ${prefix}.`, { hint: 'See: tidemark key list' });
    if (matches.length > 1) throw new AppError('ambiguous', `${prefix} is the beginning of several key ids.`, { hint: 'Give more digits.' });
    await repository.removeKey(key.id);
    if (output.json) output.jsonLine({ message_type: 'key_removed', id: key.id });
    output.note(`removed key ${key.id.slice(0, 8)}`);
    return 0;
  });
});
