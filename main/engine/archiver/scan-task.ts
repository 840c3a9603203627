import { fs } from '../platform/native-fs.ts';
import { entryFacts } from '../platform/os-metadata.ts';
import { counters } from '../workers/shared-control.ts';
import type { TaskHandler } from '../workers/tasks.ts';
import { joinPath, toBytes, type ByteString } from './bytes.ts';
import { pathParts } from './patterns.ts';
import { Reach } from './reach.ts';
import { compileSelect, type SelectRules } from './select.ts';
import { tagExclusions } from './tag-files.ts';
import { listNames } from './walk.ts';

/** What to count: absolute paths, the rules, and whether to stay on the file system of each path. */
export interface ScanInput {
  readonly paths: readonly ByteString[];
  readonly select: SelectRules;
  readonly oneFileSystem: boolean;
}

/** Files that would be backed up and their bytes; what cannot be listed does not count. */
export interface ScanOutput {
  readonly files: number;
  readonly bytes: number;
}

declare module '../workers/tasks.ts' {
  interface Tasks {
    scan: TaskSignature<ScanInput, ScanOutput>;
  }
}

interface Listed {
  readonly path: ByteString;
  readonly names: readonly ByteString[];
  readonly device: bigint | undefined;
}

/**
 * Counts what a backup of `paths` would read, with the same rules, without reading anything. Keeps `filesTotal` and
 * `bytesTotal` of its worker up to date on the way.
 */
export const runScan: TaskHandler<'scan'> = (context, input) => {
  const selector = compileSelect(input.select);
  const reach = new Reach();
  const found = { files: 0, bytes: 0 };
  const waiting: Listed[] = [];
  const look = (path: ByteString, name: ByteString, device: bigint | undefined, parts: string[]) => {
    if (selector.hasPatterns && selector.excludesPath([...parts, ...pathParts(toBytes(name))])) return;
    const own = joinPath(path, name);
    const facts = entryFacts(fs.lstatSync(reach.path(own), { bigint: true }));
    if (device !== undefined && facts.deviceId !== device) return;
    if (facts.type === 'dir') {
      const inside = listNames(reach.path(own));
      waiting.push({ path: own, names: inside, device: input.oneFileSystem ? facts.deviceId : undefined });
    } else if (facts.type === 'file' && !selector.excludesSize(facts.type, facts.size)) {
      found.files += 1;
      found.bytes += Number(facts.size);
    }
  };
  try {
    for (const path of input.paths.toReversed()) {
      const slash = path.lastIndexOf('/');
      const folder = slash <= 0 ? '/' : path.slice(0, slash);
      const names = path === '/' ? listNames(toBytes('/')) : [path.slice(slash + 1)];
      waiting.push({ path: folder, names, device: undefined });
    }
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const { path, names, device } = next;
      const parts = selector.hasPatterns && path !== '/' ? pathParts(toBytes(path)) : ['/'];
      const tags = tagExclusions({ selector, reach, report: () => {} }, path);
      for (const name of names) {
        context.throwIfCancelled();
        if (tags.some((tag) => tag !== name)) continue;
        try {
          look(path, name, device, parts);
        } catch {
          // The backup itself reports what cannot be looked at.
        }
      }
      context.counters[counters.filesTotal] = found.files;
      context.counters[counters.bytesTotal] = found.bytes;
    }
  } finally {
    reach.close();
  }
  return found;
};
