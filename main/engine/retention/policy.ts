import { AppError } from '../../../shared/errors.ts';
import { hasTags } from '../snapshot/snapshots.ts';
import { parseTime } from '../snapshot/time.ts';
import { type BucketRule, bucketsOf, type Buckets } from './buckets.ts';
import { before, type Duration, formatDuration, isZero } from './duration.ts';

/** A count of a keep rule that never runs out. */
export const unlimited = -1;

/** Which snapshots of a group to keep (format section 16). Missing, 0 and empty mean that a rule is not used. */
export interface RetentionPolicy {
  /** How many to keep per rule; `unlimited` (-1) for all. */
  readonly last?: number | undefined;
  readonly hourly?: number | undefined;
  readonly daily?: number | undefined;
  readonly weekly?: number | undefined;
  readonly monthly?: number | undefined;
  readonly yearly?: number | undefined;
  /** Everything this close to the newest snapshot. */
  readonly within?: Duration | undefined;
  readonly withinHourly?: Duration | undefined;
  readonly withinDaily?: Duration | undefined;
  readonly withinWeekly?: Duration | undefined;
  readonly withinMonthly?: Duration | undefined;
  readonly withinYearly?: Duration | undefined;
  /** Snapshots that have all tags of one of these lists; the list `['']` means the untagged ones. */
  readonly tags?: readonly (readonly string[])[] | undefined;
}

/** What the policy looks at. */
export interface PolicySnapshot {
  readonly id: string;
  /** RFC 3339 text; its offset decides in which hour, day, week, month and year it lies. */
  readonly time: string;
  readonly tags: readonly string[];
}

/** Why a snapshot is kept. */
export interface KeepReason {
  readonly rule: BucketRule | 'within' | `within-${Exclude<BucketRule, 'last'>}` | 'tags' | 'protected';
  /** The same in restic's words: `daily snapshot`, `hourly within 7d`, … */
  readonly text: string;
  /** Whether only the rule "the oldest of the group stands in for its span" applied. */
  readonly oldest: boolean;
}

/** A decision about one group: every snapshot is in exactly one list, newest first. */
export interface PolicyDecision<T> {
  readonly keep: readonly { readonly snapshot: T; readonly reasons: readonly KeepReason[] }[];
  readonly remove: readonly T[];
}

interface CountRule {
  readonly rule: BucketRule;
  remaining: number;
  previous: number | undefined;
}

interface WithinRule {
  readonly rule: Exclude<BucketRule, 'last'>;
  /** Only snapshots after this instant; undefined = all. */
  readonly after: bigint | undefined;
  readonly duration: Duration;
  previous: number | undefined;
}

const countRules = ['last', 'hourly', 'daily', 'weekly', 'monthly', 'yearly'] as const;
const withinRules = [
  ['hourly', 'withinHourly'], ['daily', 'withinDaily'], ['weekly', 'withinWeekly'],
  ['monthly', 'withinMonthly'], ['yearly', 'withinYearly'],
] as const;

/** Whether a policy has no rule at all; such a policy must not be applied. */
export function isEmptyPolicy(policy: RetentionPolicy): boolean {
  return countRules.every((rule) => (policy[rule] ?? 0) === 0)
    && withinRules.every(([, field]) => isUnused(policy[field]))
    && isUnused(policy.within)
    && (policy.tags ?? []).length === 0;
}

/** Throws `invalid-input` for counts that are no whole numbers or negative (except `unlimited`). */
export function checkPolicy(policy: RetentionPolicy): void {
  for (const rule of countRules) {
    const count = policy[rule] ?? 0;
    if (!Number.isSafeInteger(count) || count < unlimited) {
      throw new AppError('invalid-input', `The number of ${rule} snapshots to keep must not be negative.`, {
        hint: 'Give a whole number, or "unlimited".',
      });
    }
  }
}

/**
 * Decides which snapshots of one group to keep. `nowNs` is the present in nanoseconds since 1970: spans ("within")
 * count back from the newest snapshot that is not in the future. Throws `invalid-input` for an empty or impossible
 * policy, and `conflict` when it would keep nothing of a group that has snapshots (unless `allowRemoveAll`).
 * `isProtected` keeps a snapshot whatever the rules say, without using up their counts.
 */
