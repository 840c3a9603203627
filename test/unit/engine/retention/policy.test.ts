import { describe, expect, it } from 'vitest';
import { fixturesNamed } from '../../../helpers/fixtures.ts';
import { parseDuration } from '../../../../main/engine/retention/duration.ts';
import {
  applyPolicy, isEmptyPolicy, type PolicySnapshot, type RetentionPolicy, unlimited,
} from '../../../../main/engine/retention/policy.ts';
import { type GroupBy, groupSnapshots } from '../../../../main/engine/snapshot/snapshots.ts';
import { parseTime } from '../../../../main/engine/snapshot/time.ts';

interface Vectors {
  readonly snapshots: readonly { id: string; time: string; hostname: string; paths: string[]; tags: string[] }[];
  readonly cases: readonly {
    readonly group_by: string; readonly args: readonly string[];
    readonly group: { readonly host: string; readonly paths: readonly string[] | null };
    readonly keep_0_14: readonly string[]; readonly extra_kept_since_0_16: readonly string[];
  }[];
}

/** Every file of vectors that lies in the fixtures. */
const vectors = fixturesNamed('forget-vectors').map(({ name, content }) => ({ name, ...(content as Vectors) }));
const now = parseTime('2026-11-20T12:00:00Z');

function policyOf(args: readonly string[]): RetentionPolicy {
  const policy: Record<string, unknown> = {};
  const tags: string[][] = [];
  for (let i = 0; i < args.length; i += 2) {
    const [option = '', value = ''] = args.slice(i, i + 2);
    const name = option.replace('--keep-', '').replace(/-(.)/, (_, letter: string) => letter.toUpperCase());
    if (name === 'tag') {
      tags.push(value.split(','));
    } else {
      policy[name] = name.startsWith('within') ? parseDuration(value) : Number(value);
    }
  }
  return { ...policy, tags };
}

function at(...times: readonly string[]): PolicySnapshot[] {
  return times.map((time, i) => ({ id: String(i), time, tags: [] }));
}

function kept(snapshots: readonly PolicySnapshot[], policy: RetentionPolicy): string[] {
  return applyPolicy(snapshots, policy, now).keep.map(({ snapshot }) => snapshot.id).toSorted();
}

describe('applyPolicy', () => {
  const cases = vectors.flatMap(({ name, snapshots, cases: entries }) =>
    entries.map((entry) => ({ ...entry, snapshots, name: `${name}: ${entry.group_by}: ${entry.args.join(' ')}` })));

  it.each(cases)('decides as restic does: $name $group', ({ snapshots, group_by, args, group, ...expected }) => {
    const by = group_by.split(',').filter((word) => word !== '') as GroupBy[];
    const groups = groupSnapshots(snapshots, by);
    const members = groups.find((candidate) => (candidate.hostname ?? '') === group.host
      && JSON.stringify(candidate.paths ?? null) === JSON.stringify(group.paths));
    const decision = applyPolicy(members?.snapshots ?? [], policyOf(args), now, { allowRemoveAll: true });
    expect(decision.keep.map(({ snapshot }) => snapshot.id).toSorted())
      .toEqual([...expected.keep_0_14, ...expected.extra_kept_since_0_16].toSorted());
    expect(decision.keep.length + decision.remove.length).toBe(members?.snapshots.length);
  });

  it('says why each snapshot is kept', () => {
    const snapshots = at('2026-01-01T10:00:00Z', '2026-01-02T10:00:00Z', '2026-01-02T11:00:00Z');
    const { keep, remove } = applyPolicy(snapshots, { last: 1, daily: 5, within: parseDuration('30d') }, now);
    expect(remove).toEqual([]);
    expect(keep.map(({ snapshot, reasons }) => [snapshot.id, reasons.map(({ text }) => text)])).toEqual([
      ['2', ['within 30d', 'last snapshot', 'daily snapshot']],
      ['1', ['within 30d']],
      ['0', ['within 30d', 'daily snapshot']],
    ]);
  });

  it('keeps without limit, and lets the oldest stand in for its span', () => {
    const snapshots = at(
      '2020-01-01T10:00:00Z', '2020-05-01T10:00:00Z', '2021-05-01T10:00:00Z', '2022-05-01T10:00:00Z');
    expect(kept(snapshots, { yearly: unlimited })).toEqual(['0', '1', '2', '3']);
    expect(kept(snapshots, { yearly: 2 })).toEqual(['2', '3']);
    const { keep } = applyPolicy(snapshots, { yearly: 10 }, now);
    expect(keep.at(-1)?.reasons).toEqual([{ rule: 'yearly', text: 'oldest yearly snapshot', oldest: true }]);
  });

  it('does not count spans back from a snapshot in the future, but keeps it', () => {
    const snapshots = at('2026-11-01T00:00:00Z', '2026-11-19T00:00:00Z', '2030-01-01T00:00:00Z');
    expect(kept(snapshots, { within: parseDuration('2d') })).toEqual(['1', '2']);
    const future = at('2030-01-01T00:00:00Z', '2031-01-01T00:00:00Z');
    expect(kept(future, { within: parseDuration('1h') })).toEqual(['0', '1']);
  });

  it('keeps what is protected', () => {
    const snapshots = at('2020-01-01T00:00:00Z', '2021-01-01T00:00:00Z', '2022-01-01T00:00:00Z');
    const decision = applyPolicy(snapshots, { last: 1 }, now, { isProtected: ({ id }) => id === '0' });
    expect(decision.remove.map(({ id }) => id)).toEqual(['1']);
  });

  it('refuses policies that are empty, impossible, or keep nothing', () => {
    expect(isEmptyPolicy({ last: 0, within: parseDuration('0h'), tags: [] })).toBe(true);
    expect(() => applyPolicy(at('2020-01-01T00:00:00Z'), {}, now))
      .toThrow(expect.objectContaining({ code: 'invalid-input' }));
    expect(() => applyPolicy([], { last: -2 }, now)).toThrow(expect.objectContaining({ code: 'invalid-input' }));
    expect(() => applyPolicy(at('2020-01-01T00:00:00Z'), { tags: [['x']] }, now))
      .toThrow(expect.objectContaining({ code: 'conflict' }));
    expect(applyPolicy([], { last: 1 }, now)).toEqual({ keep: [], remove: [] });
  });
});
