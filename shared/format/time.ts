/** Where and how times are written. The zone is the system's unless given. */
export interface TimeStyle {
  readonly locale?: string;
  readonly timeZone?: string;
}

const dayLength = 86_400_000;

/**
 * A moment as people say it, relative to `now` (milliseconds): `today 14:32`, `yesterday 09:12`, `Tuesday 09:12`
 * within the last six days, `3 March 09:12` within the year, else `3 March 2025`.
 */
export function formatMoment(instant: string | number, now: number, style: TimeStyle = {}): string {
  const date = new Date(instant);
  if (Number.isNaN(date.getTime())) return '';
  const days = dayNumber(now, style) - dayNumber(date.getTime(), style);
  const clock = formatClock(date, style);
  if (days === 0) return `today ${clock}`;
  if (days === 1) return `yesterday ${clock}`;
  if (days === -1) return `tomorrow ${clock}`;
  if (days > 1 && days < 7) return `${part(date, { weekday: 'long' }, style)} ${clock}`;
  if (year(date, style) === year(new Date(now), style)) {
    return `${part(date, { day: 'numeric', month: 'long' }, style)} ${clock}`;
  }
  return part(date, { day: 'numeric', month: 'long', year: 'numeric' }, style);
}

/** The day alone: `Today`, `Yesterday`, `Tuesday 3 March`, `3 March 2025`. */
export function formatDay(instant: string | number, now: number, style: TimeStyle = {}): string {
  const date = new Date(instant);
  if (Number.isNaN(date.getTime())) return '';
  const days = dayNumber(now, style) - dayNumber(date.getTime(), style);
  if (days === 0) return 'Today';
  if (days === 1) return 'Yesterday';
  if (year(date, style) !== year(new Date(now), style)) {
    return part(date, { day: 'numeric', month: 'long', year: 'numeric' }, style);
  }
  return plainDay(date, style);
}

/** The heading of a version: `Tuesday 3 March, 09:12`, with the year where it is not this one. */
export function formatVersionTime(instant: string | number, now: number, style: TimeStyle = {}): string {
  const date = new Date(instant);
  if (Number.isNaN(date.getTime())) return '';
  const sameYear = year(date, style) === year(new Date(now), style);
  const years = sameYear ? '' : ` ${part(date, { year: 'numeric' }, style)}`;
  return `${plainDay(date, style)}${years}, ${formatClock(date, style)}`;
}

/** Everything, for a tooltip: `Tuesday 3 March 2026, 09:12:31`. */
export function formatExact(instant: string | number, style: TimeStyle = {}): string {
  const date = new Date(instant);
  if (Number.isNaN(date.getTime())) return '';
  const clock = part(date, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' }, style);
  return `${plainDay(date, style)} ${part(date, { year: 'numeric' }, style)}, ${clock}`;
}

/** How long ago: `just now`, `4 min ago`, `3 h ago`, `2 days ago`, `5 months ago`. Clock skew never says the future. */
export function formatAge(instant: string | number, now: number): string {
  const minutes = Math.floor((now - new Date(instant).getTime()) / 60_000);
  if (!(minutes >= 1)) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ago`;
  const days = Math.floor(hours / 24);
  if (days < 60) return days === 1 ? '1 day ago' : `${days} days ago`;
  if (days < 730) return `${Math.floor(days / 30.44)} months ago`;
  return `${Math.floor(days / 365.25)} years ago`;
}

/** The calendar day in the zone of `style` as a number that grows by one a day; for grouping and comparing. */
export function dayNumber(instant: number, style: TimeStyle = {}): number {
  if (style.timeZone === undefined) {
    const date = new Date(instant);
    return Math.round(Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / dayLength);
  }
  const fields = new Intl.DateTimeFormat('en-CA', {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    timeZone: style.timeZone,
  }).formatToParts(new Date(instant));
  const value = (type: string): number => Number(fields.find((field) => field.type === type)?.value ?? 0);
  return Math.round(Date.UTC(value('year'), value('month') - 1, value('day')) / dayLength);
}

function plainDay(date: Date, style: TimeStyle): string {
  return `${part(date, { weekday: 'long' }, style)} ${part(date, { day: 'numeric', month: 'long' }, style)}`;
}

function formatClock(date: Date, style: TimeStyle): string {
  return part(date, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }, style);
}

function year(date: Date, style: TimeStyle): string {
  return part(date, { year: 'numeric' }, style);
}

function part(date: Date, options: Intl.DateTimeFormatOptions, style: TimeStyle): string {
  const zone = style.timeZone === undefined ? {} : { timeZone: style.timeZone };
  return new Intl.DateTimeFormat(style.locale ?? 'en-GB', { ...options, ...zone }).format(date);
}
