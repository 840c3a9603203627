import { ChevronLeft, ChevronRight, Search } from 'lucide-react';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { Input, Label, SearchField } from 'react-aria-components';
import type { Plan } from '../../../shared/contract/plans.ts';
import type { FolderItem, Version } from '../../../shared/contract/versions.ts';
import { formatVersionTime } from '../../../shared/format/time.ts';
import { useClient, useMessages, usePlans, useRuns } from '../../app/context.ts';
import type { GoBackRoute } from '../../app/routes.ts';
import { navigate, useTitle } from '../../app/use-route.ts';
import { Button } from '../../components/Button.tsx';
import { Toggle } from '../../components/Choices.tsx';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { SelectField } from '../../components/Field.tsx';
import { useLoaded } from '../../lib/use-loaded.ts';
import { useNow } from '../../lib/use-now.ts';
import { planName } from '../home/HomeScreen.tsx';
import { useRestore } from '../restore/use-restore.tsx';
import { ActionBar } from './ActionBar.tsx';
import { ChangesList } from './ChangesList.tsx';
import { Crumbs } from './Crumbs.tsx';
import { ItemDialog } from './ItemDialog.tsx';
import { Panes } from './Panes.tsx';
import { SearchResults } from './SearchResults.tsx';
import { TideLine } from './TideLine.tsx';
import { changedVersions, jumps } from './jump.ts';
import { noSelection } from './selection.ts';
import type { Selection } from './selection.ts';
import { useFolder } from './use-folder.ts';

export interface GoBackViewProps {
  readonly plan: Plan;
  readonly versions: readonly Version[];
  readonly route: GoBackRoute;
}

