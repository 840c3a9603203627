import { fs } from '../../engine/platform/native-fs.ts';
import { pathParts } from '../../engine/archiver/patterns.ts';
import { compileSelect } from '../../engine/archiver/select.ts';
import type { Selector } from '../../engine/archiver/select.ts';
import { joinPath, pathBytes, pathText } from '../paths.ts';
import { isCache } from './cache-tag.ts';
import type { Preset } from './presets.ts';

/** What a folder holds: all of it, and of that what each preset would leave out. */
export interface FolderSize {
  readonly bytes: number;
  readonly files: number;
  readonly presetBytes: ReadonlyMap<string, number>;
}

export interface SizeWalkOptions {
  readonly presets: readonly Preset[];
  readonly platform: NodeJS.Platform;
  readonly signal: AbortSignal;
  /** At most four times a second, with what was counted so far. */
  onProgress(size: FolderSize): void;
  now(): number;
}

interface Pending {
  readonly path: Buffer;
  readonly preset: string | undefined;
}

const parallel = 8;

/** Counts a folder on its own file system; unreadable parts count nothing. Ends early, with what it has, on abort. */
export async function measureFolder(folder: string, options: SizeWalkOptions): Promise<FolderSize> {
  const { signal } = options;
  const selectors = options.presets.map((preset) => ({ preset, selector: selectorOf(preset, options.platform) }));
  const presetBytes = new Map<string, number>();
  let bytes = 0;
  let files = 0;
  let told = options.now();
  const root = await fs.promises.stat(folder, { bigint: true }).catch(() => undefined);
  if (root === undefined) return { bytes, files, presetBytes };
  const seenLinks = new Set<string>();
  const pending: Pending[] = [{ path: pathBytes(folder), preset: undefined }];

  const visit = async ({ path, preset }: Pending): Promise<void> => {
    const entries = await fs.promises.readdir(path, { withFileTypes: true, encoding: 'buffer' }).catch(() => []);
    const tagged = preset ?? await cachePreset(path, entries, options.presets);
    for (const entry of entries) {
      if (signal.aborted) return;
      const child = joinPath(path, entry.name);
      const found = tagged ?? matching(child, selectors);
      if (!entry.isDirectory() && !entry.isFile()) continue;
      const stat = await fs.promises.lstat(child, { bigint: true }).catch(() => undefined);
      if (stat === undefined) continue;
      if (stat.isDirectory()) {
        if (stat.dev === root.dev) pending.push({ path: child, preset: found });
        continue;
      }
      if (stat.nlink > 1n && stat.ino !== 0n) {
        const link = `${stat.dev}:${stat.ino}`;
        if (seenLinks.has(link)) continue;
        seenLinks.add(link);
      }
      bytes += Number(stat.size);
      files += 1;
      if (found !== undefined) presetBytes.set(found, (presetBytes.get(found) ?? 0) + Number(stat.size));
    }
    if (options.now() - told >= 250) {
      told = options.now();
      options.onProgress({ bytes, files, presetBytes: new Map(presetBytes) });
    }
  };

  const running = new Set<Promise<void>>();
  while (!signal.aborted) {
    const folder = running.size < parallel ? pending.pop() : undefined;
    if (folder !== undefined) {
      const visiting: Promise<void> = visit(folder).catch(() => undefined).finally(() => running.delete(visiting));
      running.add(visiting);
    } else if (running.size > 0) {
      await Promise.race(running);
    } else {
      break;
    }
  }
  await Promise.all(running);
  return { bytes, files, presetBytes };
}

function selectorOf(preset: Preset, platform: NodeJS.Platform): Selector {
  return compileSelect({ excludes: preset.patterns, iexcludes: [], tags: [], excludeLargerThan: undefined, platform });
}

function matching(
  path: Buffer,
  selectors: readonly { readonly preset: Preset; readonly selector: Selector }[],
): string | undefined {
  const parts = pathParts(process.platform === 'win32' ? pathBytes(pathText(path).replaceAll('\\', '/')) : path);
  return selectors.find(({ selector }) => selector.excludesPath(parts))?.preset.id;
}

async function cachePreset(
  folder: Buffer,
  entries: readonly { readonly name: Buffer }[],
  all: readonly Preset[],
): Promise<string | undefined> {
  const preset = all.find((candidate) => candidate.cacheTags);
  return preset !== undefined && (await isCache(folder, entries)) ? preset.id : undefined;
}
