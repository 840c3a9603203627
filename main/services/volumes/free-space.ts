import path from 'node:path';
import { fs } from '../../engine/platform/native-fs.ts';

export interface Space {
  readonly freeBytes: number;
  readonly totalBytes: number;
}

/** What is free for this user where `place` is, or would be; null when the system does not say. */
export async function spaceAt(place: string): Promise<Space | null> {
  let at = path.resolve(place);
  for (;;) {
    const found = await fs.promises.statfs(at).catch(() => undefined);
    if (found !== undefined) return { freeBytes: found.bavail * found.bsize, totalBytes: found.blocks * found.bsize };
    const parent = path.dirname(at);
    if (parent === at) return null;
    at = parent;
  }
}
