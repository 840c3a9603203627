import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/**
 * Takes the profile for this process; null while another process has it. The system itself gives the lock back when
 * the process ends in whatever way, so there is no stale lock to judge: it is SQLite's lock on an empty file.
 */
export function lockProfile(dataFolder: string): Disposable | null {
  const path = join(dataFolder, 'instance.lock');
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    chmodSync(path, 0o600);
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (isBusy(error)) return null;
    throw error;
  }
  return { [Symbol.dispose]: () => database.close() };
}

/** SQLITE_BUSY, with or without an extended part. */
function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === 5;
}
