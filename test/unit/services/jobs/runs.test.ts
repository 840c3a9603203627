import { expect, test, vi } from 'vitest';
import { systemRandom } from '../../../../main/engine/platform/random.ts';
import { RunStore } from '../../../../main/services/jobs/run-store.ts';
import { Runs } from '../../../../main/services/jobs/runs.ts';
import { ManualClock } from '../../../helpers/repository.ts';
import { tempDir } from '../../../helpers/temp-dir.ts';

test('a run is recorded and every listener hears of it, also when one of them fails', async () => {
  const clock = new ManualClock();
  const { store } = await RunStore.open(tempDir(), clock);
  const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
  const runs = new Runs({ store, clock, random: systemRandom, logger, power: null });
  const heard: string[] = [];
  runs.onEnd(() => {
    throw new Error('no notifications here');
  });
  runs.onEnd(({ id }) => heard.push(id));
  const work = () => Promise.resolve({ versionId: 'v' });
  const { runId, ended } = await runs.start({ planId: 'p', kind: 'backup', title: 'Backing up', lane: null, work });
  expect(await ended).toMatchObject({ id: runId, state: 'done', versionId: 'v' });
  expect(heard).toEqual([runId]);
  expect(store.runs.map(({ id, state }) => [id, state])).toEqual([[runId, 'done']]);
  expect(logger.error).toHaveBeenCalledOnce();
});
