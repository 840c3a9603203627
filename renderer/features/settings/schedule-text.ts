import type { Option } from '../../components/Field.tsx';

/** Hours as a person says them: `6 hours`, `a day`, `3 days`, `a week`. */
export function hoursText(hours: number): string {
  if (hours === 1) return 'an hour';
  if (hours === 24) return 'a day';
  if (hours === 168) return 'a week';
  return hours % 24 === 0 ? `${hours / 24} days` : `${hours} hours`;
}

export function everyOptions(present: number): readonly Option[] {
  return withPresent([0, 1, 2, 4, 8, 12, 24, 168], present).map((hours) => ({
    value: String(hours),
    label:
      hours === 0
        ? 'Only when I ask'
        : hours === 1
          ? 'Every hour'
          : hours === 24
            ? 'Every day'
            : hours === 168
              ? 'Every week'
              : `Every ${hoursText(hours)}`,
  }));
}

export function deadlineOptions(present: number): readonly Option[] {
  return withPresent([6, 12, 24, 48, 72, 168, 336], present).map((hours) => ({
    value: String(hours),
    label: hoursText(hours),
  }));
}

function withPresent(hours: readonly number[], present: number): readonly number[] {
  return hours.includes(present) ? hours : [...hours, present].sort((a, b) => a - b);
}
