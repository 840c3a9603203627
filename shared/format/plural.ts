/** A number with the grouping of the locale: `12,480`. */
export function formatCount(value: number, locale = 'en'): string {
  return new Intl.NumberFormat(locale, { maximumFractionDigits: 0 }).format(value);
}

/** A number with its noun in the right form: `1 file`, `12 files`. `many` is `one` + s unless given. */
export function plural(value: number, one: string, many = `${one}s`, locale = 'en'): string {
  return `${formatCount(value, locale)} ${value === 1 ? one : many}`;
}

/** Names as a person lists them: `Documents`, `Documents and Desktop`, `Documents, Desktop and 2 more`. */
export function listNames(names: readonly string[], most = 4): string {
  if (names.length <= 1) return names[0] ?? '';
  if (names.length <= most) return `${names.slice(0, -1).join(', ')} and ${names[names.length - 1] ?? ''}`;
  return `${names.slice(0, most - 1).join(', ')} and ${names.length - most + 1} more`;
}

/** A share of a whole between 0 and 1, as `42%`; never `100%` before it is all. */
export function formatShare(part: number, whole: number, locale = 'en'): string {
  if (whole <= 0) return formatShare(0, 1, locale);
  const share = part >= whole ? 1 : Math.min(0.99, Math.max(0, part / whole));
  return new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 0 }).format(share);
}
