import { AppError } from '../../shared/errors.ts';
import type { MaxUnused } from '../engine/maintenance/prune-types.ts';
import type { ReadData } from '../engine/maintenance/check-report.ts';

const units: Readonly<Record<string, number>> = { '': 1, b: 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 };

/** Bytes of a size with restic's suffixes (b, k, m, g, t in either case, powers of 1024). */
export function parseSize(text: string, option: string): number {
  const match = /^(\d+)([bkmgt]?)$/i.exec(text.trim());
  const bytes = Number(match?.[1]) * (units[match?.[2]?.toLowerCase() ?? ''] ?? Number.NaN);
  if (!Number.isSafeInteger(bytes)) {
    throw new AppError('invalid-input', `${option}: ‘${text}’ is not a size.`, {
      hint: 'Write a whole number with k, m, g or t behind it, for example 500m.',
    });
  }
  return bytes;
}

/** A percentage such as `5%` or `2.5%`, or undefined when the text does not end in %. */
function parsePercent(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)%$/.exec(text.trim());
  return match === null ? undefined : Number(match[1]);
}

export function parseMaxUnused(text: string): MaxUnused {
  if (text.trim() === 'unlimited') return { kind: 'unlimited' };
  const percent = parsePercent(text);
  if (percent === undefined) return { kind: 'bytes', bytes: parseSize(text, '--max-unused') };
  if (percent >= 100) {
    throw new AppError('invalid-input', '--max-unused: the percentage must be below 100.', {
      hint: 'Use ‘unlimited’ to keep any amount of unused data.',
    });
  }
  return { kind: 'percent', percent };
}

export function parseReadDataSubset(text: string): ReadData {
  const part = /^(\d+)\/(\d+)$/.exec(text.trim());
  if (part !== null) {
    const [n, of] = [Number(part[1]), Number(part[2])];
    if (n < 1 || of < 1 || n > of || of > 256) {
      throw new AppError('invalid-input', `--read-data-subset: there is no part ${text}.`, {
        hint: 'Write n/t with 1 <= n <= t <= 256.',
      });
    }
    return { kind: 'part', part: n, of };
  }
  const percent = parsePercent(text);
  if (percent !== undefined) {
    if (percent <= 0 || percent > 100) {
      throw new AppError('invalid-input', '--read-data-subset: the percentage must be above 0 and at most 100.');
    }
    return { kind: 'percent', percent };
  }
  const bytes = parseSize(text, '--read-data-subset');
  if (bytes === 0) throw new AppError('invalid-input', '--read-data-subset: the size must not be 0.');
  return { kind: 'bytes', bytes };
}

/** Milliseconds of a duration as Go writes it: `90s`, `5m`, `1h30m`. */
export function parseGoDuration(text: string, option: string): number {
  const milliseconds: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
  if (text !== '0' && (parts.length === 0 || parts.map(([all]) => all).join('') !== text)) {
    throw new AppError('invalid-input', `${option}: ‘${text}’ is not a duration.`, {
      hint: 'Write it like 90s, 5m or 1h30m.',
    });
  }
  return parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (milliseconds[unit ?? ''] ?? 0), 0);
}

/** A whole number within bounds. */
export function parseCount(text: string, option: string, minimum: number, maximum = Number.MAX_SAFE_INTEGER): number {
  const value = /^-?\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (!(value >= minimum && value <= maximum)) {
    const range = maximum === Number.MAX_SAFE_INTEGER ? `of at least ${minimum}` : `from ${minimum} to ${maximum}`;
    throw new AppError('invalid-input', `${option}: ‘${text}’ is not a whole number ${range}.`);
  }
  return value;
}

const binaryUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** A size the way restic prints it: `812 B`, `1.234 KiB`, `4.000 GiB`. */
export function showBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < binaryUnits.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return unit === 0 ? `${bytes} B` : `${value.toFixed(3)} ${binaryUnits[unit]}`;
}

/** Elapsed seconds as a clock: `0:04`, `12:30`, `1:02:03`. */
export function showClock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  const tail = `${String(minutes).padStart(hours > 0 ? 2 : 1, '0')}:${String(rest).padStart(2, '0')}`;
  return hours > 0 ? `${hours}:${tail}` : tail;
}
