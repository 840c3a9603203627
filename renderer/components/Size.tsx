import { formatBytes } from '../../shared/format/bytes.ts';
import { formatAge, formatExact, formatMoment } from '../../shared/format/time.ts';
import { useByteUnits } from '../lib/units.ts';

export function Size({ bytes }: { readonly bytes: number }) {
  return <span className="figures">{formatBytes(bytes, useByteUnits())}</span>;
}

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
