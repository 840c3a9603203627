import path from 'node:path';
import { fs } from '../../engine/platform/native-fs.ts';
import { parseLocation } from '../../engine/storage/location.ts';

/**
 * Whether a destination is there. A missing folder, or an empty one (a mount point whose drive is away), is absent:
 * waiting, not lost. A folder with other content but no backup is `no-repository`.
 */
export async function destinationPresence(location: string): Promise<'present' | 'absent' | 'no-repository'> {
  const parsed = parseLocation(location);
  if (parsed.kind !== 'local') return 'present';
  const config = await fs.promises.stat(path.join(parsed.path, 'config')).catch(() => undefined);
  if (config?.isFile() === true) return 'present';
  const names = await fs.promises.readdir(parsed.path).catch(() => []);
  return names.length === 0 ? 'absent' : 'no-repository';
}

/** The folder of a local location as people see it, else the location itself. */
export function locationPath(location: string): string {
  const parsed = parseLocation(location);
  return parsed.kind === 'local' ? parsed.path : location;
}
