import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual';
import type { Range } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { KeyboardEvent } from 'react';
import type { FolderItem } from '../../../shared/contract/versions.ts';
import { formatVersionTime } from '../../../shared/format/time.ts';
import { plural } from '../../../shared/format/plural.ts';
import { Choices } from '../../components/Choices.tsx';
import { Note } from '../../components/Note.tsx';
import { useMedia } from '../../lib/use-media.ts';
import type { Side } from './ItemFacts.tsx';
import { PaneGrid } from './PaneGrid.tsx';
import type { RowActions } from './PaneRow.tsx';
import type { DraggedPlaces } from './drag.ts';
import { choose, chooseAll, extend, rowAfterKey, toggle } from './selection.ts';
import type { Selection } from './selection.ts';
import type { FolderState } from './use-folder.ts';

export interface PanesProps {
  readonly folder: FolderState;
  readonly time: string;
  readonly now: number;
  readonly onlyDifferences: boolean;
  readonly selection: Selection;
  readonly onSelect: (selection: Selection) => void;
  readonly actions: Omit<RowActions, 'select' | 'drag'>;
  readonly onUp: () => void;
  readonly onRestoreSelected: () => void;
  readonly onDropHere: (dragged: DraggedPlaces) => void;
}

/** The folder as it was beside the folder as it is: the same names on the same lines, scrolled together. */
export function Panes(props: PanesProps) {
  const { folder, selection, onSelect, onlyDifferences, actions } = props;
  const narrow = useMedia('(width < 900px)');
  const [side, setSide] = useState<Side>('past');
  const scroller = useRef<HTMLDivElement>(null);
  const preview = useRef<HTMLDivElement>(null);
  const rowHeight = useRowHeight();
  const { itemAt: itemOf, total, loaded, need } = folder;
  const differing = useMemo(() => {
    if (!onlyDifferences) return undefined;
    const rows: number[] = [];
    for (let index = 0; index < loaded; index += 1) if (itemOf(index)?.relation !== 'same') rows.push(index);
    return rows;
  }, [itemOf, loaded, onlyDifferences]);
  const count = differing?.length ?? total;
  const itemAt = (index: number): FolderItem | undefined =>
    itemOf(differing === undefined ? index : (differing[index] ?? -1));
  const placeAt = (index: number): string | undefined => {
    const item = itemAt(index);
    return item === undefined || item.past === null ? undefined : item.place;
  };
  const { active } = selection;
  // Its answers change under one identity, so this component is not to be memoised by a compiler.
  // oxlint-disable-next-line react/incompatible-library
  const virtualizer = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
    rangeExtractor: (range: Range) => {
      const rows = defaultRangeExtractor(range);
      // The row with the focus stays in the document when it scrolls away, or the focus would be lost.
      return active < count && !rows.includes(active) ? [...rows, active].sort((a, b) => a - b) : rows;
    },
  });
  const rows = virtualizer.getVirtualItems();
  const last = rows.at(-1)?.index ?? 0;
  const first = rows[0]?.index ?? 0;
  useEffect(() => {
    if (onlyDifferences) need(loaded, loaded);
    else need(first, last);
  }, [first, last, loaded, need, onlyDifferences]);

  const select = (index: number, how: 'only' | 'toggle' | 'range'): void => {
    if (how === 'only') onSelect(choose(placeAt, index));
    else if (how === 'toggle') onSelect(toggle(selection, placeAt, index));
    else onSelect(extend(selection, placeAt, index));
  };
  const onKey = (event: KeyboardEvent): void => {
    const item = itemAt(active);
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 400) / rowHeight) - 1);
    const target = event.altKey ? undefined : rowAfterKey(event.key, active, count, page);
    const command = event.ctrlKey || event.metaKey;
    if (target !== undefined) {
      if (event.shiftKey) onSelect(extend(selection, placeAt, target));
      else if (command) onSelect({ ...selection, active: target });
      else onSelect(choose(placeAt, target));
      virtualizer.scrollToIndex(target);
    } else if (command && event.key === 'a') {
      onSelect(chooseAll(selection, placeAt, Math.min(count, folder.loaded)));
    } else if (event.key === ' ' && (command || event.shiftKey)) {
      onSelect(toggle(selection, placeAt, active));
    } else if (event.key === ' ' && item !== undefined) {
      actions.look(item);
    } else if (event.key === 'Enter') {
      if (selection.places.size > 0) props.onRestoreSelected();
      else if (item !== undefined && item.past !== null) actions.restore(item);
    } else if (event.key === 'ArrowRight' && item !== undefined && (item.past ?? item.now)?.type === 'dir') {
      actions.open(item);
    } else if (event.key === 'ArrowLeft' || event.key === 'Backspace') {
      props.onUp();
    } else if (event.key === 'Escape') {
      onSelect({ ...selection, places: new Set() });
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const drag = (item: FolderItem): DraggedPlaces => {
    if (!selection.places.has(item.place)) return { places: [item.place], names: [item.name] };
    return { places: [...selection.places], names: [item.name] };
  };
  const rowActions: RowActions = { ...actions, select, drag };
  const chosen = Math.max(1, selection.places.size);
  const view = folder.view;
  const shared = {
    rows,
    count,
    height: virtualizer.getTotalSize(),
    itemAt,
    selection,
    actions: rowActions,
    onKey,
    preview,
    now: props.now,
    time: props.time,
    canDrag: !narrow,
  };
  const heading = formatVersionTime(props.time, props.now);
  const pastHere = !narrow || side === 'past';
  const nowHere = !narrow || side === 'now';
  return (
    <div className={`panes panel${narrow ? ' panes-narrow' : ''}`} data-stale={!folder.current}>
      {narrow ? (
        <div className="panes-switch">
          <Choices
            label="Side"
            hideLabel
            inline
            value={side}
            onChange={(value) => setSide(value === 'now' ? 'now' : 'past')}
            choices={[
              { value: 'past', label: heading },
              { value: 'now', label: 'Now' },
            ]}
          />
        </div>
      ) : null}
      <div className="panes-heads">
        {pastHere ? (
          <header className="pane-head">
            <h2 className="pane-title">{heading}</h2>
            <span className="muted small">
              {view !== undefined && !view.inPast ? 'This folder was not there yet' : ''}
            </span>
          </header>
        ) : null}
        {nowHere ? (
          <header className="pane-head">
            <h2 className="pane-title">Now</h2>
            <span className="muted small">
              {view !== undefined && !view.inNow ? 'This folder is not there any more' : ''}
            </span>
          </header>
        ) : null}
      </div>
      {view !== undefined && view.nowProblem !== '' ? <Note tone="attention">{view.nowProblem}</Note> : null}
      <div className="panes-scroll" ref={scroller}>
        {count === 0 && folder.current ? (
          <p className="muted empty-line">
            {onlyDifferences && total > 0 ? 'Nothing in this folder differs from now.' : 'This folder was empty.'}
          </p>
        ) : null}
        <div className="panes-canvas" key={view?.place ?? ''}>
          {pastHere ? (
            <section className="pane pane-past" aria-label={heading}>
              <PaneGrid {...shared} side="past" label={`Files on ${heading}`} onDropHere={undefined} />
            </section>
          ) : null}
          {nowHere ? (
            <section className="pane pane-now" aria-label="Now">
              <PaneGrid {...shared} side="now" label="Files now" onDropHere={props.onDropHere} />
            </section>
          ) : null}
        </div>
      </div>
      <div className="drag-preview" ref={preview} aria-hidden>
        {plural(chosen, 'item')}
      </div>
    </div>
  );
}

/** Rows follow the text size of the browser. */
function useRowHeight(): number {
  const [height] = useState(
    () => 2.25 * Number.parseFloat(getComputedStyle(document.documentElement).fontSize || '16'),
  );
  return height;
}
