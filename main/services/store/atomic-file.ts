import path from 'node:path';
import { AppError } from '../../../shared/errors.ts';
import { fs } from '../../engine/platform/native-fs.ts';

/**
 * Replaces a file as a whole: after a crash either the old or the new content is there. The content is durable when
 * the promise resolves. Mode 0600 (folders 0700), because the files of a profile concern nobody else.
 */
export async function writeFileAtomic(file: string, content: Uint8Array | string): Promise<void> {
  const folder = path.dirname(file);
  await fs.promises.mkdir(folder, { recursive: true, mode: 0o700 });
  const temporary = `${file}.tmp-${process.pid}`;
  try {
    const handle = await fs.promises.open(temporary, 'w', 0o600);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await fs.promises.rename(temporary, file);
  } catch (error) {
    await fs.promises.rm(temporary, { force: true }).catch(() => undefined);
    throw storeError(file, error);
  }
  await syncFolder(folder);
}

/** The file's bytes, or undefined when there is none; refuses more than `maxBytes`. */
export async function readFileBounded(file: string, maxBytes: number): Promise<Buffer | undefined> {
  try {
    const handle = await fs.promises.open(file, 'r');
    try {
      const { size } = await handle.stat();
      if (size > maxBytes) throw new AppError('too-large', `${path.basename(file)} is larger than it can be.`);
      return await handle.readFile();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error instanceof AppError ? error : storeError(file, error);
  }
}

/** The system's error code of a thrown value, or undefined. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

async function syncFolder(folder: string): Promise<void> {
  // Windows and some network file systems cannot sync a directory; the rename itself is all they offer.
  try {
    const handle = await fs.promises.open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (!['EINVAL', 'ENOTSUP', 'EPERM', 'EISDIR', 'EACCES', 'EBADF'].includes(codeOf(error) ?? '')) throw error;
  }
}

function storeError(file: string, cause: unknown): AppError {
  const name = path.basename(file);
  const context = { file };
  switch (codeOf(cause)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new AppError('no-space', `There is no space left to save ${name}.`, {
        hint: 'Free some space on the disk of your home folder.', retry: 'after-action', context, cause,
      });
    case 'EACCES':
    case 'EPERM':
      return new AppError('permission-denied', `${name} of Tidemark's own folder may not be read or written.`, {
        hint: `Check who owns ${path.dirname(file)}.`, retry: 'after-action', context, cause,
      });
    case 'EROFS':
      return new AppError('read-only', `${name} cannot be saved: its disk is read-only.`, {
        hint: 'Make the disk of your home folder writable.', retry: 'after-action', context, cause,
      });
    default:
      return new AppError('storage-failed', `${name} of Tidemark's own folder could not be read or written.`, {
        hint: 'Check the disk of your home folder.', retry: 'after-action', context, cause,
      });
  }
}
