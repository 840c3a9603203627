import { backup, type BackupOptions, type BackupReport } from '../../main/engine/archiver/archiver.ts';
import { selectEverything, type SelectOptions } from '../../main/engine/archiver/select.ts';
import { systemClock } from '../../main/engine/platform/clock.ts';
import { systemRandom } from '../../main/engine/platform/random.ts';
import type { Repository } from '../../main/engine/repository/repository.ts';

/** A complete backup with neutral options, of which a test changes what it is about. */
export function backUp(
  repository: Repository,
  targets: readonly (string | Uint8Array)[],
  options: Partial<Omit<BackupOptions, 'select' | 'targets'>> & { readonly select?: Partial<SelectOptions> } = {},
): Promise<BackupReport> {
  return backup(repository, {
    hostname: 'test-host',
    username: 'tester',
    tags: [],
    parent: 'auto',
    force: false,
    dryRun: false,
    oneFileSystem: false,
    withAtime: false,
    ignoreInode: false,
    ignoreCtime: false,
    skipIfUnchanged: false,
    compression: 'auto',
    programVersion: '0.0.0',
    clock: systemClock,
    random: systemRandom,
    ...options,
    targets,
    select: { ...selectEverything, ...options.select },
  });
}
