import { dirname } from 'node:path';
import { AppError } from '../../../shared/errors.ts';
import { fs } from '../platform/native-fs.ts';
import { entryFacts } from '../platform/os-metadata.ts';
import type { Storage } from '../storage/storage.ts';
import type { OwnFolder } from './archive-protocol.ts';
import { fromBytes, toBytes, toText, type ByteString } from './bytes.ts';

/** The folder of a local repository; undefined when it is elsewhere. */
export function ownFolderOf(storage: Storage): OwnFolder | undefined {
  const config = storage.localPath({ type: 'config', name: '' });
  if (config === undefined) return undefined;
  try {
    const path = fs.realpathSync(dirname(config), { encoding: 'buffer' });
    const { deviceId, inode } = entryFacts(fs.statSync(path, { bigint: true }));
    return { path: fromBytes(path), deviceId, inode };
  } catch {
    return undefined;
  }
}

/** Throws `destination-inside-source` when a target is the repository or lies in it: there would be no end to it. */
export function refuseOwnFolder(own: OwnFolder | undefined, targets: readonly ByteString[]): void {
  if (own === undefined) return;
  for (const target of targets) {
    const real = realPath(target);
    if (real !== own.path && !real.startsWith(`${own.path}/`)) continue;
    throw new AppError('destination-inside-source', `${toText(target)} holds the backups themselves.`, {
      hint: 'Choose other folders to back up, or another destination.',
      retry: 'after-action',
    });
  }
}

function realPath(path: ByteString): ByteString {
  try {
    return fromBytes(fs.realpathSync(toBytes(path), { encoding: 'buffer' }));
  } catch {
    return path;
  }
}
