import { dirname } from 'node:path';
import { AppError } from '../../../shared/errors.ts';
import { fs } from '../platform/native-fs.ts';
import { systemCode } from './storage-errors.ts';

type OpenFile = Awaited<ReturnType<typeof fs.promises.open>>;

/** Permission bits for folders, for files being written, and for finished files. */
export interface FileModes {
  readonly folder: number;
  readonly file: number;
  readonly final: number;
}

/** Rights and places of a file to be written (format section 2). */
export interface DurableWriteOptions {
  readonly modes: FileModes;
  /** Makes the name of the temporary file unique. */
  readonly suffix: string;
  /** Folders to make when they are missing, outermost first; what holds the first one must exist. */
  readonly folders: readonly string[];
}

/** What file systems answer that cannot do it: CIFS, exFAT, some FUSE. Their own caching has to suffice. */
const unsupportedSync = new Set(['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'ENOTTY']);
const unsupportedFolderSync = new Set([...unsupportedSync, 'EISDIR', 'EACCES', 'EPERM', 'EBADF']);
const unsupportedMode = new Set([...unsupportedSync, 'EPERM', 'EACCES']);

const alreadyThere = new Set(['EEXIST']);

async function ignoring(codes: ReadonlySet<string>, work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!codes.has(systemCode(error))) throw error;
  }
}

/**
 * Writes a file in the order of format section 2: temporary file beside it, length check, fsync, rename, fsync of the
 * folder, read-only mode. On failure the temporary file is removed and the final name is as before.
 */
export async function writeFileDurably(
  path: string,
  parts: readonly Uint8Array[],
  { modes, suffix, folders }: DurableWriteOptions,
): Promise<void> {
  const temporary = `${path}-tmp-${suffix}`;
  const file = await openNew(temporary, modes, folders);
  try {
    try {
      await writeParts(file, parts);
      await ignoring(unsupportedSync, file.sync());
    } finally {
      await file.close();
    }
    await moveInto(temporary, path);
  } catch (error) {
    await fs.promises.rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
  await syncFolder(dirname(path));
  await ignoring(unsupportedMode, fs.promises.chmod(path, modes.final));
}

async function openNew(
  path: string,
  modes: FileModes,
  folders: readonly string[],
): Promise<OpenFile> {
  try {
    return await fs.promises.open(path, 'wx', modes.file);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
  }
  for (const folder of folders) {
    await ignoring(alreadyThere, fs.promises.mkdir(folder, { mode: modes.folder }));
    await syncFolder(dirname(folder));
  }
  return fs.promises.open(path, 'wx', modes.file);
}

async function writeParts(file: OpenFile, parts: readonly Uint8Array[]): Promise<void> {
  const expected = parts.reduce((sum, part) => sum + part.length, 0);
  let rest = parts.filter((part) => part.length > 0);
  while (rest.length > 0) {
    let { bytesWritten } = await file.writev(rest);
    if (bytesWritten === 0) throw new AppError('storage-failed', 'The destination accepts no more data.');
    while (rest[0] !== undefined && bytesWritten >= rest[0].length) {
      bytesWritten -= rest[0].length;
      rest = rest.slice(1);
    }
    if (bytesWritten > 0 && rest[0] !== undefined) rest = [rest[0].subarray(bytesWritten), ...rest.slice(1)];
  }
  const { size } = await file.stat();
  if (size !== expected) {
    throw new AppError('storage-failed', 'A file at the destination has another length than what was written.', {
      hint: 'The disk may be faulty. Check it, or choose another destination.',
      context: { expected, size },
    });
  }
}

async function moveInto(temporary: string, path: string): Promise<void> {
  // Windows refuses to replace files that are marked read-only.
  if (process.platform === 'win32') await ignoring(new Set(['ENOENT']), fs.promises.chmod(path, 0o600));
  await fs.promises.rename(temporary, path);
}

/** Makes the names in a folder durable, as far as the file system can. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  let folder: OpenFile;
  try {
    folder = await fs.promises.open(path, 'r');
  } catch (error) {
    if (unsupportedFolderSync.has(systemCode(error))) return;
    throw error;
  }
  try {
    await ignoring(unsupportedFolderSync, folder.sync());
  } finally {
    await folder.close();
  }
}
