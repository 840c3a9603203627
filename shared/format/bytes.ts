/** How the system counts: macOS and Linux desktops in thousands, Windows in 1,024. Both write KB, MB, GB. */
export type ByteUnits = 'decimal' | 'binary';

const names = ['bytes', 'KB', 'MB', 'GB', 'TB', 'PB', 'EB'] as const;

/** The units people see in the file manager of `platform` (a value of Node's `process.platform`). */
export function byteUnits(platform: string): ByteUnits {
  return platform === 'win32' ? 'binary' : 'decimal';
}

/** A size with at most three digits that matter: `0 bytes`, `812 bytes`, `31 KB`, `1.4 MB`, `184 GB`. */
export function formatBytes(bytes: number, units: ByteUnits = 'decimal', locale = 'en'): string {
  const base = units === 'binary' ? 1024 : 1000;
  let value = Math.max(0, bytes);
  let unit = 0;
  while (unit < names.length - 1 && Math.round(value) >= base) {
    value /= base;
    unit += 1;
  }
  if (unit === 0) return value === 1 ? '1 byte' : `${Math.round(value)} bytes`;
  const digits = value < 9.95 && unit > 1 ? 1 : 0;
  const text = new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(value);
  return `${text} ${names[unit]}`;
}

/** A speed: `120 MB/s`. */
export function formatRate(bytesPerSecond: number, units: ByteUnits = 'decimal', locale = 'en'): string {
  return `${formatBytes(bytesPerSecond, units, locale)}/s`;
}
