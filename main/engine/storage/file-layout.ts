import { AppError } from '../../../shared/errors.ts';
import type { FileHandle, FileType } from './storage.ts';

/** Folders of a repository (format section 2); the config has none. */
export const folders: Readonly<Record<Exclude<FileType, 'config'>, string>> = {
  key: 'keys',
  lock: 'locks',
  snapshot: 'snapshots',
  index: 'index',
  pack: 'data',
  extra: 'tidemark',
};

const idPattern = /^[0-9a-f]{64}$/;
const extraPattern = /^(?:[a-z0-9][a-z0-9._-]*\/)*[a-z0-9][a-z0-9._-]*$/;

const mebibyte = 1024 * 1024;

/** No file of a type is larger; whole-file reads of larger ones are refused before memory is allocated. */
export const largestFile: Readonly<Record<FileType, number>> = {
  config: mebibyte,
  key: mebibyte,
  lock: mebibyte,
  snapshot: 256 * mebibyte,
  index: 512 * mebibyte,
  pack: 4096 * mebibyte - 1,
  extra: 256 * mebibyte,
};

/** Whether a listed name may be a file of that type; all other names are ignored. */
export function isFileName(type: FileType, name: string): boolean {
  if (type === 'config') return name === '';
  if (type === 'extra') return extraPattern.test(name) && !name.includes('-tmp-');
  return idPattern.test(name);
}

/** The path below the root, as components. `internal` for a name that cannot be one of that type. */
export function filePath({ type, name }: FileHandle): readonly string[] {
  if (!isFileName(type, name)) throw new AppError('internal', 'A storage was asked for an impossible file name.');
  if (type === 'config') return ['config'];
  if (type === 'pack') return [folders.pack, name.slice(0, 2), name];
  if (type === 'extra') return [folders.extra, ...name.split('/')];
  return [folders[type], name];
}

/** The two-digit folders below `data`. */
export function packFolders(): readonly string[] {
  return Array.from({ length: 256 }, (_, index) => index.toString(16).padStart(2, '0'));
}

/** The `damaged` error of a file that is larger than any of its type can be. */
export function tooLarge({ type, name }: FileHandle, size: number): AppError {
  return new AppError('damaged', `A file of the destination has an impossible size (${size} bytes).`, {
    hint: 'Run "tidemark check" to see what is affected.',
    context: { type, name, size },
  });
}

/** The `damaged` error of a file that ends before the bytes that were asked for. */
export function tooShort({ type, name }: FileHandle, size: number): AppError {
  return new AppError('damaged', 'A file of the destination is shorter than it should be.', {
    hint: 'Run "tidemark check" to see what is affected.',
    context: { type, name, size },
  });
}

/** The `conflict` error of a config or extra file that exists already. */
export function alreadyThere({ type, name }: FileHandle): AppError {
  return new AppError('conflict', 'A file of that name exists already at the destination.', {
    hint: 'Another program may be using the destination. Try again.',
    context: { type, name },
  });
}

/** Whether an existing file must not be overwritten without `replace`: names that do not stand for their content. */
export function hasFixedName(type: FileType): boolean {
  return type === 'config' || type === 'extra';
}
