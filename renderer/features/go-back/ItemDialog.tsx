import type { EntryFacts, FolderItem, Version } from '../../../shared/contract/versions.ts';
import { formatBytes } from '../../../shared/format/bytes.ts';
import { plural } from '../../../shared/format/plural.ts';
import { formatExact, formatVersionTime } from '../../../shared/format/time.ts';
import { useClient } from '../../app/context.ts';
import { Button } from '../../components/Button.tsx';
import { Dialog } from '../../components/Dialog.tsx';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { Skeleton } from '../../components/Skeleton.tsx';
import { useByteUnits } from '../../lib/units.ts';
import { useLoaded } from '../../lib/use-loaded.ts';
import { typeNames } from './ItemFacts.tsx';

export interface ItemDialogProps {
  readonly planId: string;
  readonly item: FolderItem;
  readonly versions: readonly Version[];
  readonly at: string;
  readonly now: number;
  readonly onClose: () => void;
  readonly onGo: (versionId: string) => void;
  readonly onRestore: (versionId: string) => void;
}

/** One file or folder: what it was, what it is, and every version of it. */
export function ItemDialog(props: ItemDialogProps) {
  const { planId, item, versions, at, now, onClose, onGo, onRestore } = props;
  const client = useClient();
  const units = useByteUnits();
  const history = useLoaded(`${planId} ${item.place}`, (signal) =>
    client.versions.history({ planId, place: item.place }, signal),
  );
  const order = new Map(versions.map((version, index) => [version.id, index]));
  const index = order.get(at) ?? -1;
  const moments = [...(history.value ?? [])].reverse();
  const present = moments.filter((moment) => moment.present).length;
  const time = versions[index]?.time;
  return (
    <Dialog title={item.name} width="wide" onClose={onClose}>
      <div className="two-facts">
        <Facts
          title={time === undefined ? 'Then' : formatVersionTime(time, now)}
          facts={item.past}
          missing="Not in this version."
        />
        <Facts title="Now" facts={item.now} missing="Not there any more." />
      </div>
      <section className="stack stack-tight" aria-label="Versions">
        <h3>{history.value === undefined ? 'Versions' : plural(present, 'version')}</h3>
        <ErrorNote error={history.error} />
        {history.value === undefined && history.error === undefined ? (
          <Skeleton label="Looking through the versions" />
        ) : null}
        <ul className="moment-list">
          {moments.map((moment) => {
            const from = order.get(moment.versionId) ?? -1;
            const to = order.get(moment.lastVersionId) ?? -1;
            const shown = from <= index && index <= to;
            const when = formatVersionTime(moment.time, now);
            return (
              <li key={moment.versionId} className="moment" aria-current={shown ? 'true' : undefined}>
                <span className="grow">
                  <span className="strong">{when}</span>
                  <span className="muted small">
                    {moment.present
                      ? ` ${moment.type === 'dir' ? '' : formatBytes(moment.size, units)}${shown ? ' · shown now' : ''}`
                      : ' deleted'}
                  </span>
                </span>
                {moment.present ? (
                  <>
                    <Button
                      tone="quiet"
                      isDisabled={shown}
                      onPress={() => onGo(moment.versionId)}
                      aria-label={`Go there: ${when}`}
                    >
                      Go there
                    </Button>
                    <Button onPress={() => onRestore(moment.versionId)} aria-label={`Restore the version of ${when}`}>
                      Restore
                    </Button>
                  </>
                ) : null}
              </li>
            );
          })}
        </ul>
      </section>
    </Dialog>
  );
}

function Facts({
  title,
  facts,
  missing,
}: {
  readonly title: string;
  readonly facts: EntryFacts | null;
  readonly missing: string;
}) {
  const units = useByteUnits();
  return (
    <section className="panel panel-pad stack stack-tight" aria-label={title}>
      <h3>{title}</h3>
      {facts === null ? (
        <p className="muted">{missing}</p>
      ) : (
        <dl className="facts small">
          <dt>Kind</dt>
          <dd>{typeNames[facts.type]}</dd>
          {facts.type === 'file' ? (
            <>
              <dt>Size</dt>
              <dd className="figures" title={`${facts.size} bytes`}>
                {formatBytes(facts.size, units)}
              </dd>
            </>
          ) : null}
          <dt>Changed</dt>
          <dd>{formatExact(facts.modified)}</dd>
          <dt>Owner</dt>
          <dd className="path">{facts.owner}</dd>
          <dt>Rights</dt>
          <dd>
            <code>{facts.permissions}</code>
          </dd>
          {facts.linkTarget === '' ? null : (
            <>
              <dt>Leads to</dt>
              <dd className="path">{facts.linkTarget}</dd>
            </>
          )}
        </dl>
      )}
    </section>
  );
}
