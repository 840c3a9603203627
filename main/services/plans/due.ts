/** What deciding about the next backup needs; times in milliseconds since 1970. */
export interface DueFacts {
  readonly now: number;
  readonly everyHours: number;
  readonly deadlineHours: number;
  readonly lastStarted: number | null;
  /** Failures in a row since the last success. */
  readonly failures: number;
}

const hour = 3_600_000;
const firstRetry = 5 * 60_000;

/**
 * Whether a backup is due: the interval (never longer than the deadline) has passed since the last one began; after
 * failures it waits longer each time, up to the interval. A clock set back counts as due.
 */
export function isDue(facts: DueFacts): boolean {
  if (facts.everyHours === 0) return false;
  if (facts.lastStarted === null || facts.lastStarted > facts.now) return true;
  const interval = Math.min(facts.everyHours, facts.deadlineHours) * hour;
  const wait = facts.failures === 0 ? interval : Math.min(interval, firstRetry * 2 ** (facts.failures - 1));
  return facts.now - facts.lastStarted >= wait;
}
