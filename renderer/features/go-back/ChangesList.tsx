import { Plus, RefreshCcwDot, Repeat, SlidersHorizontal, Trash2 } from 'lucide-react';
import { useState } from 'react';
import type { Change } from '../../../shared/contract/versions.ts';
import { formatBytes } from '../../../shared/format/bytes.ts';
import { formatCount, plural } from '../../../shared/format/plural.ts';
import { useClient } from '../../app/context.ts';
import { Choices } from '../../components/Choices.tsx';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { Skeleton } from '../../components/Skeleton.tsx';
import { useByteUnits } from '../../lib/units.ts';
import { useLoaded } from '../../lib/use-loaded.ts';

const kinds = {
  added: { icon: Plus, word: 'added', tone: 'only-now' },
  removed: { icon: Trash2, word: 'deleted', tone: 'only-past' },
  changed: { icon: RefreshCcwDot, word: 'changed', tone: 'changed' },
  metadata: { icon: SlidersHorizontal, word: 'rights or times', tone: 'changed' },
  type: { icon: Repeat, word: 'became something else', tone: 'changed' },
} as const;

export interface ChangesListProps {
  readonly planId: string;
  readonly versionId: string;
  readonly heading: string;
  readonly onOpenFolder: (place: string) => void;
}

/** What changed in a version, or since it. */
export function ChangesList({ planId, versionId, heading, onOpenFolder }: ChangesListProps) {
  const client = useClient();
  const [span, setSpan] = useState<'before' | 'since'>('before');
  const result = useLoaded(`${planId} ${versionId} ${span}`, (signal) =>
    client.versions.changes(
      span === 'before' ? { planId, from: null, to: versionId } : { planId, from: versionId, to: 'now' },
      signal,
    ),
  );
  const units = useByteUnits();
  const changes = result.current ? result.value : undefined;
  return (
    <section className="panel result-panel" aria-label="What changed">
      <div className="result-head">
        <Choices
          label="Which changes"
          hideLabel
          inline
          value={span}
          onChange={(value) => setSpan(value === 'since' ? 'since' : 'before')}
          choices={[
            { value: 'before', label: `In the version of ${heading}` },
            { value: 'since', label: 'From then to now' },
          ]}
        />
        {changes === undefined ? null : (
          <p className="muted small" aria-live="polite">
            {changeCounts(changes)}
            {' · '}
            {formatBytes(changes.bytesAdded, units)} more, {formatBytes(changes.bytesRemoved, units)} less
          </p>
        )}
      </div>
      <ErrorNote error={result.error} />
      {changes === undefined && result.error === undefined ? <Skeleton label="Comparing" lines={5} /> : null}
      {changes?.items.length === 0 ? <p className="muted empty-line">Nothing changed.</p> : null}
      <ul className="result-list">
        {(changes?.items ?? []).map((change) => (
          <ChangeRow key={`${change.kind} ${change.place}`} change={change} onOpenFolder={onOpenFolder} />
        ))}
      </ul>
      {changes?.truncated === true ? (
        <p className="muted small empty-line">
          The first {plural(changes.items.length, 'change')} of{' '}
          {formatCount(changes.added + changes.changed + changes.removed)}.
        </p>
      ) : null}
    </section>
  );
}

interface Counts {
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
}

/** `1 added, 2 changed, 1 deleted`. */
export function changeCounts({ added, changed, removed }: Counts): string {
  return `${formatCount(added)} added, ${formatCount(changed)} changed, ${formatCount(removed)} deleted`;
}

export function ChangeRow({
  change,
  onOpenFolder,
}: {
  readonly change: Change;
  readonly onOpenFolder?: (place: string) => void;
}) {
  const units = useByteUnits();
  const kind = kinds[change.kind];
  const difference = change.sizeAfter - change.sizeBefore;
  return (
    <li className="result">
      <span className={`badge badge-${kind.tone} change-kind`}>
        <kind.icon size={12} aria-hidden />
        {kind.word}
      </span>
      {change.type === 'dir' && onOpenFolder !== undefined ? (
        <button type="button" className="name-button path grow" onClick={() => onOpenFolder(change.place)}>
          {change.path}
        </button>
      ) : (
        <span className="path grow">{change.path}</span>
      )}
      <span className="muted small figures">
        {change.type === 'dir' || difference === 0
          ? ''
          : `${difference > 0 ? '+' : '−'}${formatBytes(Math.abs(difference), units)}`}
      </span>
    </li>
  );
}
