import { parseTimestamp, utcTimestamp } from '../platform/clock.ts';
import type { ProcessIdentity } from '../platform/process-identity.ts';
import { parseObject, textOf } from './json.ts';

/** What a lock file says (format section 13). */
export interface LockInfo {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly exclusive: boolean;
  readonly hostname: string;
  readonly username: string;
  readonly pid: number;
}

/** A lock of another client is dead after this, unless it was refreshed. */
export const staleAfter = 30 * 60 * 1000;

/** The JSON of a lock. */
export function encodeLock(time: number, exclusive: boolean, who: ProcessIdentity): Buffer {
  const { hostname, username, pid, uid, gid } = who;
  const numbers = { ...(uid === 0 ? {} : { uid }), ...(gid === 0 ? {} : { gid }) };
  return Buffer.from(JSON.stringify({ time: utcTimestamp(time), exclusive, hostname, username, pid, ...numbers }));
}

/** The lock in such JSON, or `undefined` when it holds none. */
export function decodeLock(json: Uint8Array): LockInfo | undefined {
  const value = parseObject(json);
  if (value === undefined) return undefined;
  const { time: timeText, exclusive, pid } = value;
  const time = typeof timeText === 'string' ? parseTimestamp(timeText) : undefined;
  if (time === undefined || typeof exclusive !== 'boolean') return undefined;
  if (typeof pid !== 'number' || !Number.isSafeInteger(pid)) return undefined;
  return {
    time,
    exclusive,
    hostname: textOf(value['hostname']),
    username: textOf(value['username']),
    pid,
  };
}

/** Whether nobody holds the lock any more: its process is gone from this machine, or it is older than 30 minutes. */
export function isStale(
  lock: LockInfo,
  now: number,
  who: ProcessIdentity,
  exists: (pid: number) => boolean,
): boolean {
  if (now - lock.time > staleAfter) return true;
  return lock.hostname === who.hostname && lock.pid > 0 && !exists(lock.pid);
}
