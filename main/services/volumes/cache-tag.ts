import { fs, optionalFlags } from '../../engine/platform/native-fs.ts';
import { joinPath } from '../paths.ts';

/** The file that marks a folder as a cache. */
export const cacheTag = Buffer.from('CACHEDIR.TAG');

const signature = Buffer.from('Signature: 8a477f597d28d172789f06886806bc55');

/** Whether a folder with these entries is marked as a cache: it has the file, and the file begins as it must. */
export async function isCache(folder: Uint8Array, entries: readonly { readonly name: Buffer }[]): Promise<boolean> {
  if (!entries.some((entry) => entry.name.equals(cacheTag))) return false;
  // Whatever has that name: a pipe must not block, and only its beginning is read.
  const flags = fs.constants.O_RDONLY | optionalFlags.O_NONBLOCK;
  const handle = await fs.promises.open(joinPath(folder, cacheTag), flags).catch(() => undefined);
  if (handle === undefined) return false;
  try {
    const start = Buffer.alloc(signature.length);
    const { bytesRead } = await handle.read(start, 0, start.length, null);
    return bytesRead === start.length && start.equals(signature);
  } catch {
    return false;
  } finally {
    await handle.close();
  }
}
