import type { TidemarkHandlers } from '../../shared/contract/contract.ts';

/** Where the application keeps its own files; folders exist and belong to the user alone (0700). */
export interface AppPaths {
  /** Settings, plans, run history. */
  readonly data: string;
  /** What can be rebuilt. */
  readonly cache: string;
  readonly logs: string;
  /** The user's home folder, where proposals start. */
  readonly home: string;
}

/** What a shell drives: made by `createApp`, started once, stopped before the process ends. */
export interface App {
  readonly handlers: TidemarkHandlers;
  start(): Promise<void>;
  /** Stops running work at a consistent point, releases what is held in destinations, saves state. Idempotent. */
  stop(): Promise<void>;
  /** The token for a path that the system gave to the shell (a drop). The page gets the token, never sends a path. */
  tokenForPath(path: string): string;
  /** Starts a backup of every plan, as the tray's "Back up now" does. */
  backUpNow(): Promise<void>;
}
