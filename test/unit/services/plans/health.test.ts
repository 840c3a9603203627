import { describe, expect, test } from 'vitest';
import type { RunRecord } from '../../../../main/services/jobs/run-record.ts';
import { judgeHealth } from '../../../../main/services/plans/health.ts';
import type { HealthFacts } from '../../../../main/services/plans/health.ts';
import { isDue } from '../../../../main/services/plans/due.ts';

const now = Date.parse('2026-03-10T12:00:00Z');
const hour = 3_600_000;

function backup(state: RunRecord['state'], problems = 0): RunRecord {
  return {
    id: 'r', planId: 'p', kind: 'backup', state, title: '', started: new Date(now - hour).toISOString(),
    finished: new Date(now - hour).toISOString(), summary: null, versionId: null, problems, undoable: false,
    error: state === 'failed' ? { code: 'no-space', message: 'The drive is full.', hint: '', retry: 'after-action' } : null,
  };
}

const well: HealthFacts = {
  now,
  created: now - 100 * hour,
  hasSources: true,
  missingSources: [],
  destination: { path: '/d', name: 'Drive', state: 'ready', error: null, freeBytes: 1, repositoryBytes: 1 },
  deadlineHours: 24,
  everyHours: 1,
  kit: 'confirmed',
  activeBackup: false,
  backups: [backup('done')],
  lastVersion: now - hour,
};

describe('the worst that is true wins', () => {
  const away = { ...well.destination, state: 'absent' } as const;
  test.each<[string, Partial<HealthFacts>, string]>([
    ['all is well', {}, 'safe'],
    ['working', { activeBackup: true }, 'working'],
    ['kit not saved', { kit: 'unconfirmed' }, 'attention'],
    ['files with problems', { backups: [backup('warning', 3)] }, 'attention'],
    ['one failure', { backups: [backup('failed'), backup('done')] }, 'attention'],
    ['three failures', { backups: [backup('failed'), backup('failed'), backup('failed')] }, 'risk'],
    ['three failures while working', { activeBackup: true, backups: [backup('failed'), backup('failed'), backup('failed')] }, 'risk'],
    ['a cancelled run hides nothing', { backups: [backup('cancelled'), backup('warning', 1)] }, 'attention'],
    ['drive away within the deadline', { destination: away }, 'waiting'],
    ['drive away beyond the deadline', { destination: away, lastVersion: now - 30 * hour }, 'overdue'],
    ['drive away is not a failure', { destination: away, backups: [backup('failed'), backup('failed'), backup('failed')] }, 'waiting'],
    ['on demand only has no deadline', { everyHours: 0, lastVersion: now - 300 * hour }, 'safe'],
    ['damaged destination', { destination: { ...well.destination, state: 'failed' } }, 'risk'],
    ['nothing yet', { backups: [], lastVersion: null, created: now }, 'never'],
    ['for going back only', { hasSources: false, backups: [], lastVersion: null }, 'never'],
    ['a folder is away', { missingSources: ['Photos'] }, 'waiting'],
  ])('%s', (_, facts, health) => {
    const verdict = judgeHealth({ ...well, ...facts });
    expect(verdict.health).toBe(health);
    expect(verdict.sentence).not.toBe('');
    expect(verdict.reason === '').toBe(health === 'safe' || health === 'working' || (health === 'never' && facts.hasSources !== false));
  });
});

test.each([
  [1, 1.5, 'No backup for 1 hour.', 'A backup is due after 1 hour at the latest.'],
  [24 * 7, 24 * 8, 'No backup for 8 days.', 'A backup is due after 7 days at the latest.'],
])('a deadline of %i hours is told as it is', (deadlineHours, hours, sentence, reason) => {
  const verdict = judgeHealth({ ...well, deadlineHours, lastVersion: now - hours * hour });
  expect(verdict).toEqual({ health: 'overdue', sentence, reason });
});

describe('when the next backup is due', () => {
  const facts = { now, everyHours: 1, deadlineHours: 24, lastStarted: now - hour, failures: 0 };
  test.each([
    [{}, true],
    [{ lastStarted: now - hour / 2 }, false],
    [{ lastStarted: null }, true],
    [{ everyHours: 0, lastStarted: null }, false],
    [{ lastStarted: now + hour }, true],
    [{ everyHours: 72, lastStarted: now - 25 * hour }, true],
    [{ failures: 1, lastStarted: now - 6 * 60_000 }, true],
    [{ failures: 3, lastStarted: now - 6 * 60_000 }, false],
    [{ failures: 60, lastStarted: now - hour }, true],
  ])('%o: %s', (change, due) => {
    expect(isDue({ ...facts, ...change })).toBe(due);
  });
});
