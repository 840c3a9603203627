import { setImmediate } from 'node:timers/promises';
import type { Dirent } from 'node:fs';
import { entryFacts } from '../../engine/platform/os-metadata.ts';
import { fs } from '../../engine/platform/native-fs.ts';
import { joinPath } from '../paths.ts';
import { codeOf } from '../store/atomic-file.ts';
import type { PresentEntry } from './facts.ts';

/** A folder as it is now; `problem` is empty when all is well and the folder may simply not exist. */
export interface PresentFolder {
  readonly exists: boolean;
  readonly problem: string;
  readonly entries: readonly PresentEntry[];
}

/** How long one stretch of look-ups may keep everything else waiting. */
const sliceMs = 8;

/** Lists a folder of this computer with what the system says of each entry. */
export async function listPresent(folder: Buffer, signal: AbortSignal): Promise<PresentFolder> {
  let listed: Dirent<Buffer>[];
  try {
    listed = await fs.promises.readdir(folder, { withFileTypes: true, encoding: 'buffer' });
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return { exists: false, problem: '', entries: [] };
    const denied = code === 'EACCES' || code === 'EPERM';
    const problem = denied ? 'This folder may not be read.' : 'This folder cannot be read now.';
    return { exists: true, problem, entries: [] };
  }
  const entries: PresentEntry[] = [];
  let until = performance.now() + sliceMs;
  for (const { name } of listed) {
    const entry = lookAtEntry(folder, name);
    if (entry !== undefined) entries.push(entry);
    if (performance.now() < until) continue;
    await setImmediate();
    signal.throwIfAborted();
    until = performance.now() + sliceMs;
  }
  return { exists: true, problem: '', entries };
}

/** One entry of a folder of this computer; undefined when it is not there (any more) or cannot be looked at. */
export function lookAtEntry(folder: Buffer, name: Buffer): PresentEntry | undefined {
  const path = joinPath(folder, name);
  try {
    const facts = entryFacts(fs.lstatSync(path, { bigint: true }));
    const linkTarget = facts.type === 'symlink' ? fs.readlinkSync(path, { encoding: 'buffer' }) : undefined;
    return { name, facts, linkTarget };
  } catch {
    return undefined;
  }
}
