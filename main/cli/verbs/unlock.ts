import { openFrom } from '../open-repository.ts';
import { defineVerb } from '../verb.ts';

export const verb = defineVerb(
  '',
  'Removes locks of programs that are gone (30 minutes without a sign, or no such process on this host).',
  { 'remove-all': { kind: 'flag', help: 'remove all locks: only when no other program uses the repository' } },
  async (context) => {
    const repository = await openFrom(context);
    const removed = await repository.unlock({ all: context.options['remove-all'] });
    if (context.output.json) context.output.jsonLine({ message_type: 'summary', removed_locks: removed });
    context.output.note(removed === 0 ? 'no locks to remove' : `removed ${removed} locks`);
    return 0;
  },
);
