import path from 'node:path';
import { fs } from '../../engine/platform/native-fs.ts';

/** A folder worth protecting, as this system names it. */
export interface KnownFolder {
  readonly path: string;
  readonly name: string;
  readonly selected: boolean;
}

const xdgNames = ['DOCUMENTS', 'DESKTOP', 'PICTURES', 'MUSIC', 'VIDEOS', 'DOWNLOAD'] as const;
const plainNames = ['Documents', 'Desktop', 'Pictures', 'Music', 'Videos', 'Movies'];
const workNames = ['Projects', 'projects', 'Code', 'code', 'Developer', 'src', 'dev', 'workspace', 'work'];

/** `XDG_<NAME>_DIR="$HOME/x"` lines of user-dirs.dirs; a folder that is the home itself means "none". */
export function parseUserDirs(text: string, home: string): ReadonlyMap<string, string> {
  const folders = new Map<string, string>();
  for (const line of text.split('\n')) {
    const match = /^\s*XDG_([A-Z]+)_DIR="((?:[^"\\]|\\.)*)"\s*$/.exec(line);
    if (match?.[1] === undefined || match[2] === undefined) continue;
    const value = match[2].replaceAll(/\\(.)/g, '$1');
    const folder = value.startsWith('$HOME') ? path.join(home, value.slice(5)) : value;
    if (path.isAbsolute(folder) && path.resolve(folder) !== path.resolve(home)) folders.set(match[1], path.resolve(folder));
  }
  return folders;
}

/** The folders people keep their things in, those that exist; the home folder's own ones when there are none of these. */
export async function knownFolders(platform: NodeJS.Platform, home: string): Promise<readonly KnownFolder[]> {
  const wanted = new Map<string, boolean>();
  if (platform === 'linux') {
    const config = process.env['XDG_CONFIG_HOME'] ?? path.join(home, '.config');
    const text = await fs.promises.readFile(path.join(config, 'user-dirs.dirs'), 'utf8').catch(() => '');
    const folders = parseUserDirs(text, home);
    for (const name of xdgNames) {
      const folder = folders.get(name);
      if (folder !== undefined) wanted.set(folder, name !== 'DOWNLOAD');
    }
  }
  for (const name of plainNames) wanted.set(path.join(home, name), wanted.get(path.join(home, name)) ?? true);
  for (const name of workNames) wanted.set(path.join(home, name), true);
  const downloads = path.join(home, 'Downloads');
  if (!wanted.has(downloads)) wanted.set(downloads, false);
  const found = await existing(wanted);
  if (found.some((folder) => folder.selected)) return found;
  return [...await visibleFolders(home, new Set(found.map((folder) => folder.path))), ...found];
}

async function existing(wanted: ReadonlyMap<string, boolean>): Promise<KnownFolder[]> {
  const found: KnownFolder[] = [];
  const seen = new Set<string>();
  for (const [folder, selected] of wanted) {
    const stat = await fs.promises.stat(folder, { bigint: true }).catch(() => undefined);
    if (stat?.isDirectory() !== true) continue;
    // The same folder under two names (links, letter case) is proposed once.
    const identity = stat.ino === 0n ? folder : `${stat.dev}:${stat.ino}`;
    if (seen.has(identity)) continue;
    seen.add(identity);
    found.push({ path: folder, name: path.basename(folder), selected });
  }
  return found;
}

async function visibleFolders(home: string, known: ReadonlySet<string>): Promise<KnownFolder[]> {
  const entries = await fs.promises.readdir(home, { withFileTypes: true }).catch(() => []);
  const folders = entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'Tidemark')
    .map((entry) => ({ path: path.join(home, entry.name), name: entry.name, selected: true }))
    .filter((folder) => !known.has(folder.path));
  if (folders.length > 0) return folders.slice(0, 12);
  const stat = await fs.promises.stat(home).catch(() => undefined);
  return stat?.isDirectory() === true ? [{ path: home, name: path.basename(home), selected: true }] : [];
}
