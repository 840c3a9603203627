import { copySnapshots } from '../../engine/maintenance/copy.ts';
import type { CopiedSnapshot, CopyProgress } from '../../engine/maintenance/copy.ts';
import { compressionLevels } from '../../engine/repository/blob-codec.ts';
import { listSnapshots } from '../../engine/snapshot/snapshots.ts';
import { fromOptions, openOther } from '../from-repository.ts';
import { loadIndex, openFrom, withLock } from '../open-repository.ts';
import { ProgressLine } from '../progress.ts';
import { chosenSnapshots } from '../resolve-snapshots.ts';
import { filterOptions, snapshotFilter } from '../snapshot-filter.ts';
import { defineVerb } from '../verb.ts';
import { compressionOf, packSizeOf } from '../write-options.ts';

export const verb = defineVerb(
  '[snapshot...] --from-repo location',
  'Copies snapshots from another repository into this one. What is here already is not copied again.',
  { ...filterOptions, ...fromOptions },
  async (context) => {
    const { options, output, args } = context;
    const compression = compressionOf(context);
    const packSize = packSizeOf(context);
    const source = await openOther(context, options);
    const destination = await openFrom(context);
    return await withLock(source, context, 'read', async (from) => {
      const locked = { ...context, signal: from.signal };
      return await withLock(destination, locked, 'shared', async (to) => {
        const snapshots = await chosenSnapshots(source, args, snapshotFilter(options, context.env), to.signal);
        const existing = await listSnapshots(destination, {}, { signal: to.signal });
        await loadIndex(from, context, true);
        await loadIndex(to, context, true);
        using progress = new ProgressLine<CopyProgress>(
          output,
          ({ snapshotsDone, snapshotsTotal, blobsDone, blobsTotal }) =>
            `snapshot ${snapshotsDone + 1} / ${snapshotsTotal}: ${blobsDone} / ${blobsTotal} blobs`,
        );
        const show = ({ id, newId, existingId }: CopiedSnapshot): void => {
          if (output.json) output.jsonLine({ message_type: 'copied', source_snapshot: id, snapshot: newId ?? existingId, skipped: newId === undefined });
          else if (newId !== undefined) output.note(`snapshot ${id.slice(0, 8)} was copied as ${newId.slice(0, 8)}`);
          else output.note(`snapshot ${id.slice(0, 8)} is here already (as ${(existingId ?? '').slice(0, 8)})`);
        };
        await copySnapshots(source, destination, snapshots, existing, {
          level: compression === 'off' ? undefined : compressionLevels[compression],
          signal: to.signal,
          onProgress: (status) => progress.update(status),
          onSnapshot: show,
          ...(packSize === undefined ? {} : { packSize }),
        });
        return 0;
      });
    });
  },
);
