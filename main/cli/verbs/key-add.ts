import { keyLabel, newKeyOptions, newPassword } from '../new-password.ts';
import { withRepository } from '../open-repository.ts';
import { defineVerb } from '../verb.ts';

export const verb = defineVerb('', 'Adds a key: another password for the same repository.', newKeyOptions, async (context) => {
  const { options, output } = context;
  return await withRepository(context, 'shared', async ({ repository }) => {
    const id = await repository.addKey(await newPassword(context, options), keyLabel(options));
    if (output.json) output.jsonLine({ message_type: 'key_added', id });
    output.note(`saved new key ${id.slice(0, 8)}`);
    return 0;
  });
});
