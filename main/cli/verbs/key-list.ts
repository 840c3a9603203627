import { withRepository } from '../open-repository.ts';
import { shownTime, tableLines } from '../snapshot-text.ts';
import { defineVerb } from '../verb.ts';

export const verb = defineVerb('', 'Lists the keys (passwords) of the repository.', {}, async (context) => {
  const { output } = context;
  return await withRepository(context, 'read', async ({ repository }) => {
    const keys = await repository.listKeys();
    if (output.json) {
      output.jsonLine(
        keys.map(({ id, current, hostname, username, created, problem }) => ({
          current,
          id: id.slice(0, 8),
          userName: username,
          hostName: hostname,
          created: problem === undefined ? shownTime(Date.parse(created)) : '',
        })),
      );
      return 0;
    }
    const rows = keys.map(({ id, current, hostname, username, created, problem }) => [
      `${current ? '*' : ' '}${id.slice(0, 8)}`,
      output.name(username),
      output.name(hostname),
      problem ?? shownTime(Date.parse(created)),
    ]);
    for (const line of tableLines([' ID', 'User', 'Host', 'Created'], rows)) output.line(line);
    return 0;
  });
});
