import path from 'node:path';
import { fs } from '../../engine/platform/native-fs.ts';
import { shareDisk } from '../volumes/disk-of.ts';
import { spaceAt } from '../volumes/free-space.ts';
import { listDrives } from '../volumes/mounts.ts';
import type { Mount } from '../volumes/mounts.ts';

export interface DestinationProposal {
  readonly path: string;
  readonly name: string;
  readonly kind: 'drive' | 'folder';
  readonly freeBytes: number | null;
  readonly totalBytes: number | null;
  readonly warning: string;
}

interface RankedProposal extends DestinationProposal {
  readonly poor: boolean;
}

const fatTypes = new Set(['vfat', 'msdos', 'exfat', 'fat']);
const sameDisk = 'On the same disk as your folders: it helps after mistakes, not when the disk fails.';
const fatLike = 'Formatted as FAT, which is easily damaged when unplugged; another format is safer.';

/** Drives first, those on another disk before others; a folder of this computer when there is no drive to write to. */
export async function proposeDestinations(
  home: string,
  folders: readonly string[],
): Promise<{ readonly proposals: readonly DestinationProposal[]; readonly drives: readonly Mount[] }> {
  const drives = await listDrives(process.platform, home);
  const proposals: RankedProposal[] = [];
  for (const drive of drives) {
    if (drive.readOnly || !(await isWritable(drive.path))) continue;
    const same = await shareDisk(drive.path, folders[0] ?? home);
    const fat = fatTypes.has(drive.fsType);
    const space = await spaceAt(drive.path);
    proposals.push({
      path: drive.path,
      name: path.basename(drive.path) || drive.path,
      kind: 'drive',
      freeBytes: space?.freeBytes ?? null,
      totalBytes: space?.totalBytes ?? null,
      warning: same ? sameDisk : fat ? fatLike : '',
      poor: same,
    });
  }
  proposals.sort((a, b) => Number(a.poor) - Number(b.poor) || (b.freeBytes ?? 0) - (a.freeBytes ?? 0));
  if (proposals.every((proposal) => proposal.poor)) {
    const folder = await ownFolder(home, folders);
    const space = await spaceAt(folder);
    proposals.push({
      path: folder,
      name: path.basename(folder),
      kind: 'folder',
      freeBytes: space?.freeBytes ?? null,
      totalBytes: space?.totalBytes ?? null,
      warning: sameDisk,
      poor: true,
    });
  }
  return { proposals: proposals.map(withoutRank), drives };
}

function withoutRank({ path, name, kind, freeBytes, totalBytes, warning }: RankedProposal): DestinationProposal {
  return { path, name, kind, freeBytes, totalBytes, warning };
}

/** In the home folder, or beside it where the home folder itself is to be backed up. */
async function ownFolder(home: string, folders: readonly string[]): Promise<string> {
  if (!folders.includes(home)) return path.join(home, 'Tidemark');
  for (const parent of ['/var/backups', '/srv', path.dirname(home)]) {
    if (await isWritable(parent)) return path.join(parent, 'Tidemark');
  }
  return path.join(home, 'Tidemark');
}

async function isWritable(folder: string): Promise<boolean> {
  return await fs.promises.access(folder, fs.constants.W_OK).then(() => true, () => false);
}