/** The place stays, the time moves. What is shown (version, folder, view, search) is all in the address. */
export function GoBackView({ plan, versions, route }: GoBackViewProps) {
  const client = useClient();
  const plans = usePlans();
  const now = useNow();
  const { announce } = useMessages();
  const ended = useRuns().find((run) => run.state !== 'running' && (run.kind === 'restore' || run.kind === 'undo'));
  const found = versions.findIndex((version) => version.id === route.at);
  const chosen = found === -1 ? versions.length - 1 : found;
  const version = versions[chosen];
  const folder = useFolder({
    planId: plan.id,
    versionId: version?.id,
    place: route.folder,
    refresh: ended === undefined ? '' : `${ended.id}${ended.state}`,
  });
  const { view } = folder;
  const place = view?.place ?? route.folder;
  const history = useLoaded(place === undefined ? null : `${plan.id} ${place} ${versions.length}`, (signal) =>
    client.versions.history({ planId: plan.id, place: place ?? '' }, signal),
  );
  const moments = history.current ? history.value : undefined;
  const marked = useMemo(() => changedVersions(moments), [moments]);
  const around = useMemo(() => jumps(versions, moments, version?.id ?? ''), [moments, version, versions]);
  const shownHere = `${route.folder ?? ''} ${version?.id ?? ''}`;
  const [chosenRows, setChosenRows] = useState({ key: shownHere, selection: noSelection });
  // Another folder or moment starts with nothing chosen.
  const selection = chosenRows.key === shownHere ? chosenRows.selection : noSelection;
  const setSelection = (next: Selection): void => setChosenRows({ key: shownHere, selection: next });
  const [onlyDifferences, setOnlyDifferences] = useState(false);
  const [looking, setLooking] = useState<FolderItem | null>(null);
  const restore = useRestore(plan.id);
  const search = useRef<HTMLInputElement>(null);
  const time = version?.time ?? '';
  const heading = formatVersionTime(time, now);
  useTitle(`${view?.crumbs.at(-1)?.name ?? planName(plan)}, ${heading}`);

  const go = useCallback(
    (change: Partial<Omit<GoBackRoute, 'screen'>>, replace = false): void =>
      navigate({ ...route, planId: plan.id, ...change }, { replace }),
    [plan.id, route],
  );
  const goTo = useCallback(
    (versionId: string | undefined, replace = true): void => {
      const target = versions.find((candidate) => candidate.id === versionId);
      if (target === undefined) return;
      go({ at: target.id }, replace);
      announce(formatVersionTime(target.time, Date.now()));
    },
    [announce, go, versions],
  );
  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent): void => {
      const target = event.target instanceof HTMLElement ? event.target : null;
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (target?.closest('input, textarea, [role="dialog"], [role="alertdialog"]') != null) return;
      if (event.key === '[') goTo(around.previous);
      else if (event.key === ']') goTo(around.next);
      else if (event.key === '/') search.current?.focus();
      else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [around, goTo]);

  if (version === undefined) return null;
  const openFolder = (folderPlace: string | undefined): void => {
    const { folder: _, ...rest } = route;
    navigate({ ...rest, planId: plan.id, ...(folderPlace === undefined ? {} : { folder: folderPlace }) });
  };
  const ask = (places: readonly string[], label: string): void =>
    restore.ask({ versionId: version.id, places, label, target: { kind: 'original' } });
  const places = [...selection.places];
  const label = (count: number, item?: FolderItem): string =>
    item === undefined || count > 1 ? `${count} items` : `“${item.name}”`;
  const selectedItem = (): FolderItem | undefined => {
    const item = folder.itemAt(selection.active);
    return item !== undefined && selection.places.has(item.place) ? item : undefined;
  };
  const find = route.find ?? '';
  const setFind = (text: string): void => {
    const { find: _, ...rest } = route;
    navigate({ ...rest, planId: plan.id, ...(text === '' ? {} : { find: text }) }, { replace: true });
  };
  return (
    <div className="go-back">
      <div className="go-back-head">
        <h1 tabIndex={-1} className="go-back-title">
          {heading}
        </h1>
        <div className="row go-back-jumps">
          <Button icon={ChevronLeft} isDisabled={around.previous === undefined} onPress={() => goTo(around.previous)}>
            Previous change here
          </Button>
          <Button icon={ChevronRight} isDisabled={around.next === undefined} onPress={() => goTo(around.next)}>
            Next change here
          </Button>
          {plans.length > 1 ? (
            <SelectField
              label="Plan"
              hideLabel
              value={plan.id}
              options={plans.map((other) => ({ value: other.id, label: planName(other) }))}
              onChange={(planId) => navigate({ screen: 'back', planId })}
            />
          ) : null}
        </div>
      </div>
      <TideLine
        versions={versions}
        chosen={chosen}
        marked={marked}
        now={now}
        onChoose={(index) => goTo(versions[index]?.id)}
      />
      <div className="go-back-tools">
        <Crumbs view={view} onOpen={openFolder} />
        <div className="row push">
          <Toggle
            isSelected={onlyDifferences}
            onChange={setOnlyDifferences}
            isDisabled={route.view === 'changes' || find !== ''}
          >
            Only differences
          </Toggle>
          <Button
            aria-pressed={route.view === 'changes'}
            onPress={() => {
              const { view: _, ...rest } = route;
              navigate({ ...rest, planId: plan.id, ...(route.view === 'changes' ? {} : { view: 'changes' }) });
            }}
          >
            {route.view === 'changes' ? 'Show the folder' : 'What changed'}
          </Button>
          <SearchField className="search" value={find} onChange={setFind}>
            <Label className="hidden-text">Search all versions</Label>
            <Search size={16} aria-hidden />
            <Input ref={search} className="search-input" placeholder="Search all versions" maxLength={255} />
          </SearchField>
        </div>
      </div>
      {find !== '' ? (
        <SearchResults
          planId={plan.id}
          text={find}
          now={now}
          onOpen={(versionId, folderPlace) =>
            navigate({ screen: 'back', planId: plan.id, at: versionId, folder: folderPlace })
          }
          onRestore={(versionId, itemPlace, name) =>
            restore.ask({ versionId, places: [itemPlace], label: `“${name}”`, target: { kind: 'original' } })
          }
        />
      ) : route.view === 'changes' ? (
        <ChangesList planId={plan.id} versionId={version.id} heading={heading} onOpenFolder={openFolder} />
      ) : (
        <>
          <ErrorNote error={folder.error}>
            <Button onPress={() => openFolder(undefined)}>Go to the top</Button>
          </ErrorNote>
          <Panes
            folder={folder}
            time={time}
            now={now}
            onlyDifferences={onlyDifferences}
            selection={selection}
            onSelect={setSelection}
            onUp={() => {
              if (view !== undefined && view.crumbs.length > 0) openFolder(view.crumbs.at(-2)?.place);
            }}
            onRestoreSelected={() => ask(places, label(places.length, selectedItem()))}
            onDropHere={(dragged) =>
              restore.ask({
                versionId: version.id,
                places: dragged.places,
                label: dragged.places.length === 1 ? `“${dragged.names[0] ?? ''}”` : label(dragged.places.length),
                target:
                  view === undefined || view.crumbs.length === 0 || !view.inNow
                    ? { kind: 'original' }
                    : { kind: 'place', place: view.place },
              })
            }
            actions={{
              open: (item) => openFolder(item.place),
              look: setLooking,
              restore: (item) => ask([item.place], `“${item.name}”`),
              restoreTo: (item) =>
                void restore.askFolder({ versionId: version.id, places: [item.place], label: `“${item.name}”` }),
              archive: (item) => void restore.archive({ versionId: version.id, places: [item.place] }),
              drop: (dragged, into) =>
                restore.ask({
                  versionId: version.id,
                  places: dragged.places,
                  label: dragged.places.length === 1 ? `“${dragged.names[0] ?? ''}”` : label(dragged.places.length),
                  target: { kind: 'place', place: into.place },
                }),
            }}
          />
          <ActionBar
            places={places}
            folderPlace={view !== undefined && view.crumbs.length > 0 && view.inPast ? view.place : undefined}
            folderName={view?.crumbs.at(-1)?.name ?? ''}
            onRestore={(chosenPlaces) =>
              ask(
                chosenPlaces,
                places.length === 0 ? `“${view?.crumbs.at(-1)?.name ?? ''}”` : label(places.length, selectedItem()),
              )
            }
            onRestoreTo={(chosenPlaces) =>
              void restore.askFolder({
                versionId: version.id,
                places: chosenPlaces,
                label: label(chosenPlaces.length, selectedItem()),
              })
            }
            onArchive={(chosenPlaces) => void restore.archive({ versionId: version.id, places: chosenPlaces })}
          />
        </>
      )}
      {looking === null ? null : (
        <ItemDialog
          planId={plan.id}
          item={looking}
          versions={versions}
          at={version.id}
          now={now}
          onClose={() => setLooking(null)}
          onGo={(versionId) => {
            setLooking(null);
            goTo(versionId);
          }}
          onRestore={(versionId) => {
            setLooking(null);
            restore.ask({
              versionId,
              places: [looking.place],
              label: `“${looking.name}”`,
              target: { kind: 'original' },
            });
          }}
        />
      )}
      {restore.dialog}
    </div>
  );
}
