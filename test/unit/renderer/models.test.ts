import { describe, expect, it } from 'vitest';
import { groupByDay, runResult } from '../../../renderer/features/activity/activity-model.ts';
import { dayStrip } from '../../../renderer/features/home/day-strip.ts';
import { nextRun, worstPlan } from '../../../renderer/features/home/home-model.ts';
import { pickPositions, restoreCommand } from '../../../renderer/features/kit/kit-words.ts';
import { progressFacts, progressShare } from '../../../renderer/features/progress/progress-text.ts';
import { runOutcome } from '../../../renderer/features/progress/run-outcome.ts';
import { effectText, restoreLabel } from '../../../renderer/features/restore/policies.ts';
import { explainPattern, largerThanOptions } from '../../../renderer/features/settings/exclude-text.ts';
import { everyOptions, hoursText } from '../../../renderer/features/settings/schedule-text.ts';
import { resolveFolder } from '../../../renderer/features/setup/resolve-folder.ts';
import { typedSecret } from '../../../renderer/features/unlock/typed-secret.ts';
import { noDecisions, passphraseProblem, setupChoice, tooLarge } from '../../../renderer/features/setup/setup-model.ts';
import type { Run } from '../../../shared/contract/runs.ts';
import { createFake } from '../../helpers/fake-client.ts';
import { fakePlan, fakeProposal, fakeRuns } from '../../helpers/fake-data.ts';
import { createFakeWorld } from '../../helpers/fake-world.ts';

const now = new Date(2026, 2, 10, 12, 0).getTime();
const hour = 3_600_000;
const world = createFakeWorld(now);
const plan = fakePlan(world, 'home', now);
const [run] = fakeRuns(world, 'home', now) as [Run, ...Run[]];

describe('first use', () => {
  const proposal = fakeProposal('first-use', now);

  it('should add up what is chosen without what is left out', () => {
    const choice = setupChoice(proposal, noDecisions);
    expect(choice.selected.map((folder) => folder.name)).toEqual(['Documents', 'Desktop', 'Pictures', 'Projects']);
    expect(choice.bytes).toBe(215.1e9 - 31.1e9);
    expect([choice.counting, choice.destination?.name, choice.estimate]).toEqual([true, 'Blue SSD', [1_800, 2_460]]);
  });

  it('should follow the person and scale the estimate', () => {
    const choice = setupChoice(proposal, {
      ...noDecisions,
      folders: { 'token:/home/anna/Pictures': false },
      presets: { caches: false },
      destination: 'token:/home/anna/Backup',
    });
    expect(choice.bytes).toBe(101.1e9);
    expect(choice.destination?.warning).not.toBe('');
    expect(choice.estimate?.[0]).toBeCloseTo((1_800 * 101.1) / 184, 0);
    expect(tooLarge({ ...choice, bytes: 400e9 })).toBe(true);
  });

  it('should ask for a usable passphrase, twice the same', () => {
    expect(passphraseProblem('', '')).toBe('');
    expect(passphraseProblem('short', '')).toContain('8 characters');
    expect(passphraseProblem('long enough', 'long enougj')).toContain('not the same');
    expect(passphraseProblem('long enough', 'long enough')).toBe('');
  });

  it('should find the folder of a path by walking, and only that folder', async () => {
    const { client } = createFake({ scenario: 'first-use', now });
    expect(await resolveFolder(client, '/home/anna/Projects/novel')).toEqual({
      token: 'token:/home/anna/Projects/novel',
      path: '/home/anna/Projects/novel',
    });
    expect(await resolveFolder(client, '/home/anna/Nowhere')).toBeNull();
    expect(await resolveFolder(client, '/home')).toEqual({ token: 'token:/home', path: '/home' });
  });
});

describe('home', () => {
  it('should tell a day overdue from a day with nothing due', () => {
    const versions = [5.2, 4.9, 1.1].map((days) => ({
      time: new Date(now - days * 24 * hour).toISOString(),
      bytesAdded: 10,
    }));
    const states = dayStrip(versions, [], 48, now, 7).map((day) => day.state);
    expect(states).toEqual(['before', 'done', 'idle', 'overdue', 'overdue', 'done', 'idle']);
  });

  it('should keep the worst of a day', () => {
    const started = new Date(now - hour).toISOString();
    const failed = { kind: 'backup' as const, state: 'failed' as const, started };
    expect(dayStrip([], [failed], 24, now, 1)[0]?.state).toBe('failed');
    expect(dayStrip([{ time: started, bytesAdded: 1 }], [failed], 24, now, 1)[0]?.state).toBe('warning');
  });

  it('should speak for the worst plan and name the next run', () => {
    expect(worstPlan([plan, { ...plan, id: 'b', health: 'overdue' }, { ...plan, health: 'waiting' }])?.id).toBe('b');
    expect(worstPlan([])).toBeUndefined();
    expect(nextRun(plan, now)).toBe('Next at 12:56');
    expect(nextRun({ ...plan, schedule: { everyHours: 0, deadlineHours: 24 } }, now)).toBe(
      'Next when you ask for it',
    );
    expect(nextRun({ ...plan, activeRun: 'r' }, now)).toBe('');
  });
});

