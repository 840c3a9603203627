import { dayNumber } from '../../../shared/format/time.ts';

/**
 * Where moments lie on the tide line, between 0 (the oldest version) and 1 (now). Half of the place is the time, half
 * the rank, so that hourly versions of today and monthly ones of last year can both be seen and hit.
 */
export interface TideScale {
  /** Place of each version, in order. */
  readonly places: readonly number[];
  /** Place of any time in milliseconds. */
  readonly placeOf: (time: number) => number;
}

export function tideScale(times: readonly number[], now: number): TideScale {
  const count = times.length;
  const first = times[0] ?? now;
  const span = Math.max(1, now - first);
  const places = times.map((time, index) => {
    const byTime = Math.min(1, Math.max(0, (time - first) / span));
    const byRank = (index + 0.5) / count;
    return 0.02 + 0.94 * (0.5 * byTime + 0.5 * byRank);
  });
  const placeOf = (time: number): number => {
    const after = times.findIndex((other) => other >= time);
    if (after === 0) return places[0] ?? 0;
    const beforeIndex = after === -1 ? count - 1 : after - 1;
    const before = { time: times[beforeIndex] ?? first, place: places[beforeIndex] ?? 0 };
    const next = after === -1 ? { time: now, place: 1 } : { time: times[after] ?? now, place: places[after] ?? 1 };
    const share = next.time === before.time ? 0 : (time - before.time) / (next.time - before.time);
    return before.place + Math.min(1, Math.max(0, share)) * (next.place - before.place);
  };
  return { places, placeOf };
}

/** The version nearest to a place; -1 if there is none. */
export function nearestVersion(scale: TideScale, place: number): number {
  let best = -1;
  scale.places.forEach((other, index) => {
    if (best === -1 || Math.abs(other - place) < Math.abs((scale.places[best] ?? 0) - place)) best = index;
  });
  return best;
}

/** How much each version changed, between 0 and 1 on a softened logarithmic scale; unknown counts as little. */
export function changeLevels(bytes: readonly (number | null)[]): readonly number[] {
  const most = Math.max(1, ...bytes.map((value) => value ?? 0));
  return bytes.map((value) =>
    value === null || value <= 0 ? 0.06 : Math.max(0.06, (Math.log1p(value) / Math.log1p(most)) ** 2),
  );
}

/** The water: a smooth outline of how dense the change was, as an SVG path over `width` by `height`. */
export function waterPath(scale: TideScale, levels: readonly number[], width: number, height: number): string {
  const samples = 160;
  const reach = 0.022;
  const values = Array.from({ length: samples + 1 }, (_, sample) => {
    const at = sample / samples;
    return scale.places.reduce((sum, place, index) => {
      const distance = (place - at) / reach;
      return Math.abs(distance) > 3 ? sum : sum + (levels[index] ?? 0) * Math.exp(-distance * distance);
    }, 0);
  });
  const most = Math.max(...values, 1e-9);
  const points = values.map((value, sample) => {
    const x = (sample / samples) * width;
    const y = height - (value / most) * height * 0.92;
    return `${x.toFixed(1)} ${y.toFixed(1)}`;
  });
  return `M0 ${height}L${points.join('L')}L${width} ${height}Z`;
}

export interface Tick {
  readonly place: number;
  readonly label: string;
}

/** Dates below the line, none closer to the next than `gap` (a share of the line); newest first served. */
export function tideTicks(
  times: readonly number[],
  scale: TideScale,
  now: number,
  gap: number,
  locale = 'en-GB',
): readonly Tick[] {
  const first = times[0];
  if (first === undefined) return [];
  const days = dayNumber(now) - dayNumber(first);
  const style: Intl.DateTimeFormatOptions =
    days > 400
      ? { month: 'short', year: 'numeric' }
      : days > 70
        ? { month: 'long' }
        : { day: 'numeric', month: 'short' };
  const format = new Intl.DateTimeFormat(locale, days === 0 ? { hour: '2-digit', minute: '2-digit' } : style);
  const ticks: Tick[] = [];
  let limit = 1 - gap * 0.8;
  for (let index = times.length - 1; index >= 0; index -= 1) {
    const label = format.format(new Date(times[index] ?? 0));
    const previous = index === 0 ? undefined : format.format(new Date(times[index - 1] ?? 0));
    const place = scale.places[index] ?? 0;
    if (label === previous || place > limit) continue;
    ticks.push({ place, label });
    limit = place - gap;
  }
  return ticks.reverse();
}
