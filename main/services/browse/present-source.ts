import { pathParts } from '../../engine/archiver/patterns.ts';
import { compileSelect } from '../../engine/archiver/select.ts';
import type { Selector } from '../../engine/archiver/select.ts';
import type { PresentEntry, PresentSource } from '../../engine/snapshot/diff.ts';
import { baseName, joinPath, parentPath, pathBytes, pathText } from '../paths.ts';
import type { PlanRecord } from '../store/plan-record.ts';
import { cacheTag, isCache } from '../volumes/cache-tag.ts';
import { listPresent, lookAtEntry } from './present-folder.ts';
import { presentPath, startsWith } from './roots.ts';
import type { Root } from './roots.ts';

/** This computer as a backup of the plan would see it: its folders only, without what the plan leaves out. */
export function presentSourceOf(plan: PlanRecord, roots: readonly Root[], signal: AbortSignal): PresentSource {
  const selector = compileSelect({
    excludes: plan.excludes,
    iexcludes: [],
    tags: [],
    excludeLargerThan: plan.excludeLargerThan ?? undefined,
    platform: process.platform,
  });
  return {
    list: async (names) => {
      const inside = roots.some((root) => startsWith(names, root.names));
      if (!inside) return onTheWay(names, roots);
      const folder = presentPath(names, roots);
      if (folder === undefined) return undefined;
      const { exists, entries } = await listPresent(folder, signal);
      if (!exists) return undefined;
      const tagged = plan.excludeCaches && await isCache(folder, entries);
      return entries
        .filter((entry) => !tagged || entry.name.equals(cacheTag))
        .filter((entry) => entry.facts.type !== 'socket' && entry.facts.type !== 'irregular')
        .filter((entry) => !isExcluded(selector, joinPath(folder, entry.name), entry.facts.type, entry.facts.size))
        .map((entry) => entryOf(entry.name, entry));
    },
  };
}

/** The next names towards roots that lie deeper, for those that exist. */
function onTheWay(names: readonly Buffer[], roots: readonly Root[]): PresentEntry[] | undefined {
  const entries = new Map<string, PresentEntry>();
  for (const root of roots) {
    const next = root.names[names.length];
    if (next === undefined || !startsWith(root.names, names)) continue;
    const here = presentPath([...names, next], roots);
    const found = here === undefined ? undefined : lookAtEntry(parentPath(here), baseName(here));
    if (found !== undefined) entries.set(next.toString('latin1'), entryOf(next, found));
  }
  return entries.size === 0 ? undefined : [...entries.values()];
}

function entryOf(name: Buffer, { facts, linkTarget }: NonNullable<ReturnType<typeof lookAtEntry>>): PresentEntry {
  return { name, type: facts.type, size: facts.size, mtimeNs: facts.mtimeNs, linkTarget };
}

function isExcluded(selector: Selector, path: Buffer, type: string, size: bigint): boolean {
  if (selector.excludesSize(type, size)) return true;
  if (!selector.hasPatterns) return false;
  const slashed = process.platform === 'win32' ? pathBytes(pathText(path).replaceAll('\\', '/')) : path;
  return selector.excludesPath(pathParts(slashed));
}
