import { AppError } from '../../../shared/errors.ts';
import { collectUsedBlobs } from '../../engine/maintenance/used-blobs.ts';
import type { UsedBlobs } from '../../engine/maintenance/used-blobs.ts';
import type { BlobIndex } from '../../engine/repository/blob-index.ts';
import { diffTrees } from '../../engine/snapshot/diff.ts';
import type { Change } from '../../engine/snapshot/diff.ts';
import { openNamed, withRepository } from '../open-repository.ts';
import { showBytes } from '../sizes.ts';
import { defineVerb } from '../verb.ts';

interface Count {
  files: number;
  dirs: number;
  others: number;
  data_blobs: number;
  tree_blobs: number;
  bytes: number;
}

function emptyCount(): Count {
  return { files: 0, dirs: 0, others: 0, data_blobs: 0, tree_blobs: 0, bytes: 0 };
}

const marks: Readonly<Record<Change['kind'], string>> = { added: '+', removed: '-', content: 'M', metadata: 'U', type: 'T' };

function countNode(count: Count, node: Change['before']): void {
  if (node?.type === 'file') count.files += 1;
  else if (node?.type === 'dir') count.dirs += 1;
  else if (node !== undefined) count.others += 1;
}

function countBlobs(count: Count, from: UsedBlobs, without: UsedBlobs, index: BlobIndex): void {
  for (const id of from.data) {
    if (without.data.has(id)) continue;
    count.data_blobs += 1;
    const found = index.find('data', id);
    count.bytes += found === undefined ? 0 : found.uncompressedLength || found.length - 32;
  }
  for (const id of from.trees) {
    if (without.trees.has(id)) continue;
    count.tree_blobs += 1;
    const found = index.find('tree', id);
    count.bytes += found === undefined ? 0 : found.uncompressedLength || found.length - 32;
  }
}

export const verb = defineVerb(
  'snapshot[:subfolder] snapshot[:subfolder]',
  'Shows what differs from the first to the second: + added, - removed, M content, T type, U metadata, M? content without a changed time.',
  { metadata: { kind: 'flag', help: 'also show what differs in metadata only' } },
  async (context) => {
    const { options, output, args } = context;
    const [first, second, ...more] = args;
    if (second === undefined || more.length > 0) throw new AppError('invalid-input', 'diff needs two snapshots.');
    return await withRepository(context, 'read', async (work) => {
      const { repository, signal } = work;
      const before = await openNamed(work, context, first, {});
      const after = await openNamed(work, context, second, {});
      output.note(`comparing snapshot ${before.snapshot.id.slice(0, 8)} to ${after.snapshot.id.slice(0, 8)}:`);
      output.note('');
      const [added, removed] = [emptyCount(), emptyCount()];
      let changedFiles = 0;
      for await (const change of diffTrees(repository, before.treeId, after.treeId, { signal, metadata: options.metadata })) {
        if (change.kind === 'added') countNode(added, change.after);
        if (change.kind === 'removed') countNode(removed, change.before);
        if (change.kind === 'content' && change.after?.type === 'file') changedFiles += 1;
        const mark = `${marks[change.kind]}${change.unexplained === true ? '?' : ''}`;
        const slash = (change.after ?? change.before)?.type === 'dir' ? '/' : '';
        if (output.json) output.jsonLine({ message_type: 'change', path: `${change.path.toString('utf8')}${slash}`, modifier: mark });
        else output.line(`${mark.padEnd(5)}${output.name(change.path)}${slash}`);
        await output.drained();
      }
      const [blobsBefore, blobsAfter] = [
        await collectUsedBlobs(repository, [before.treeId], signal),
        await collectUsedBlobs(repository, [after.treeId], signal),
      ];
      countBlobs(added, blobsAfter, blobsBefore, repository.index);
      countBlobs(removed, blobsBefore, blobsAfter, repository.index);
      if (output.json) {
        output.jsonLine({
          message_type: 'statistics',
          source_snapshot: first,
          target_snapshot: second,
          changed_files: changedFiles,
          added,
          removed,
        });
        return 0;
      }
      const line = (title: string, plus: number, minus: number, changed?: number): void =>
        output.note(`${title.padEnd(12)}${String(plus).padStart(6)} new, ${String(minus).padStart(5)} removed${changed === undefined ? '' : `, ${String(changed).padStart(5)} changed`}`);
      output.note('');
      line('Files:', added.files, removed.files, changedFiles);
      line('Dirs:', added.dirs, removed.dirs);
      line('Others:', added.others, removed.others);
      line('Data Blobs:', added.data_blobs, removed.data_blobs);
      line('Tree Blobs:', added.tree_blobs, removed.tree_blobs);
      output.note(`  Added:   ${showBytes(added.bytes)}`);
      output.note(`  Removed: ${showBytes(removed.bytes)}`);
      return 0;
    });
  },
);
