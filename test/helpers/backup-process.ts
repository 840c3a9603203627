import { systemClock } from '../../main/engine/platform/clock.ts';
import { systemRandom } from '../../main/engine/platform/random.ts';
import { openRepository } from '../../main/engine/repository/open-repository.ts';
import { openStorage } from '../../main/engine/storage/location.ts';
import { backUp } from './backup.ts';

/** A backup in a process of its own, for tests that kill it: `backup-process.ts <repository> <folder>`. */
const [location = '', folder = ''] = process.argv.slice(2);
const environment = { password: 'correct horse', clock: systemClock, random: systemRandom };
await backUp(await openRepository(openStorage(location), environment), [folder]);
