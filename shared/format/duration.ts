const minute = 60;
const hour = 3_600;
const day = 86_400;

/** A span of seconds as a person says it: `a few seconds`, `40 seconds`, `35 minutes`, `2 h 40 min`, `3 days`. */
export function formatDuration(seconds: number): string {
  const { text, unit } = parts(seconds);
  return `${text}${unit}`;
}

/** A range of seconds, with the unit once where both ends share it: `30–40 minutes`, `50 minutes to 1 h 20 min`. */
export function formatDurationRange([low, high]: readonly [number, number]): string {
  const from = parts(low);
  const to = parts(Math.max(low, high));
  if (from.text === to.text && from.unit === to.unit) return `${to.text}${to.unit}`;
  if (from.text === fewSeconds) return `up to ${to.text}${to.unit}`;
  if (from.unit !== '' && from.unit.replace(/s$/, '') === to.unit.replace(/s$/, '')) {
    return `${from.text}–${to.text}${to.unit}`;
  }
  return `${from.text}${from.unit} to ${to.text}${to.unit}`;
}

/** A short exact span for records: `0.4 s`, `12 s`, `3 min 5 s`, `2 h 40 min`. */
export function formatElapsed(milliseconds: number): string {
  const seconds = Math.max(0, milliseconds) / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < minute) return `${whole} s`;
  if (whole < hour) return join(Math.floor(whole / minute), 'min', whole % minute, 's');
  return join(Math.floor(whole / hour), 'h', Math.floor((whole % hour) / minute), 'min');
}

const fewSeconds = 'a few seconds';

function parts(seconds: number): { readonly text: string; readonly unit: string } {
  if (seconds < 8) return { text: fewSeconds, unit: '' };
  if (seconds < 90) return { text: `${step(seconds, 5)}`, unit: ' seconds' };
  const minutes = seconds / minute;
  if (minutes < 90) return counted(minutes < 15 ? Math.round(minutes) : step(minutes, 5), 'minute');
  const hours = seconds / hour;
  if (hours < 10) {
    const rounded = step(minutes, 10);
    return { text: join(Math.floor(rounded / 60), 'h', rounded % 60, 'min'), unit: '' };
  }
  if (hours < 36) return counted(Math.round(hours), 'hour');
  return counted(Math.round(seconds / day), 'day');
}

function counted(value: number, noun: string): { readonly text: string; readonly unit: string } {
  return { text: `${value}`, unit: value === 1 ? ` ${noun}` : ` ${noun}s` };
}

function step(value: number, size: number): number {
  return Math.max(size, Math.round(value / size) * size);
}

function join(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}
