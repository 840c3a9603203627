import { resolve } from 'node:path';
import { WorkerPool } from '../workers/pool.ts';
import { fromBytes, fromText, type ByteString } from './bytes.ts';
import type { ScanOutput } from './scan-task.ts';
import { loadSelect } from './load-select.ts';
import type { SelectOptions, SelectRules } from './select.ts';

const pollMilliseconds = 100;

/** How to count; by default everything, silently, to the end. */
export interface ScanOptions {
  readonly oneFileSystem?: boolean;
  readonly signal?: AbortSignal;
  /** Running totals, at most ten times a second. */
  readonly onProgress?: (soFar: ScanOutput) => void;
}

/**
 * Counts files and bytes below absolute `paths` that a backup with these rules would hold, in a thread of its own.
 * Rejects with `cancelled` when the signal is aborted, `invalid-input` for malformed rules.
 */
export async function scanSize(
  paths: readonly (string | Uint8Array)[],
  select: SelectOptions,
  options: ScanOptions = {},
): Promise<ScanOutput> {
  const absolute = paths.map((path) => (typeof path === 'string' ? fromText(resolve(path)) : fromBytes(path)));
  return scanPaths(absolute, await loadSelect(select), options);
}

/** {@link scanSize} for rules that are loaded. */
export async function scanPaths(
  paths: readonly ByteString[],
  select: SelectRules,
  { oneFileSystem = false, signal, onProgress }: ScanOptions,
): Promise<ScanOutput> {
  await using pool = new WorkerPool({ size: 1 });
  const timer = setInterval(() => {
    onProgress?.({ files: pool.control.total('filesTotal'), bytes: pool.control.total('bytesTotal') });
  }, pollMilliseconds);
  try {
    return await pool.run('scan', { paths, select, oneFileSystem }, signal === undefined ? {} : { signal });
  } finally {
    clearInterval(timer);
  }
}
