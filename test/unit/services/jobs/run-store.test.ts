import { expect, test } from 'vitest';
import type { RunRecord } from '../../../../main/services/jobs/run-record.ts';
import { RunStore } from '../../../../main/services/jobs/run-store.ts';
import { ManualClock } from '../../../helpers/repository.ts';
import { tempDir } from '../../../helpers/temp-dir.ts';

const day = 24 * 3_600_000;

function record(id: string, started: number): RunRecord {
  const at = new Date(started).toISOString();
  return {
    id, planId: 'p', kind: 'backup', state: 'done', title: '', started: at, finished: at, summary: null,
    versionId: null, problems: 0, error: null, undoable: false,
  };
}

test('sweeping forgets old runs and their reports, and loses none that is being recorded', async () => {
  const clock = new ManualClock();
  const { store } = await RunStore.open(tempDir(), clock);
  await store.put(record('old', clock.now() - 91 * day));
  await store.saveProblems('old', [{ path: '/a', kind: 'unreadable', message: 'm', hint: '' }]);
  await store.put(record('recent', clock.now() - day));
  const recording = store.put(record('newest', clock.now()));
  await store.sweep();
  await recording;
  expect(store.runs.map(({ id }) => id)).toEqual(['newest', 'recent']);
  expect(await store.loadProblems('old')).toEqual([]);
});
