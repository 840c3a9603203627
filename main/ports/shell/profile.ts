import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import type { AppPaths } from '../app.ts';

export interface ProfileEnvironment {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
}

const present: ProfileEnvironment = { platform: process.platform, env: process.env, home: homedir() };

/**
 * Where this user's Tidemark keeps its files: both shells use the same places, by the custom of each system. A profile
 * (an argument, or TIDEMARK_PROFILE) puts all of them into one folder.
 */
export function profilePaths(profile?: string, { platform, env, home }: ProfileEnvironment = present): AppPaths {
  const chosen = profile ?? env['TIDEMARK_PROFILE'];
  if (chosen !== undefined && chosen !== '') {
    const root = resolve(chosen);
    return { data: join(root, 'data'), cache: join(root, 'cache'), logs: join(root, 'logs'), home };
  }
  if (platform === 'win32') {
    const root = join(absolute(env['LOCALAPPDATA']) ?? join(home, 'AppData', 'Local'), 'Tidemark');
    return { data: join(root, 'data'), cache: join(root, 'cache'), logs: join(root, 'logs'), home };
  }
  if (platform === 'darwin') {
    const library = join(home, 'Library');
    return {
      data: join(library, 'Application Support', 'Tidemark'),
      cache: join(library, 'Caches', 'Tidemark'),
      logs: join(library, 'Logs', 'Tidemark'),
      home,
    };
  }
  return {
    data: join(absolute(env['XDG_DATA_HOME']) ?? join(home, '.local', 'share'), 'tidemark'),
    cache: join(absolute(env['XDG_CACHE_HOME']) ?? join(home, '.cache'), 'tidemark'),
    logs: join(absolute(env['XDG_STATE_HOME']) ?? join(home, '.local', 'state'), 'tidemark', 'logs'),
    home,
  };
}

/** Makes the folders, for the user alone. */
export function prepareProfile({ data, cache, logs }: AppPaths): void {
  for (const folder of [data, cache, logs]) mkdirSync(folder, { recursive: true, mode: 0o700 });
}

/** The XDG rule: a relative value counts as none. */
function absolute(path: string | undefined): string | undefined {
  return path !== undefined && isAbsolute(path) ? path : undefined;
}