export function applyPolicy<T extends PolicySnapshot>(
  snapshots: readonly T[], policy: RetentionPolicy, nowNs: bigint,
  options: { readonly allowRemoveAll?: boolean; readonly isProtected?: (snapshot: T) => boolean } = {},
): PolicyDecision<T> {
  checkPolicy(policy);
  if (isEmptyPolicy(policy)) {
    throw new AppError('invalid-input', 'The retention policy is empty: it would keep nothing.', {
      hint: 'Give at least one rule that keeps snapshots.',
    });
  }
  const sorted = newestFirst(snapshots);
  const rules = prepareRules(policy, latestTime(sorted, nowNs));
  const keep: { snapshot: T; reasons: KeepReason[] }[] = [];
  const remove: T[] = [];
  for (const [index, { snapshot, ns }] of sorted.entries()) {
    const facts = {
      ns, tags: snapshot.tags, buckets: bucketsOf(snapshot.time, index), isOldest: index === sorted.length - 1,
    };
    const reasons = rules.flatMap((rule) => rule(facts));
    if (options.isProtected?.(snapshot) === true) {
      reasons.push({ rule: 'protected', text: 'protected from removal', oldest: false });
    }
    if (reasons.length > 0) {
      keep.push({ snapshot, reasons });
    } else {
      remove.push(snapshot);
    }
  }
  if (keep.length === 0 && remove.length > 0 && options.allowRemoveAll !== true) {
    throw new AppError('conflict', 'The retention policy would remove every snapshot of a group.', {
      hint: 'Keep at least one, or ask for removing all of them explicitly.',
    });
  }
  return { keep, remove };
}

/** What the rules see of one snapshot. */
interface SnapshotFacts {
  readonly ns: bigint;
  readonly tags: readonly string[];
  readonly buckets: Buckets;
  readonly isOldest: boolean;
}

/** One rule with its state; called for every snapshot, newest first. */
type Rule = (snapshot: SnapshotFacts) => KeepReason[];

function prepareRules(policy: RetentionPolicy, latest: string | undefined): Rule[] {
  const rules: Rule[] = (policy.tags ?? []).map((list) => tagRule(list));
  if (policy.within !== undefined && !isZero(policy.within)) {
    rules.push(withinRule(policy.within, latest));
  }
  for (const rule of countRules) {
    const count = policy[rule] ?? 0;
    if (count !== 0) {
      rules.push(countRule({ rule, remaining: count, previous: undefined }));
    }
  }
  for (const [rule, field] of withinRules) {
    const duration = policy[field];
    if (duration !== undefined && !isZero(duration)) {
      rules.push(bucketWithinRule({ rule, duration, after: startOf(duration, latest), previous: undefined }));
    }
  }
  return rules;
}

function tagRule(list: readonly string[]): Rule {
  const text = list.every((tag) => tag === '') ? 'has no tags' : `has tags ${list.join(', ')}`;
  return ({ tags }) => (hasTags(tags, list) ? [{ rule: 'tags', text, oldest: false }] : []);
}

function withinRule(duration: Duration, latest: string | undefined): Rule {
  const after = startOf(duration, latest);
  const reason: KeepReason = { rule: 'within', text: `within ${formatDuration(duration)}`, oldest: false };
  return ({ ns }) => (after === undefined || ns > after ? [reason] : []);
}

function countRule(state: CountRule): Rule {
  return ({ buckets, isOldest }) => {
    const bucket = buckets[state.rule];
    if (state.remaining === 0 || (bucket === state.previous && !isOldest)) {
      return [];
    }
    const oldest = bucket === state.previous;
    state.previous = bucket;
    state.remaining -= state.remaining > 0 ? 1 : 0;
    return [{ rule: state.rule, text: `${oldest ? 'oldest ' : ''}${state.rule} snapshot`, oldest }];
  };
}

function bucketWithinRule(state: WithinRule): Rule {
  return ({ ns, buckets, isOldest }) => {
    const bucket = buckets[state.rule];
    if ((state.after !== undefined && ns <= state.after) || (bucket === state.previous && !isOldest)) {
      return [];
    }
    const oldest = bucket === state.previous;
    state.previous = bucket;
    const text = `${oldest ? 'oldest ' : ''}${state.rule} within ${formatDuration(state.duration)}`;
    return [{ rule: `within-${state.rule}`, text, oldest }];
  };
}

function newestFirst<T extends PolicySnapshot>(snapshots: readonly T[]): { snapshot: T; ns: bigint }[] {
  return snapshots
    .map((snapshot) => ({ snapshot, ns: parseTime(snapshot.time) }))
    .toSorted((a, b) => (a.ns === b.ns ? 0 : a.ns > b.ns ? -1 : 1));
}

/** The time of the newest snapshot that is not in the future. */
function latestTime(sorted: readonly { snapshot: PolicySnapshot; ns: bigint }[], nowNs: bigint): string | undefined {
  return sorted.find(({ ns }) => ns < nowNs)?.snapshot.time;
}

/** Where a span before the newest snapshot begins; undefined when all snapshots are in the future, hence inside. */
function startOf(duration: Duration, latest: string | undefined): bigint | undefined {
  return latest === undefined ? undefined : before(latest, duration);
}

function isUnused(duration: Duration | undefined): boolean {
  return duration === undefined || isZero(duration);
}
