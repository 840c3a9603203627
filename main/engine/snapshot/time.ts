import { AppError } from '../../../shared/errors.ts';
import type { ZoneOffset } from '../platform/time-zone.ts';

export { localZone, utcZone } from '../platform/time-zone.ts';
export type { ZoneOffset } from '../platform/time-zone.ts';

const billion = 1_000_000_000n;
const secondsPerDay = 86_400;
const rfc3339 = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(?:Z|([+-])(\d{2}):(\d{2}))$/;

/** A calendar date, month and day counted from 1, proleptic Gregorian. */
interface CivilDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/**
 * RFC 3339 text of an instant in nanoseconds since 1970, as Go prints it (fraction without trailing zeros, `Z` for
 * offset 0), in the zone given with the offset valid at that instant; years clamped to 0..9999. Source: format
 * section 10.3.
 */
export function formatTime(ns: bigint, zone: ZoneOffset): string {
  const whole = floorDivide(ns, billion);
  return formatParts(Number(whole), Number(ns - whole * billion), zone, dateText);
}

/** A formatter with caches for one run: same result as {@link formatTime}, faster for times close to each other. */
export function createTimeFormatter(zone: ZoneOffset): (ns: bigint) => string {
  const days = new Map<number, string>();
  let lastNs: bigint | undefined;
  let lastText = '';
  function cachedDate(day: number): string {
    let text = days.get(day);
    if (text === undefined) {
      if (days.size >= 8192) {
        days.clear();
      }
      text = dateText(day);
      days.set(day, text);
    }
    return text;
  }
  return (ns) => {
    if (ns !== lastNs) {
      lastNs = ns;
      const whole = floorDivide(ns, billion);
      lastText = formatParts(Number(whole), Number(ns - whole * billion), zone, cachedDate);
    }
    return lastText;
  };
}

/** The instant of RFC 3339 text in nanoseconds since 1970; throws AppError `damaged` when it is none. */
export function parseTime(text: string): bigint {
  const match = rfc3339.exec(text);
  if (match === null) {
    throw damagedTime(text);
  }
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number, number, number, number, number, number];
  const offset = match[8] === undefined ? 0 : offsetOf(match, text);
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month) || hour > 23 || minute > 59 || second > 59) {
    throw damagedTime(text);
  }
  const seconds = daysFromCivil({ year, month, day }) * secondsPerDay + hour * 3600 + minute * 60 + second - offset;
  return BigInt(seconds) * billion + BigInt((match[7] ?? '').slice(0, 9).padEnd(9, '0'));
}

/** The offset written in RFC 3339 text, in seconds east of UTC. */
export function zoneOffsetOf(text: string): number {
  const match = rfc3339.exec(text);
  if (match === null) {
    throw damagedTime(text);
  }
  return match[8] === undefined ? 0 : offsetOf(match, text);
}

/** Whether two time texts mean the same instant; text that is no time equals only itself. */
export function sameInstant(a: string, b: string): boolean {
  if (a === b) {
    return true;
  }
  return rfc3339.test(a) && rfc3339.test(b) && parseTime(a) === parseTime(b);
}

/** Days since 1970-01-01 of a date; month may exceed 1..12 and day the month (both overflow forward or back). */
export function daysFromCivil(date: CivilDate): number {
  const monthIndex = date.month - 1;
  const year = date.year + Math.floor(monthIndex / 12);
  const month = monthIndex - Math.floor(monthIndex / 12) * 12 + 1;
  // Years start in March here, so that the leap day is the last day of one.
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + date.day - 1;
  const leapDays = Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100);
  return era * 146_097 + yearOfEra * 365 + leapDays + dayOfYear - 719_468;
}

/** The date of a number of days since 1970-01-01. */
export function civilFromDays(days: number): CivilDate {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthIndex = Math.floor((5 * dayOfYear + 2) / 153);
  const month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * monthIndex + 2) / 5) + 1,
  };
}

function formatParts(seconds: number, nanos: number, zone: ZoneOffset, date: (day: number) => string): string {
  let offset = zone(seconds);
  let local = seconds + offset;
  let day = Math.floor(local / secondsPerDay);
  // Days outside years 0..9999.
  if (day < -719_528 || day > 2_932_896) {
    const clamped = clampYear(day);
    const time = local - day * secondsPerDay;
    offset = zone(clamped * secondsPerDay + time - offset);
    local = clamped * secondsPerDay + time;
    day = clamped;
  }
  const time = local - day * secondsPerDay;
  const hour = Math.floor(time / 3600);
  const minute = Math.floor(time / 60) % 60;
  const fraction = nanos === 0 ? '' : `.${String(nanos).padStart(9, '0').replace(/0+$/, '')}`;
  return `${date(day)}T${two(hour)}:${two(minute)}:${two(time % 60)}${fraction}${zoneText(offset)}`;
}

/** The same month and day in year 0 or 9999. */
function clampYear(day: number): number {
  const { year, month, day: dayOfMonth } = civilFromDays(day);
  return daysFromCivil({ year: year < 0 ? 0 : 9999, month, day: dayOfMonth });
}

function dateText(day: number): string {
  const { year, month, day: dayOfMonth } = civilFromDays(day);
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(dayOfMonth)}`;
}

function zoneText(offset: number): string {
  const minutes = Math.trunc(offset / 60);
  if (offset === 0) {
    return 'Z';
  }
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

function offsetOf(match: RegExpExecArray, text: string): number {
  const [hours, minutes] = [Number(match[9]), Number(match[10])];
  if (hours > 23 || minutes > 59) {
    throw damagedTime(text);
  }
  return (match[8] === '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
}

function daysInMonth(year: number, month: number): number {
  return daysFromCivil({ year, month: month + 1, day: 1 }) - daysFromCivil({ year, month, day: 1 });
}

function two(value: number): string {
  return value < 10 ? `0${value}` : `${value}`;
}

function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b < 0n ? quotient - 1n : quotient;
}

function damagedTime(text: string): AppError {
  return new AppError('damaged', 'A time in the repository is not valid.', { context: { time: text.slice(0, 64) } });
}
