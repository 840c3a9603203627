import { systemClock } from '../../../../main/engine/platform/clock.ts';
import { systemRandom } from '../../../../main/engine/platform/random.ts';
import { openRepository } from '../../../../main/engine/repository/open-repository.ts';
import { executeRestore } from '../../../../main/engine/restorer/execute.ts';
import { planRestore } from '../../../../main/engine/restorer/plan.ts';
import { LocalStorage } from '../../../../main/engine/storage/local-storage.ts';

/** Restores a tree as told by its argument. Made to be killed. */
const { location, treeId, target, password } = JSON.parse(process.argv[2] ?? '{}') as Record<string, string>;
const repository = await openRepository(new LocalStorage(location ?? ''), {
  password: password ?? '',
  clock: systemClock,
  random: systemRandom,
});
await repository.loadIndex();
const plan = await planRestore(repository, {
  treeId: treeId ?? '',
  items: [{ path: [] }],
  destination: { kind: 'root', path: target ?? '' },
  versionTime: '2026-03-03T09:12:00Z',
});
await executeRestore(repository, plan, { policy: 'replace-all', workers: 2 });
