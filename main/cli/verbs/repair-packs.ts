import { AppError } from '../../../shared/errors.ts';
import { repairPacks } from '../../engine/maintenance/repair-packs.ts';
import { fs } from '../../engine/platform/native-fs.ts';
import type { Repository } from '../../engine/repository/repository.ts';
import { withRepository } from '../open-repository.ts';
import { ProgressLine } from '../progress.ts';
import { defineVerb } from '../verb.ts';

/** Keeps a copy of each pack in the working folder before it is taken apart. */
async function keepCopies(repository: Repository, ids: readonly string[], say: (text: string) => void): Promise<void> {
  for (const id of ids) {
    const handle = { type: 'pack', name: id } as const;
    if (!(await repository.storage.exists(handle))) continue;
    const file = `pack-${id}`;
    const path = repository.storage.localPath(handle);
    if (path === undefined) await fs.promises.writeFile(file, await repository.storage.load(handle));
    else await fs.promises.copyFile(path, file);
    say(`a copy of the pack was saved as ${file}`);
  }
}

export const verb = defineVerb(
  'pack...',
  'Saves what is still readable in damaged packs into new packs and removes the damaged ones. Copies of them are kept in the working folder.',
  {},
  async (context) => {
    const { output, args } = context;
    if (args.length === 0) throw new AppError('invalid-input', 'No packs were named.', { hint: 'check --read-data names damaged packs.' });
    const bad = args.find((id) => !/^[0-9a-f]{64}$/.test(id));
    if (bad !== undefined) throw new AppError('invalid-input', `‘${bad}’ is not the id of a pack.`, { hint: 'An id has 64 hex digits.' });
    const ids = [...new Set(args)];
    return await withRepository(context, 'exclusive', async ({ repository, signal }) => {
      await keepCopies(repository, ids, (text) => output.note(text));
      using progress = new ProgressLine<readonly [number, number]>(output, ([done, total]) => `${done} / ${total} packs`);
      const report = await repairPacks(repository, ids, (done, total) => progress.update([done, total]), signal);
      progress[Symbol.dispose]();
      if (output.json) output.jsonLine({ message_type: 'summary', ...report });
      output.note(`saved ${report.savedBlobs} blobs of ${report.packs} packs`);
      for (const { type, id } of report.lostBlobs) output.problem(`lost: ${type} ${id}`);
      if (report.lostBlobs.length > 0) {
        output.problem('Back up again to bring back what still exists, then run ‘tidemark repair snapshots --forget’.');
      }
      return 0;
    });
  },
);
