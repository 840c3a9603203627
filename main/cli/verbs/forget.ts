import { AppError, hasCode } from '../../../shared/errors.ts';
import { removeSnapshots } from '../../engine/maintenance/forget.ts';
import { applyPolicy, isEmptyPolicy } from '../../engine/retention/policy.ts';
import type { KeepReason, RetentionPolicy } from '../../engine/retention/policy.ts';
import { isProtected } from '../../engine/retention/protection.ts';
import { groupSnapshots, listSnapshots } from '../../engine/snapshot/snapshots.ts';
import type { GroupBy, SnapshotGroup } from '../../engine/snapshot/snapshots.ts';
import type { StoredSnapshot } from '../../engine/snapshot/snapshot-codec.ts';
import { keepOptions, policyOf } from '../forget-policy.ts';
import type { Output } from '../io.ts';
import { withRepository } from '../open-repository.ts';
import type { RepositoryWork } from '../open-repository.ts';
import { pruneOptionsOf, pruneOptionTable, runPrune } from '../prune-run.ts';
import { resolveSnapshots } from '../resolve-snapshots.ts';
import { filterOptions, parseGroupBy, snapshotFilter } from '../snapshot-filter.ts';
import { groupHeading, snapshotJson, snapshotTable } from '../snapshot-text.ts';
import { defineVerb } from '../verb.ts';

interface Decision {
  readonly group: SnapshotGroup<StoredSnapshot>;
  readonly keep: readonly { readonly snapshot: StoredSnapshot; readonly reasons: readonly KeepReason[] }[];
  readonly remove: readonly StoredSnapshot[];
}

function decide(
  snapshots: readonly StoredSnapshot[],
  by: readonly GroupBy[],
  policy: RetentionPolicy,
  removeAll: boolean,
  nowNs: bigint,
): Decision[] {
  return groupSnapshots(snapshots, by).map((group) => {
    if (removeAll && isEmptyPolicy(policy)) {
      const kept = group.snapshots.filter((snapshot) => isProtected(snapshot, nowNs));
      const reason: KeepReason = { rule: 'protected', text: 'protected from removal', oldest: false };
      const remove = group.snapshots.filter((snapshot) => !kept.includes(snapshot));
      return { group, keep: kept.map((snapshot) => ({ snapshot, reasons: [reason] })), remove };
    }
    const options = { allowRemoveAll: removeAll, isProtected: (snapshot: StoredSnapshot) => isProtected(snapshot, nowNs) };
    return { group, ...applyPolicy(group.snapshots, policy, nowNs, options) };
  });
}

function decisionJson({ group, keep, remove }: Decision): unknown {
  return {
    tags: group.tags ?? null,
    host: group.hostname ?? '',
    paths: group.paths ?? null,
    keep: keep.length === 0 ? null : keep.map(({ snapshot }) => snapshotJson(snapshot)),
    remove: remove.length === 0 ? null : remove.map(snapshotJson),
    reasons: keep.map(({ snapshot, reasons }) => ({ snapshot: snapshotJson(snapshot), matches: reasons.map(({ text }) => text) })),
  };
}

function showDecision(output: Output, { group, keep, remove }: Decision, by: readonly GroupBy[], compact: boolean): void {
  const name = (text: string): string => output.name(text);
  const heading = groupHeading(group, by, name);
  if (heading !== '') output.note(heading);
  if (keep.length > 0) {
    output.note(`keep ${keep.length} snapshots:`);
    const reasons = new Map(keep.map((kept) => [kept.snapshot.id, kept.reasons.map(({ text }) => text)]));
    for (const line of snapshotTable(keep.map(({ snapshot }) => snapshot).toReversed(), name, { compact, reasons })) output.note(line);
  }
  if (remove.length > 0) {
    output.note(`remove ${remove.length} snapshots:`);
    for (const line of snapshotTable(remove.toReversed(), name, { compact })) output.note(line);
  }
}

/** The id that a word names when its snapshot is too damaged to be read: naming it is the only way to get rid of it. */
async function damagedId({ repository }: RepositoryWork, word: string): Promise<string | undefined> {
  try {
    await resolveSnapshots(repository, [word]);
    return undefined;
  } catch (error) {
    if (word === 'latest' || !hasCode(error, 'damaged')) throw error;
    return await repository.resolveSnapshotId(word);
  }
}

