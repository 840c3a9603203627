import { File, Folder } from 'lucide-react';
import { useEffect, useState } from 'react';
import { formatBytes } from '../../../shared/format/bytes.ts';
import { plural } from '../../../shared/format/plural.ts';
import { formatMoment } from '../../../shared/format/time.ts';
import { useClient, useMessages } from '../../app/context.ts';
import { Button } from '../../components/Button.tsx';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { Skeleton } from '../../components/Skeleton.tsx';
import { useByteUnits } from '../../lib/units.ts';
import { useLoaded } from '../../lib/use-loaded.ts';

export interface SearchResultsProps {
  readonly planId: string;
  readonly text: string;
  readonly now: number;
  readonly onOpen: (versionId: string, folder: string) => void;
  readonly onRestore: (versionId: string, place: string, name: string) => void;
}

/** Names in any version, newest first; deleted ones are as easy to find as present ones. */
export function SearchResults({ planId, text, now, onOpen, onRestore }: SearchResultsProps) {
  const client = useClient();
  const units = useByteUnits();
  const { announce } = useMessages();
  const settled = useSettled(text);
  const result = useLoaded(`${planId} ${settled}`, (signal) =>
    client.versions.search({ planId, text: settled }, signal),
  );
  const items = result.value?.items;
  useEffect(() => {
    if (items !== undefined) announce(plural(items.length, 'result'));
  }, [announce, items]);
  return (
    <section className="panel result-panel" aria-label="Search results">
      <ErrorNote error={result.error} />
      {items === undefined && result.error === undefined ? <Skeleton label="Searching all versions" lines={4} /> : null}
      {items?.length === 0 ? (
        <p className="muted empty-line">No file or folder in any version has “{settled}” in its name.</p>
      ) : null}
      <ul className="result-list">
        {(items ?? []).map((item) => {
          const Icon = item.type === 'dir' ? Folder : File;
          return (
            <li key={`${item.versionId} ${item.place}`} className="result">
              <Icon size={16} aria-hidden />
              <span className="result-what">
                <span className="strong path">{item.name}</span>
                <span className="muted small path">{item.path}</span>
              </span>
              <span className="result-when small">
                {item.inNewest ? (
                  <span className="muted">in the newest version</span>
                ) : (
                  <span className="badge badge-only-past">last in {formatMoment(item.time, now)}</span>
                )}
                <span className="muted figures">{item.type === 'dir' ? '' : formatBytes(item.size, units)}</span>
              </span>
              <Button
                tone="quiet"
                aria-label={`Show ${item.name} in its folder`}
                onPress={() => onOpen(item.versionId, item.folder)}
              >
                Show
              </Button>
              <Button
                aria-label={`Restore ${item.name}`}
                onPress={() => onRestore(item.versionId, item.place, item.name)}
              >
                Restore
              </Button>
            </li>
          );
        })}
      </ul>
      {result.value?.truncated === true ? (
        <p className="muted small empty-line">Only the newest results are shown. Type more of the name.</p>
      ) : null}
    </section>
  );
}

/** The text once typing paused. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), 180);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}
