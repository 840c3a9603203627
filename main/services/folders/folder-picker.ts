import path from 'node:path';
import { AppError } from '../../../shared/errors.ts';
import type { FolderListing } from '../../../shared/contract/app.ts';
import { fs } from '../../engine/platform/native-fs.ts';
import { baseName, joinPath, parentPath, pathBytes, pathText } from '../paths.ts';
import { codeOf } from '../store/atomic-file.ts';
import type { Tokens } from '../tokens.ts';
import { spaceAt } from '../volumes/free-space.ts';
import { listDrives } from '../volumes/mounts.ts';

const maxEntries = 10_000;
const reserved = /^(con|prn|aux|nul|com\d|lpt\d)(\..*)?$/i;

/** Folders of this computer for the picker that the page draws where the shell has no dialogs. */
export class FolderPicker {
  readonly #tokens: Tokens;
  readonly #home: string;
  readonly #collator = new Intl.Collator(undefined, { numeric: true });

  constructor(tokens: Tokens, home: string) {
    this.#tokens = tokens;
    this.#home = home;
  }

  /** Where looking starts: home, drives, the root. */
  async starts(): Promise<FolderListing> {
    const drives = await listDrives(process.platform, this.#home);
    const root = path.parse(this.#home).root;
    return {
      token: null,
      path: '',
      parent: null,
      freeBytes: null,
      entries: [
        { token: this.#tokens.path(this.#home), name: path.basename(this.#home), kind: 'home' },
        ...drives.map((drive) => ({
          token: this.#tokens.path(drive.path),
          name: path.basename(drive.path) || drive.path,
          kind: 'drive' as const,
        })),
        { token: this.#tokens.path(root), name: root, kind: 'root' },
      ],
      truncated: false,
    };
  }

  /** The folders in a folder; `not-found`, `permission-denied`, or `invalid-input` for what is no folder. */
  async list(folder: Buffer, hidden: boolean): Promise<FolderListing> {
    const listed = await readFolder(folder);
    const names: Buffer[] = [];
    for (const entry of listed) {
      if (!hidden && entry.name[0] === 0x2e) continue;
      if (entry.isDirectory() || (entry.isSymbolicLink() && (await isFolder(joinPath(folder, entry.name))))) {
        names.push(entry.name);
      }
    }
    names.sort((a, b) => this.#collator.compare(pathText(a), pathText(b)));
    const parent = parentPath(folder);
    return {
      token: this.#tokens.path(folder),
      path: pathText(folder),
      parent: parent.equals(folder) ? null : this.#tokens.path(parent),
      freeBytes: (await spaceAt(pathText(folder)))?.freeBytes ?? null,
      entries: names.slice(0, maxEntries).map((name) => ({
        token: this.#tokens.path(joinPath(folder, name)),
        name: pathText(name),
        kind: 'folder' as const,
      })),
      truncated: names.length > maxEntries,
    };
  }

  /** Makes a folder in a folder; `conflict` when the name is taken, `invalid-input` when it cannot be one. */
  async create(parent: Buffer, name: string): Promise<string> {
    const clean = name.trim();
    const bad = clean === '' || clean === '.' || clean === '..' || /[/\\\p{Cc}]/u.test(clean)
      || (process.platform === 'win32' && (reserved.test(clean) || /[<>:"|?*]|\.$/.test(clean)));
    if (bad) throw new AppError('invalid-input', 'A folder cannot have this name.', { hint: 'Use another name.' });
    const folder = joinPath(parent, pathBytes(clean));
    try {
      await fs.promises.mkdir(folder);
    } catch (error) {
      throw codeOf(error) === 'EEXIST'
        ? new AppError('conflict', `${clean} is there already.`, { hint: 'Use another name.', retry: 'after-action' })
        : folderError(folder, error);
    }
    return this.#tokens.path(folder);
  }
}

async function readFolder(folder: Buffer) {
  try {
    return await fs.promises.readdir(folder, { withFileTypes: true, encoding: 'buffer' });
  } catch (error) {
    throw folderError(folder, error);
  }
}

async function isFolder(place: Buffer): Promise<boolean> {
  return await fs.promises.stat(place).then((stat) => stat.isDirectory(), () => false);
}

function folderError(folder: Buffer, cause: unknown): AppError {
  const name = pathText(baseName(folder));
  const options = { retry: 'after-action', context: { folder: pathText(folder) }, cause } as const;
  switch (codeOf(cause)) {
    case 'ENOENT':
      return new AppError('not-found', `${name} is not there any more.`, { hint: 'Choose another folder.', ...options });
    case 'ENOTDIR':
      return new AppError('invalid-input', `${name} is not a folder.`, { hint: 'Choose a folder.', ...options });
    case 'EROFS':
      return new AppError('read-only', `${name} cannot be made: the disk is read-only.`, { hint: 'Choose another place.', ...options });
    case 'ENOSPC':
      return new AppError('no-space', `There is no space left for ${name}.`, { hint: 'Choose another place.', ...options });
    case 'ENAMETOOLONG':
      return new AppError('invalid-input', 'This name is too long.', { hint: 'Use a shorter name.', ...options });
    default:
      return new AppError('permission-denied', `${name} may not be opened.`, {
        hint: 'Choose another folder or change its permissions.', ...options,
      });
  }
}