async function removeNamed(work: RepositoryWork, output: Output, words: readonly string[], dryRun: boolean): Promise<string[]> {
  const named = await Promise.all(words.map(async (word) => ({ word, damaged: await damagedId(work, word) })));
  const readable = named.filter(({ damaged }) => damaged === undefined).map(({ word }) => word);
  const snapshots = await resolveSnapshots(work.repository, readable);
  const nowNs = BigInt(work.repository.clock.now()) * 1_000_000n;
  const guarded = snapshots.find((snapshot) => isProtected(snapshot, nowNs));
  if (guarded !== undefined) {
    throw new AppError('unsupported', `Snapshot ${guarded.id.slice(0, 8)} is protected from removal by the program that made it.`);
  }
  const damaged = named.flatMap(({ damaged: id }) => id ?? []);
  const ids = [...snapshots.map(({ id }) => id), ...new Set(damaged)];
  if (!dryRun) await removeSnapshots(work.repository, ids, undefined, work.signal);
  for (const id of ids) output.note(`${dryRun ? 'would remove' : 'removed'} snapshot ${id.slice(0, 8)}`);
  return ids;
}

export const verb = defineVerb(
  '[snapshot...]',
  'Removes snapshots: those named, or by a policy those that no --keep option keeps. Their data goes with prune.',
  {
    ...filterOptions,
    host: { kind: 'list', value: 'host', help: filterOptions.host.help },
    ...keepOptions,
    'group-by': { kind: 'text', short: 'g', value: 'host,paths,tags', help: 'the policy is applied to each group (default host,paths)' },
    compact: { kind: 'flag', short: 'c', help: 'one line a snapshot' },
    'unsafe-allow-remove-all': { kind: 'flag', help: 'let a filter with no policy remove all that it matches' },
    prune: { kind: 'flag', help: 'then remove data that is not needed any more' },
    ...pruneOptionTable,
    'dry-run': { kind: 'flag', short: 'n', help: 'change nothing, show what would be done' },
  },
  async (context) => {
    const { options, output, args } = context;
    const policy = policyOf(options);
    const by = parseGroupBy(options['group-by'] ?? 'host,paths');
    const dryRun = options['dry-run'];
    const removeAll = options['unsafe-allow-remove-all'];
    const filter = snapshotFilter(options, context.env);
    const hasFilter = options.host.length + options.tag.length + options.path.length > 0;
    pruneOptionsOf(options, context);
    if (args.length === 0 && isEmptyPolicy(policy) && !(removeAll && hasFilter)) {
      throw new AppError('invalid-input', removeAll ? 'Removing all snapshots needs a filter.' : 'No policy was given, so nothing was removed.', {
        hint: removeAll ? 'Use --host, --tag or --path.' : 'Say what to keep, for example --keep-daily 14.',
      });
    }
    const kind = dryRun && context.global['no-lock'] ? 'read' : 'exclusive';
    return await withRepository(context, kind, async (work) => {
      const { repository, signal } = work;
      let removed: string[];
      if (args.length > 0) {
        removed = await removeNamed(work, output, args, dryRun);
      } else {
        const snapshots = await listSnapshots(repository, filter, { signal });
        const nowNs = BigInt(repository.clock.now()) * 1_000_000n;
        const decisions = decide(snapshots, by, policy, removeAll, nowNs);
        if (output.json) output.jsonLine(decisions.map(decisionJson));
        else for (const decision of decisions) showDecision(output, decision, by, options.compact);
        removed = decisions.flatMap(({ remove }) => remove.map(({ id }) => id));
        if (!dryRun) await removeSnapshots(repository, removed, undefined, signal);
        if (removed.length > 0) output.note(`${dryRun ? 'would remove' : 'removed'} ${removed.length} snapshots`);
      }
      if (options.prune && removed.length > 0) {
        await runPrune(work, context, pruneOptionsOf(options, context, dryRun ? removed : []), dryRun);
      }
      return 0;
    });
  },
);
