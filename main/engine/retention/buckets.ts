import { civilFromDays, daysFromCivil, parseTime, zoneOffsetOf } from '../snapshot/time.ts';

/** The rules that keep one snapshot per span of time. */
export type BucketRule = 'last' | 'hourly' | 'daily' | 'weekly' | 'monthly' | 'yearly';

/** The number of a snapshot's span for each rule, in the offset its time is written with; equal = same span. */
export type Buckets = Readonly<Record<BucketRule, number>>;

const nanosecondsPerHour = 3_600_000_000_000n;

/** The spans of a time (RFC 3339 text); `index` is the snapshot's place, newest first. Source: format section 16. */
export function bucketsOf(time: string, index: number): Buckets {
  const local = parseTime(time) + BigInt(zoneOffsetOf(time)) * 1_000_000_000n;
  // Rounded down, also before 1970.
  const hours = Number((local < 0n ? local - nanosecondsPerHour + 1n : local) / nanosecondsPerHour);
  const days = Math.floor(hours / 24);
  const { year, month, day } = civilFromDays(days);
  const monthly = year * 100 + month;
  const daily = monthly * 100 + day;
  return {
    last: index,
    hourly: daily * 100 + (hours - days * 24),
    daily,
    weekly: isoWeek(days),
    monthly,
    yearly: year,
  };
}

/** ISO year * 100 + week of a day since 1970: the week belongs to the year that has its Thursday. */
function isoWeek(days: number): number {
  const weekday = (((days + 3) % 7) + 7) % 7;
  const thursday = days - weekday + 3;
  const { year } = civilFromDays(thursday);
  return year * 100 + Math.floor((thursday - daysFromCivil({ year, month: 1, day: 1 })) / 7) + 1;
}
