import type * as nodeFs from 'node:fs';
import { createRequire } from 'node:module';

type FileSystem = typeof nodeFs;

const load: (name: string) => unknown = createRequire(import.meta.url);

function nativeFileSystem(): FileSystem {
  if (process.versions['electron'] !== undefined) {
    try {
      return load('original-fs') as FileSystem;
    } catch {
      // Worker threads may not offer it; their entry sets process.noAsar, which has the same effect.
    }
  }
  return load('node:fs') as FileSystem;
}

/**
 * The file system as the operating system sees it: Node's `fs`, and inside Electron the copy that does not show
 * `.asar` archives as folders. Use `fs.promises` of this object too.
 */
export const fs: FileSystem = nativeFileSystem();

/** Flags for `open` that not every system has: Windows none of them, macOS no `O_NOATIME`. 0 where unknown. */
export const optionalFlags = withDefaults(fs.constants);

function withDefaults(known: Partial<FileSystem['constants']>) {
  const { O_NOFOLLOW = 0, O_NONBLOCK = 0, O_NOATIME = 0 } = known;
  return { O_NOFOLLOW, O_NONBLOCK, O_NOATIME };
}
