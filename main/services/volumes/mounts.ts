import path from 'node:path';
import { fs } from '../../engine/platform/native-fs.ts';

/** One mounted file system a person could keep backups on. */
export interface Mount {
  readonly path: string;
  readonly fsType: string;
  readonly readOnly: boolean;
  /** `major:minor` on Linux, else empty. */
  readonly device: string;
  readonly source: string;
}

/** The mounts in the text of `/proc/self/mountinfo`; lines that are none are left out. Source: proc(5). */
export function parseMountInfo(text: string): Mount[] {
  const mounts: Mount[] = [];
  for (const line of text.split('\n')) {
    const [before, after] = line.split(' - ', 2);
    const fields = before?.split(' ') ?? [];
    const rest = after?.split(' ') ?? [];
    const [, , device, , mountPoint, options] = fields;
    const [fsType, source] = rest;
    if (device === undefined || mountPoint === undefined || options === undefined || fsType === undefined) continue;
    mounts.push({
      path: unescapeOctal(mountPoint),
      fsType,
      readOnly: options.split(',').includes('ro'),
      device,
      source: unescapeOctal(source ?? ''),
    });
  }
  return mounts;
}

const userFolders = ['/media', '/run/media', '/mnt'];
const systemFolders = ['/', '/boot', '/usr', '/var', '/tmp', '/nix', '/etc', '/opt', '/run', '/snap', '/proc', '/sys', '/dev'];
const networkTypes = new Set(['nfs', 'nfs4', 'cifs', 'smb3', 'smbfs', 'fuse.sshfs', 'fuse.rclone', 'afpfs', 'webdav']);

/** Whether a mount is a drive or share that somebody attached, rather than a part of the system. */
export function isUserMount(mount: Mount, home: string): boolean {
  const below = userFolders.some((folder) => mount.path.startsWith(`${folder}/`) || mount.path === '/mnt');
  if (mount.path === home || home.startsWith(`${mount.path === '/' ? '' : mount.path}/`)) return false;
  if (below) return true;
  if (networkTypes.has(mount.fsType)) return true;
  if (!mount.source.startsWith('/dev/') || mount.source.startsWith('/dev/loop')) return false;
  return !systemFolders.some((folder) => mount.path === folder || (folder !== '/' && mount.path.startsWith(`${folder}/`)));
}

/** The drives and shares of this computer besides the one the system runs from. */
export async function listDrives(platform: NodeJS.Platform, home: string): Promise<Mount[]> {
  switch (platform) {
    case 'linux':
      return await linuxDrives(home);
    case 'darwin':
      return await macDrives();
    case 'win32':
      return await windowsDrives(home);
    default:
      return [];
  }
}

async function linuxDrives(home: string): Promise<Mount[]> {
  const text = await fs.promises.readFile('/proc/self/mountinfo', 'utf8').catch(() => '');
  const byPath = new Map<string, Mount>();
  for (const mount of parseMountInfo(text)) {
    // A later mount covers an earlier one at the same place.
    if (isUserMount(mount, home)) byPath.set(mount.path, mount);
    else byPath.delete(mount.path);
  }
  const directories: Mount[] = [];
  for (const mount of byPath.values()) {
    const stat = await fs.promises.stat(mount.path).catch(() => undefined);
    // Single files are mounted in containers.
    if (stat?.isDirectory() === true) directories.push(mount);
  }
  return directories;
}

async function macDrives(): Promise<Mount[]> {
  const names = await fs.promises.readdir('/Volumes').catch(() => []);
  const root = await fs.promises.stat('/').catch(() => undefined);
  const drives: Mount[] = [];
  for (const name of names) {
    const mountPoint = path.join('/Volumes', name);
    const stat = await fs.promises.stat(mountPoint).catch(() => undefined);
    if (stat === undefined || stat.dev === root?.dev) continue;
    drives.push({ path: mountPoint, fsType: '', readOnly: false, device: '', source: '' });
  }
  return drives;
}

async function windowsDrives(home: string): Promise<Mount[]> {
  const system = path.win32.parse(home).root.toUpperCase();
  const drives: Mount[] = [];
  for (const letter of 'DEFGHIJKLMNOPQRSTUVWXYZCAB') {
    const root = `${letter}:\\`;
    if (root === system) continue;
    const stat = await fs.promises.stat(root).catch(() => undefined);
    if (stat !== undefined) drives.push({ path: root, fsType: '', readOnly: false, device: '', source: '' });
  }
  return drives;
}

function unescapeOctal(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}
