import path from 'node:path';
import { sha256 } from '../../engine/platform/crypto.ts';
import { fs } from '../../engine/platform/native-fs.ts';
import { readFileBounded } from '../store/atomic-file.ts';

/** A repository somebody could adopt; nothing in it was opened. */
export interface RepositoryPlace {
  readonly path: string;
  /** SHA-256 of the sealed config, which never changes: tells repositories apart without a key. */
  readonly fingerprint: string;
  readonly versions: number;
  /** Milliseconds since 1970. */
  readonly lastChanged: number | null;
}

const maxBelow = 200;

/** The repository at exactly this folder, or undefined. */
export async function repositoryAt(folder: string): Promise<RepositoryPlace | undefined> {
  for (const name of ['keys', 'snapshots', 'data']) {
    const stat = await fs.promises.stat(path.join(folder, name)).catch(() => undefined);
    if (stat?.isDirectory() !== true) return undefined;
  }
  const config = await readFileBounded(path.join(folder, 'config'), 1024 * 1024).catch(() => undefined);
  if (config === undefined) return undefined;
  const snapshots = await fs.promises.readdir(path.join(folder, 'snapshots')).catch(() => []);
  const stat = await fs.promises.stat(path.join(folder, 'snapshots')).catch(() => undefined);
  return {
    path: folder,
    fingerprint: sha256(config).toString('hex'),
    versions: snapshots.filter((name) => /^[0-9a-f]{64}$/.test(name)).length,
    lastChanged: stat?.mtimeMs ?? null,
  };
}

/** Repositories at these folders and one level below them. */
export async function findRepositories(roots: readonly string[], signal: AbortSignal): Promise<RepositoryPlace[]> {
  const found = new Map<string, RepositoryPlace>();
  for (const root of roots) {
    const entries = await fs.promises.readdir(root, { withFileTypes: true }).catch(() => []);
    const below = entries.filter((entry) => entry.isDirectory()).slice(0, maxBelow);
    for (const folder of [root, ...below.map((entry) => path.join(root, entry.name))]) {
      if (signal.aborted) return [...found.values()];
      const real = await fs.promises.realpath(folder).catch(() => folder);
      if (found.has(real)) continue;
      const repository = await repositoryAt(real);
      if (repository !== undefined) found.set(real, repository);
    }
  }
  return [...found.values()];
}
