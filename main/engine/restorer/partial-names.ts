import { fs } from '../platform/native-fs.ts';
import { joinPath } from './target-names.ts';

const pattern = /^\.([0-9a-z]+)-([0-9a-z]+)-[0-9a-f]{8}-[0-9a-z]+\.tidemark-partial$/;

/** Gives names for files that are not finished yet. They say which process made them, so that leftovers are known. */
export interface PartialNames {
  /** A name that nothing else uses. */
  next(): string;
  /** Whether a file of this name was left behind by a restore that is not running any more. */
  isStale(name: string): boolean;
}

/** Names for one restore. `random` is 4 bytes, `startedMs` the time of its start in ms. */
export function createPartialNames(startedMs: number, random: Uint8Array): PartialNames {
  const prefix = `.${process.pid.toString(36)}-${Math.floor(startedMs).toString(36)}-${Buffer.from(random).toString('hex')}`;
  let count = 0;
  return {
    next() {
      count += 1;
      return `${prefix}-${count.toString(36)}.tidemark-partial`;
    },
    isStale(name) {
      const match = pattern.exec(name);
      if (match === null || name.startsWith(prefix)) return false;
      const pid = Number.parseInt(match[1] ?? '', 36);
      // The number of this process may have belonged to another one before (containers start at the same number).
      if (pid === process.pid) return Number.parseInt(match[2] ?? '', 36) < performance.timeOrigin;
      return !isRunning(pid);
    },
  };
}

/** Removes what interrupted restores left in a folder; what cannot be removed stays. */
export async function removeStalePartials(folder: Buffer, names: PartialNames): Promise<void> {
  try {
    // Names of these files are plain ASCII, so text is enough, in parts: a folder may have a million entries.
    for await (const { name } of await fs.promises.opendir(folder, { bufferSize: 1024 })) {
      if (name.length > 20 && name.startsWith('.') && names.isStale(name)) {
        fs.unlinkSync(joinPath(folder, Buffer.from(name)));
      }
    }
  } catch {
    // A folder that cannot be listed is reported when something is written into it.
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
