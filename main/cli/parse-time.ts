import { AppError } from '../../shared/errors.ts';

const forms = [
  /^(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)$/,
  /^(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d)$/,
  /^(\d{4})-(\d\d)-(\d\d)$/,
];

/** Milliseconds of a time such as `2026-11-01 22:08:41`, `2026-11-01 22:08` or `2026-11-01` in local time, or RFC 3339. */
export function parseLocalTime(text: string, option: string): number {
  const match = forms.map((form) => form.exec(text)).find((found) => found !== null);
  if (match !== undefined) {
    const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number);
    const date = new Date(year, month - 1, day, hour, minute, second);
    if (date.getMonth() === month - 1 && date.getDate() === day && hour < 24 && minute < 60 && second < 60) return date.getTime();
  }
  const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(instant)) {
    throw new AppError('invalid-input', `${option}: ‘${text}’ is not a time.`, { hint: 'Write it like 2026-11-01 22:08:41.' });
  }
  return instant;
}
