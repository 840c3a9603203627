import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { fs } from './native-fs.ts';

/**
 * Makes a file that is not there yet (the system's `EEXIST` when it is), lets `write` fill it, and resolves when its
 * content is on the disk. When writing fails the file is removed again; errors are thrown as they come.
 */
export async function writeNewFile<T>(
  path: string | Buffer,
  mode: number,
  write: (target: Writable) => Promise<T>,
): Promise<T> {
  const handle = await fs.promises.open(path, 'wx', mode);
  const target = handle.createWriteStream({ flush: true });
  const ended = finished(target);
  const failed = ended.then(() => Promise.race<never>([]));
  failed.catch(() => undefined);
  try {
    const result = await Promise.race([write(target), failed]);
    target.end();
    await ended;
    return result;
  } catch (error) {
    target.destroy();
    await ended.catch(() => undefined);
    await fs.promises.rm(path, { force: true }).catch(() => undefined);
    throw error;
  }
}
