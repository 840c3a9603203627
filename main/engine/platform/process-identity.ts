import { hostname, userInfo } from 'node:os';

/** Who runs this process, as locks and key files record it. */
export interface ProcessIdentity {
  readonly hostname: string;
  readonly username: string;
  readonly pid: number;
  /** 0 where the system has no user numbers. */
  readonly uid: number;
  readonly gid: number;
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A user number without an entry in the user database, as in containers.
    return '';
  }
}

/** The identity of this process. */
export function systemIdentity(): ProcessIdentity {
  return {
    hostname: hostname(),
    username: userName(),
    pid: process.pid,
    uid: process.getuid?.() ?? 0,
    gid: process.getgid?.() ?? 0,
  };
}

/** Whether a process with that number exists on this machine (it may belong to anybody). */
export function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}