describe('runs', () => {
  const progress = {
    phase: 'working' as const,
    bytesDone: 50e9,
    bytesTotal: 100e9,
    filesDone: 1_200,
    filesTotal: 2_400,
    bytesPerSecond: 120e6,
    remainingSeconds: [1_800, 2_400] as [number, number],
    currentItems: [],
    problems: 0,
  };

  it('should say how far and how long, honestly', () => {
    const active: Run = { ...run, state: 'running', progress };
    expect(progressShare(active)).toBe(0.5);
    expect(progressFacts(active, 'decimal')).toEqual([
      '50 GB of 100 GB',
      '1,200 files of 2,400',
      '120 MB/s',
      '30–40 minutes left',
    ]);
    const scanning: Run = { ...active, progress: { ...progress, phase: 'scanning', bytesTotal: null } };
    expect([progressShare(scanning), progressFacts(scanning, 'decimal')]).toEqual([
      null,
      ['looking at the folders: 1,200 files'],
    ]);
  });

  it('should be silent about success and offer what helps else', () => {
    const restored: Run = { ...run, kind: 'restore', undoable: true, summary: { ...blankSummary, files: 12 } };
    expect(runOutcome(run)).toBeNull();
    expect(runOutcome(restored)).toEqual({ tone: 'safe', text: 'Restored 12 files.', action: 'undo' });
    expect(runOutcome({ ...run, state: 'cancelled' })).toBeNull();
    expect(runOutcome({ ...run, state: 'warning', problems: 2 })?.action).toBe('look');
    expect(runOutcome({ ...run, state: 'failed' })?.tone).toBe('risk');
  });

  it('should be grouped by day with a result in words', () => {
    const groups = groupByDay(fakeRuns(world, 'home', now), now);
    expect(groups[0]?.day).toBe('Today');
    expect(groups.flatMap((group) => group.runs)).toHaveLength(27);
    expect(
      runResult({ ...run, summary: { ...blankSummary, filesNew: 2, filesChanged: 1, bytesAdded: 1_000 } }, 'decimal'),
    ).toBe('3 files new or changed, 1 KB');
  });
});

describe('restore, kit and settings texts', () => {
  it('should count what a policy does', () => {
    const effect = { policy: 'keep-both' as const, create: 9, replace: 0, keepBoth: 3, skip: 1, bytes: 1 };
    expect(effectText(effect)).toBe('9 new, 3 kept beside, 1 left alone');
    const restorePlan = {
      sessionId: 's',
      landings: [],
      files: 13,
      folders: 0,
      bytes: 1,
      identical: 0,
      conflicts: { total: 3, sample: [] },
      effects: [effect],
      refused: [],
      freeBytes: null,
    };
    expect(restoreLabel(restorePlan, effect)).toBe('Restore 12 files');
  });

  it('should ask for four different words and quote the command', () => {
    let seed = 0;
    const positions = pickPositions(24, () => (seed = (seed + 0.37) % 1));
    expect(new Set(positions).size).toBe(4);
    expect(positions.every((position) => position >= 0 && position < 24)).toBe(true);
    expect(restoreCommand("/media/Blue SSD/it's")).toBe(
      String.raw`restic -r '/media/Blue SSD/it'\''s' restore latest --target ./restored`,
    );
  });

  it('should tidy recovery words and nothing else', () => {
    const words = 'one two three four five six seven eight nine ten eleven twelve';
    expect(typedSecret(`  ${words.toUpperCase().replace(' ', '\n  ')} `)).toBe(words);
    expect(typedSecret(' two  spaces ')).toBe(' two  spaces ');
  });

  it('should explain patterns and hours', () => {
    expect(explainPattern('*.tmp')).toBe('every file that ends with .tmp');
    expect(explainPattern('node_modules')).toContain('of this name');
    expect(explainPattern('/home/anna/x')).toContain('this path');
    expect(explainPattern('!keep')).toContain('keeps keep');
    expect([1, 6, 24, 72, 168].map(hoursText)).toEqual(['an hour', '6 hours', 'a day', '3 days', 'a week']);
    expect(everyOptions(5).map((option) => option.value)).toContain('5');
    expect(largerThanOptions(123).some((option) => option.value === '123')).toBe(true);
  });
});

const blankSummary = {
  filesNew: 0,
  filesChanged: 0,
  filesUnmodified: 0,
  files: 0,
  bytes: 0,
  bytesAdded: 0,
  bytesStored: 0,
};
