import { AppError } from '../../shared/errors.ts';
import { parseDuration } from '../engine/retention/duration.ts';
import { unlimited } from '../engine/retention/policy.ts';
import type { RetentionPolicy } from '../engine/retention/policy.ts';
import type { OptionTable, OptionValues } from './options.ts';
import { parseTagLists } from './snapshot-filter.ts';
import { parseCount } from './sizes.ts';

function count(short: string, what: string) {
  return { kind: 'text', short, value: 'n', help: `keep the newest n ${what} (or unlimited)` } as const;
}

function within(what: string) {
  return { kind: 'text', value: 'duration', help: `keep ${what} newer than this (like 1y5m7d2h) relative to the newest` } as const;
}

/** The options that say what to keep. */
export const keepOptions = {
  'keep-last': count('l', 'snapshots'),
  'keep-hourly': count('H', 'hourly snapshots'),
  'keep-daily': count('d', 'daily snapshots'),
  'keep-weekly': count('w', 'weekly snapshots'),
  'keep-monthly': count('m', 'monthly snapshots'),
  'keep-yearly': count('y', 'yearly snapshots'),
  'keep-within': within('snapshots'),
  'keep-within-hourly': within('hourly snapshots'),
  'keep-within-daily': within('daily snapshots'),
  'keep-within-weekly': within('weekly snapshots'),
  'keep-within-monthly': within('monthly snapshots'),
  'keep-within-yearly': within('yearly snapshots'),
  'keep-tag': { kind: 'list', value: 'tag[,tag...]', help: 'keep snapshots with all of these tags' },
} as const satisfies OptionTable;

/** The policy of the options; a negative count is an error, as in restic. */
export function policyOf(values: OptionValues<typeof keepOptions>): RetentionPolicy {
  const number = (name: keyof OptionValues<typeof keepOptions>): number | undefined => {
    const text = values[name];
    if (typeof text !== 'string') return undefined;
    if (text === 'unlimited' || text === '-1') return unlimited;
    return parseCount(text, `--${name}`, 0);
  };
  const duration = (name: keyof OptionValues<typeof keepOptions>) => {
    const text = values[name];
    if (typeof text !== 'string') return undefined;
    try {
      return parseDuration(text);
    } catch (error) {
      if (error instanceof AppError) throw new AppError(error.code, `--${name}: ${error.message}`, { hint: error.hint });
      throw error;
    }
  };
  return {
    last: number('keep-last'),
    hourly: number('keep-hourly'),
    daily: number('keep-daily'),
    weekly: number('keep-weekly'),
    monthly: number('keep-monthly'),
    yearly: number('keep-yearly'),
    within: duration('keep-within'),
    withinHourly: duration('keep-within-hourly'),
    withinDaily: duration('keep-within-daily'),
    withinWeekly: duration('keep-within-weekly'),
    withinMonthly: duration('keep-within-monthly'),
    withinYearly: duration('keep-within-yearly'),
    tags: parseTagLists(values['keep-tag']),
  };
}
