import { spawnSync } from 'node:child_process';
import { fs } from './native-fs.ts';

/** Names of users and groups by number; empty when unknown. Answers are remembered, so make one for each run. */
export interface OwnerNames {
  user(uid: number): string;
  group(gid: number): string;
}

const maximumFile = 16 * 1024 * 1024;
const localSources: ReadonlySet<string> = new Set(['files', 'compat', 'db', 'systemd', 'mymachines']);

/**
 * Reads `/etc/passwd` and `/etc/group` at once. Numbers not found there are asked of `getent` once each, but only where
 * the system names further sources (LDAP, SSSD, ...) in `/etc/nsswitch.conf`. On Windows every name is empty.
 */
export function createOwnerNames(platform: NodeJS.Platform = process.platform): OwnerNames {
  if (platform === 'win32') return { user: () => '', group: () => '' };
  const further = furtherSources(readText('/etc/nsswitch.conf'));
  const users = parseDatabase(readText('/etc/passwd'));
  const groups = parseDatabase(readText('/etc/group'));
  const askUser = (id: number) => (further.passwd ? askGetent('passwd', id) : '');
  const askGroup = (id: number) => (further.group ? askGetent('group', id) : '');
  const isMac = platform === 'darwin';
  return {
    user: (uid) => lookUp(users, uid, isMac ? (id) => askMac('user', id) : askUser),
    group: (gid) => lookUp(groups, gid, isMac ? (id) => askMac('group', id) : askGroup),
  };
}

function lookUp(known: Map<number, string>, id: number, ask: (id: number) => string): string {
  let name = known.get(id);
  if (name === undefined) {
    name = ask(id);
    known.set(id, name);
  }
  return name;
}

/** Names by number of a file in passwd or group form; the first line of a number counts. */
export function parseDatabase(text: string): Map<number, string> {
  const names = new Map<number, string>();
  for (const line of text.split('\n')) {
    if (line.startsWith('#')) continue;
    const [name, , number] = line.split(':');
    if (name === undefined || name === '' || number === undefined || !/^\d{1,10}$/.test(number)) continue;
    const id = Number(number);
    if (!names.has(id)) names.set(id, name);
  }
  return names;
}

/** Whether nsswitch.conf sends passwd and group look-ups anywhere but to local files. */
export function furtherSources(nsswitch: string): { readonly passwd: boolean; readonly group: boolean } {
  const has = (database: string) => {
    const line = nsswitch.split('\n').find((candidate) => candidate.startsWith(`${database}:`));
    const words = (line ?? '').slice(database.length + 1).replaceAll(/\[[^\]]*\]|#.*/g, '').split(/\s+/);
    return words.some((word) => word !== '' && !localSources.has(word));
  };
  return { passwd: has('passwd'), group: has('group') };
}

function readText(path: string): string {
  try {
    return fs.statSync(path).size > maximumFile ? '' : fs.readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function askGetent(database: 'passwd' | 'group', id: number): string {
  return parseDatabase(run('getent', [database, String(id)])).get(id) ?? '';
}

function askMac(kind: 'user' | 'group', id: number): string {
  const key = kind === 'user' ? 'uid' : 'gid';
  return /^name: (.+)$/m.exec(run('dscacheutil', ['-q', kind, '-a', key, String(id)]))?.[1] ?? '';
}

function run(command: string, args: readonly string[]): string {
  const child = spawnSync(command, args, {
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' },
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: 5_000,
    encoding: 'utf8',
    maxBuffer: 1024 * 1024,
  });
  return child.status === 0 ? child.stdout : '';
}
