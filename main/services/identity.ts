import os from 'node:os';

/** Who backs up, as versions and key files record it. */
export interface Identity {
  readonly hostname: string;
  readonly username: string;
}

/** The user of this process; a number where the system has no name for it. */
export function currentIdentity(): Identity {
  let username: string;
  try {
    username = os.userInfo().username;
  } catch {
    username = String(process.getuid?.() ?? '');
  }
  return { hostname: os.hostname(), username };
}
