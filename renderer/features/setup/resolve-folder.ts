import type { TidemarkClient } from '../../../shared/contract/contract.ts';

export interface ResolvedFolder {
  readonly token: string;
  readonly path: string;
}

/**
 * The token of a folder whose path a version names, found by walking down from the starting points that main lists;
 * null where no such folder is on this computer. The page never turns a path into a token by itself.
 */
export async function resolveFolder(
  client: Pick<TidemarkClient, 'folders'>,
  path: string,
  signal?: AbortSignal,
): Promise<ResolvedFolder | null> {
  const wanted = steps(path);
  let listing = await client.folders.list({ token: null, hidden: true }, signal);
  let best: ResolvedFolder | null = null;
  for (const entry of listing.entries) {
    const start = await client.folders.list({ token: entry.token, hidden: true }, signal).catch(() => null);
    if (start?.token === null || start === null) continue;
    if (isBelow(wanted, steps(start.path)) && (best === null || start.path.length > best.path.length)) {
      best = { token: start.token, path: start.path };
      listing = start;
    }
  }
  while (best !== null && steps(best.path).length < wanted.length) {
    const name = wanted[steps(best.path).length];
    const entry = listing.entries.find((candidate) => candidate.name === name);
    if (entry === undefined) return null;
    const next = await client.folders.list({ token: entry.token, hidden: true }, signal).catch(() => null);
    // A link may lead elsewhere; only a folder that lies deeper on the same path is the one meant.
    if (next === null || next.token === null || steps(next.path).length <= steps(best.path).length) return null;
    best = { token: next.token, path: next.path };
    listing = next;
  }
  return best !== null && same(steps(best.path), wanted) ? best : null;
}

function steps(path: string): readonly string[] {
  return path.split(/[/\\]/).filter((step) => step !== '');
}

function isBelow(path: readonly string[], base: readonly string[]): boolean {
  return base.length <= path.length && base.every((step, index) => step === path[index]);
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && isBelow(a, b);
}
