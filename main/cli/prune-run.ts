import { executePrune, makePrunePlan } from '../engine/maintenance/prune.ts';
import type { PruneOptions, PrunePlan, PruneProgress } from '../engine/maintenance/prune-types.ts';
import type { OpenContext, RepositoryWork } from './open-repository.ts';
import type { OptionTable, OptionValues } from './options.ts';
import { ProgressLine } from './progress.ts';
import { parseMaxUnused, parseSize, showBytes, showClock } from './sizes.ts';
import { packSizeOf } from './write-options.ts';

/** The options of prune, which forget has too. */
export const pruneOptionTable = {
  'max-unused': { kind: 'text', value: 'limit', help: 'how much unused data may stay: a size, a percentage, or unlimited (default 5%)' },
  'max-repack-size': { kind: 'text', value: 'size', help: 'repack at most this much' },
  'repack-cacheable-only': { kind: 'flag', help: 'repack only packs of folder listings' },
  'repack-small': { kind: 'flag', help: 'repack packs below 80% of the target size' },
  'repack-smaller-than': { kind: 'text', value: 'size', help: 'repack packs below this size' },
  'repack-uncompressed': { kind: 'flag', help: 'repack and compress all uncompressed data' },
} as const satisfies OptionTable;

/** The engine's options from those of the command line; throws `invalid-input`. */
export function pruneOptionsOf(
  values: OptionValues<typeof pruneOptionTable>,
  context: OpenContext,
  ignoreSnapshots: readonly string[] = [],
): PruneOptions {
  const [repackSize, smaller] = [values['max-repack-size'], values['repack-smaller-than']];
  const packSize = packSizeOf(context);
  return {
    maxUnused: parseMaxUnused(values['max-unused'] ?? '5%'),
    repackCacheableOnly: values['repack-cacheable-only'],
    repackSmall: values['repack-small'],
    repackUncompressed: values['repack-uncompressed'],
    ignoreSnapshots,
    ...(repackSize === undefined ? {} : { maxRepackBytes: parseSize(repackSize, '--max-repack-size') }),
    ...(smaller === undefined ? {} : { repackSmallerThan: parseSize(smaller, '--repack-smaller-than') }),
    ...(packSize === undefined ? {} : { packSize }),
  };
}

const phases: Readonly<Record<PruneProgress['phase'], string>> = {
  trees: 'folders searched for what is used',
  repack: 'packs repacked',
  index: 'writing the index',
  delete: 'packs deleted',
};

function progressText({ phase, done, total }: PruneProgress, seconds: number): string {
  return `[${showClock(seconds)}] ${done === 0 ? '' : `${done}${total === null ? '' : ` / ${total}`} `}${phases[phase]}`;
}

function planLines({ summary, missingPacks }: PrunePlan): string[] {
  const amount = (label: string, blobs: number, bytes: number): string =>
    `${label.padEnd(20)}${String(blobs).padStart(10)} blobs / ${showBytes(bytes)}`;
  return [
    amount('used:', summary.used.blobs, summary.used.bytes),
    amount('unused:', summary.unused.blobs, summary.unused.bytes),
    `${'unreferenced:'.padEnd(36)} ${showBytes(summary.unreferencedBytes)}`,
    amount('to repack:', summary.repack.blobs, summary.repack.bytes),
    amount('  of it removed:', summary.repackRemoved.blobs, summary.repackRemoved.bytes),
    amount('to delete:', summary.removed.blobs, summary.removed.bytes),
    `${'frees:'.padEnd(36)} ${showBytes(summary.freedBytes)}`,
    amount('remaining:', summary.remaining.blobs, summary.remaining.bytes),
    `${'unused after prune:'.padEnd(36)} ${showBytes(summary.remainingUnusedBytes)}`,
    '',
    `packs: ${summary.packs.kept} kept, ${summary.packs.repacked} repacked, ${summary.packs.removed} deleted, ${summary.packs.unindexed} unindexed deleted`,
    ...(missingPacks.length === 0 ? [] : [`${missingPacks.length} missing packs that nothing needs are taken out of the index`]),
  ];
}

/** Plans a prune, shows the plan, and carries it out unless it is a dry run. The caller holds the lock. */
export async function runPrune(
  { repository, signal }: RepositoryWork,
  context: OpenContext,
  options: PruneOptions,
  dryRun: boolean,
): Promise<void> {
  const { output } = context;
  using progress = new ProgressLine<PruneProgress>(output, progressText);
  const onProgress = (status: PruneProgress): void => progress.update(status);
  const plan = await makePrunePlan(repository, options, onProgress, signal);
  if (output.verbosity > 0 || dryRun) for (const line of planLines(plan)) output.note(line);
  if (output.json) output.jsonLine({ message_type: 'prune_plan', dry_run: dryRun, ...plan.summary });
  if (dryRun) return;
  const report = await executePrune(repository, plan, onProgress, signal);
  progress[Symbol.dispose]();
  if (output.json) output.jsonLine({ message_type: 'prune_summary', ...report });
  output.note(`freed ${showBytes(plan.summary.freedBytes)}, ${report.packsDeleted} packs deleted`);
  if (report.packsNotDeleted > 0) {
    output.problem(`Warning: ${report.packsNotDeleted} packs could not be deleted; the next prune tries again.`);
  }
}
