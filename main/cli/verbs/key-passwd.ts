import { keyLabel, newKeyOptions, newPassword } from '../new-password.ts';
import { withRepository } from '../open-repository.ts';
import { defineVerb } from '../verb.ts';

export const verb = defineVerb('', 'Changes the password of the key in use.', newKeyOptions, async (context) => {
  const { options, output } = context;
  return await withRepository(context, 'exclusive', async ({ repository }) => {
    const id = await repository.changePassword(await newPassword(context, options), keyLabel(options));
    if (output.json) output.jsonLine({ message_type: 'key_changed', id });
    output.note(`saved new key ${id.slice(0, 8)}`);
    return 0;
  });
});
