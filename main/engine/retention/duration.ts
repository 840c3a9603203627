import { AppError } from '../../../shared/errors.ts';
import { civilFromDays, daysFromCivil, parseTime, zoneOffsetOf } from '../snapshot/time.ts';

/** A calendar span as in `1y5m7d2h`; all parts are whole and not negative. */
export interface Duration {
  readonly years: number;
  readonly months: number;
  readonly days: number;
  readonly hours: number;
}

const part = /(\d{1,9})([ymdh])/g;
const billion = 1_000_000_000n;
const secondsPerDay = 86_400;
const units = { y: 'years', m: 'months', d: 'days', h: 'hours' } as const;

/** Reads `1y5m7d2h` (any subset, any order, each unit at most once); throws `invalid-input` otherwise. */
export function parseDuration(text: string): Duration {
  const duration = { years: 0, months: 0, days: 0, hours: 0 };
  const parts = Array.from(text.matchAll(part));
  const seen = new Set(parts.map((match) => match[2]));
  if (parts.length === 0 || seen.size < parts.length || parts.map((match) => match[0]).join('') !== text) {
    throw new AppError('invalid-input', `"${text.slice(0, 64)}" is not a duration.`, {
      hint: 'Write years, months, days and hours like 1y5m7d2h.',
    });
  }
  for (const match of parts) {
    duration[units[match[2] as keyof typeof units]] = Number(match[1]);
  }
  return duration;
}

/** The inverse of {@link parseDuration}; `0h` for none. */
export function formatDuration(duration: Duration): string {
  const used = Object.entries(units).filter(([, field]) => duration[field] !== 0);
  return used.map(([unit, field]) => `${duration[field]}${unit}`).join('') || '0h';
}

/** Whether a duration is empty. */
export function isZero(duration: Duration): boolean {
  return duration.years === 0 && duration.months === 0 && duration.days === 0 && duration.hours === 0;
}

/**
 * The instant (nanoseconds since 1970) one duration before a time given as RFC 3339 text: years, months and days are
 * taken off the calendar date in the time's own offset, what overflows is carried forward (31 March minus a month is 3
 * March), then the hours. Source: format section 16.
 */
export function before(time: string, duration: Duration): bigint {
  const offset = BigInt(zoneOffsetOf(time));
  const local = parseTime(time) + offset * billion;
  const dayLength = BigInt(secondsPerDay) * billion;
  const sinceMidnight = ((local % dayLength) + dayLength) % dayLength;
  const { year, month, day } = civilFromDays(Number((local - sinceMidnight) / dayLength));
  const days = daysFromCivil({
    year: year - duration.years, month: month - duration.months, day: day - duration.days,
  });
  const hours = BigInt(duration.hours) * 3600n * billion;
  return BigInt(days) * dayLength + sinceMidnight - offset * billion - hours;
}
