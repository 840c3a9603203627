import path from 'node:path';
import { AppError } from '../../../shared/errors.ts';
import { fs } from '../../engine/platform/native-fs.ts';
import { isInside, pathText } from '../paths.ts';

/**
 * Refuses (`destination-inside-source`) a destination that would be backed up into itself, and a folder that lies in
 * the destination. Judged by real paths, so links do not hide it; what does not exist yet counts by its nearest folder
 * that does.
 */
export async function refuseNesting(sources: readonly Uint8Array[], destination: string): Promise<void> {
  const target = await realPath(Buffer.from(destination));
  for (const source of sources) {
    const real = await realPath(Buffer.from(source));
    const name = pathText(source);
    if (isInside(target, real)) {
      throw new AppError('destination-inside-source', `The destination lies in ${name}, which is to be backed up.`, {
        hint: 'Choose a destination outside of the folders that are backed up.',
        retry: 'after-action',
        context: { source: name, destination },
      });
    }
    if (isInside(real, target)) {
      throw new AppError('destination-inside-source', `${name} lies in the destination itself.`, {
        hint: 'Choose a destination outside of the folders that are backed up.',
        retry: 'after-action',
        context: { source: name, destination },
      });
    }
  }
}

/** The real path, one character a byte, so that names that are no text compare exactly. */
async function realPath(place: Buffer): Promise<string> {
  const missing: string[] = [];
  let at = path.resolve(place.toString('latin1'));
  for (;;) {
    const real = await fs.promises.realpath(Buffer.from(at, 'latin1'), { encoding: 'buffer' }).catch(() => undefined);
    if (real !== undefined) return path.join(real.toString('latin1'), ...missing);
    const parent = path.dirname(at);
    if (parent === at) return path.join(at, ...missing);
    missing.unshift(path.basename(at));
    at = parent;
  }
}
