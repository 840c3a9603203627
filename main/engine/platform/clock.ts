/** Wall clock time, injected so that tests decide it. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z, by the wall clock (so sleep of the machine counts). */
  now(): number;
}

/** The clock of the machine. */
export const systemClock: Clock = { now: () => Date.now() };

/** `milliseconds` since 1970 as RFC 3339 in UTC with millisecond precision, as key files and locks hold it. */
export function utcTimestamp(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

/** Milliseconds since 1970 of an RFC 3339 time (finer digits are dropped), or `undefined` when it is none. */
export function parseTimestamp(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text)) return undefined;
  const milliseconds = Date.parse(text);
  return Number.isNaN(milliseconds) ? undefined : milliseconds;
}
