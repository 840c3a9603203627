import { AppError } from '../../../shared/errors.ts';
import { deduplicationRatio, filesByContentsStats, rawDataStats, restoreSizeStats } from '../../engine/snapshot/stats.ts';
import { jsonText } from '../node-text.ts';
import { loadIndex, withRepository } from '../open-repository.ts';
import { chosenSnapshots } from '../resolve-snapshots.ts';
import { showBytes } from '../sizes.ts';
import { filterOptions, snapshotFilter } from '../snapshot-filter.ts';
import { defineVerb } from '../verb.ts';

const modes = ['restore-size', 'files-by-contents', 'raw-data'] as const;
type Mode = (typeof modes)[number];

export const verb = defineVerb(
  '[snapshot...]',
  'Shows how much data the snapshots have. Modes: restore-size (what restoring writes), files-by-contents (different files), raw-data (what is stored).',
  { ...filterOptions, mode: { kind: 'text', value: 'mode', help: `${modes.join(', ')} (default restore-size)` } },
  async (context) => {
    const { options, output, args } = context;
    const mode = modes.find((name) => name === (options.mode ?? 'restore-size'));
    if (mode === undefined) throw new AppError('invalid-input', `--mode: there is no ‘${options.mode ?? ''}’.`, { hint: `Use ${modes.join(', ')}.` });
    return await withRepository(context, 'read', async (work) => {
      const { repository, signal } = work;
      const snapshots = await chosenSnapshots(repository, args, snapshotFilter(options, context.env), signal);
      await loadIndex(work, context);
      const roots = snapshots.map(({ tree }) => tree);
      const lines: string[] = [`Stats in ${mode} mode:`, `     Snapshots processed:  ${snapshots.length}`];
      const message: Record<string, unknown> = {};
      const counters: Readonly<Record<Mode, () => Promise<void>>> = {
        'restore-size': async () => {
          const { totalSize, totalFileCount } = await restoreSizeStats(repository, roots, signal);
          Object.assign(message, { total_size: totalSize, total_file_count: totalFileCount });
          lines.push(`        Total File Count:  ${totalFileCount}`, `              Total Size:  ${showBytes(Number(totalSize))}`);
        },
        'files-by-contents': async () => {
          const { totalSize, totalFileCount } = await filesByContentsStats(repository, roots, signal);
          Object.assign(message, { total_size: totalSize, total_file_count: totalFileCount });
          lines.push(`        Total File Count:  ${totalFileCount}`, `              Total Size:  ${showBytes(Number(totalSize))}`);
        },
        'raw-data': async () => {
          const raw = await rawDataStats(repository, roots, signal);
          const ratio = deduplicationRatio(await restoreSizeStats(repository, roots, signal), raw);
          Object.assign(message, {
            total_size: raw.totalSize,
            total_uncompressed_size: raw.totalUncompressedSize,
            compression_ratio: raw.compressionRatio,
            compression_progress: raw.compressionProgress,
            compression_space_saving: raw.compressionSpaceSaving,
            total_blob_count: raw.totalBlobCount,
          });
          lines.push(
            `        Total Blob Count:  ${raw.totalBlobCount}`,
            ` Total Uncompressed Size:  ${showBytes(Number(raw.totalUncompressedSize))}`,
            `              Total Size:  ${showBytes(Number(raw.totalSize))}`,
            `    Compression Progress:  ${raw.compressionProgress.toFixed(2)}%`,
            `       Compression Ratio:  ${raw.compressionRatio.toFixed(2)}x`,
            `Compression Space Saving:  ${raw.compressionSpaceSaving.toFixed(2)}%`,
            `     Deduplication Ratio:  ${ratio.toFixed(2)}x`,
          );
          if (raw.missingBlobs > 0) output.problem(`Warning: ${raw.missingBlobs} blobs are missing in the index.`);
        },
      };
      await counters[mode]();
      if (output.json) output.line(jsonText({ ...message, snapshots_count: snapshots.length }));
      else for (const line of lines) output.line(line);
      return 0;
    });
  },
);
