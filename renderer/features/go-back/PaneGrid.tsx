import { useEffect, useRef } from 'react';
import type { KeyboardEvent, RefObject } from 'react';
import { useDrop } from 'react-aria-components';
import type { VirtualItem } from '@tanstack/react-virtual';
import type { FolderItem } from '../../../shared/contract/versions.ts';
import type { Side } from './ItemFacts.tsx';
import { PaneRow } from './PaneRow.tsx';
import type { RowActions } from './PaneRow.tsx';
import { decodeDrag, dragType } from './drag.ts';
import type { DraggedPlaces } from './drag.ts';
import type { Selection } from './selection.ts';

export interface PaneGridProps {
  readonly side: Side;
  readonly label: string;
  readonly rows: readonly VirtualItem[];
  readonly count: number;
  readonly height: number;
  readonly itemAt: (index: number) => FolderItem | undefined;
  readonly selection: Selection;
  readonly actions: RowActions;
  readonly onKey: (event: KeyboardEvent, side: Side) => void;
  readonly preview: RefObject<HTMLElement | null>;
  readonly now: number;
  readonly time: string;
  readonly canDrag: boolean;
  /** A drop on the pane itself; absent where nothing can land here. */
  readonly onDropHere: ((dragged: DraggedPlaces) => void) | undefined;
}

/** One side of the folder as a grid with one tab stop; only the rows in view exist. */
export function PaneGrid(props: PaneGridProps) {
  const { side, rows, selection, itemAt, actions, onDropHere } = props;
  const grid = useRef<HTMLDivElement>(null);
  const drop = useDrop({
    ref: grid,
    isDisabled: onDropHere === undefined,
    getDropOperation: (types) => (types.has(dragType) ? 'copy' : 'cancel'),
    onDrop: (event) => {
      const [first] = event.items;
      if (first?.kind !== 'text') return;
      void first.getText(dragType).then((text) => {
        const dragged = decodeDrag(text);
        if (dragged !== null) onDropHere?.(dragged);
      });
    },
  });
  const { active } = selection;
  useEffect(() => {
    const element = grid.current;
    const focused = document.activeElement;
    if (element === null || focused === null || !element.contains(focused) || !focused.matches('[role="row"]')) return;
    const row = element.querySelector<HTMLElement>(`[data-index="${active}"]`);
    if (row !== null && row !== focused) row.focus({ preventScroll: true });
  });
  return (
    <>
      <div
        {...drop.dropProps}
        ref={grid}
        role="grid"
        aria-label={props.label}
        aria-rowcount={props.count + 1}
        aria-multiselectable="true"
        tabIndex={onDropHere === undefined ? undefined : -1}
        className={`pane-grid${drop.isDropTarget ? ' pane-grid-target' : ''}`}
        style={{ height: props.height }}
      >
        <div role="row" className="hidden-text" aria-rowindex={1}>
          {['Selected', 'Name', 'State', 'Size', 'Changed', 'Actions'].map((name) => (
            <span key={name} role="columnheader">
              {name}
            </span>
          ))}
        </div>
        {rows.map((row) => {
          const item = itemAt(row.index);
          if (item === undefined) {
            return (
              <div
                key={row.index}
                role="row"
                aria-rowindex={row.index + 2}
                className="pane-row"
                style={{ top: row.start, height: row.size }}
              >
                <span role="gridcell" className="cell-name">
                  <span className="skeleton-line pane-row-loading" />
                  <span className="hidden-text">Loading</span>
                </span>
              </div>
            );
          }
          return (
            <PaneRow
              key={item.place}
              item={item}
              side={side}
              index={row.index}
              top={row.start}
              height={row.size}
              isActive={row.index === active}
              isSelected={selection.places.has(item.place)}
              actions={actions}
              preview={props.preview}
              now={props.now}
              time={props.time}
              canDrag={props.canDrag}
              onKeyDown={(event) => {
                if (event.target === event.currentTarget) props.onKey(event, side);
              }}
            />
          );
        })}
      </div>
      {drop.isDropTarget ? (
        <div className="drop-hint-line">
          <p className="drop-hint">Drop to bring it back to this folder</p>
        </div>
      ) : null}
    </>
  );
}
