/** Facts beside a log line: never secrets; paths only where a person needs them to act. */
export type LogFacts = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** Where the application writes what happened. Never throws; lines may be lost when the disk is full. */
export interface Logger {
  debug(message: string, facts?: LogFacts): void;
  info(message: string, facts?: LogFacts): void;
  warn(message: string, facts?: LogFacts): void;
  error(message: string, facts?: LogFacts): void;
}
