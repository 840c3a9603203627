import { formatAge, formatExact, formatMoment } from '../../shared/format/time.ts';

/** A moment as people say it; exact on hover. */
export function When({
  instant,
  now,
  age = false,
}: {
  readonly instant: string;
  readonly now: number;
  readonly age?: boolean;
}) {
  return (
    <time className="figures" dateTime={instant} title={formatExact(instant)}>
      {age ? formatAge(instant, now) : formatMoment(instant, now)}
    </time>
  );
}
