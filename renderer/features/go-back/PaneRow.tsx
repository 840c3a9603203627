import { Check, EllipsisVertical, FileArchive, GripVertical, History, RotateCcw, FolderInput } from 'lucide-react';
import { useRef } from 'react';
import type { KeyboardEvent, MouseEvent, RefObject } from 'react';
import { Button as AriaButton, useDrag, useDrop } from 'react-aria-components';
import type { FolderItem } from '../../../shared/contract/versions.ts';
import { formatBytes } from '../../../shared/format/bytes.ts';
import { formatMoment } from '../../../shared/format/time.ts';
import { Menu } from '../../components/Menu.tsx';
import { useByteUnits } from '../../lib/units.ts';
import { ItemIcon, RelationBadge, badgeOf, typeNames } from './ItemFacts.tsx';
import type { Side } from './ItemFacts.tsx';
import { decodeDrag, dragType, encodeDrag } from './drag.ts';
import type { DraggedPlaces } from './drag.ts';

/** What a row can ask for; the pane decides what it means. */
export interface RowActions {
  readonly select: (index: number, how: 'only' | 'toggle' | 'range') => void;
  readonly open: (item: FolderItem) => void;
  readonly look: (item: FolderItem) => void;
  readonly restore: (item: FolderItem) => void;
  readonly restoreTo: (item: FolderItem) => void;
  readonly archive: (item: FolderItem) => void;
  /** What a drag that starts at this row takes along. */
  readonly drag: (item: FolderItem) => DraggedPlaces;
  readonly drop: (dragged: DraggedPlaces, into: FolderItem) => void;
}

export interface PaneRowProps {
  readonly item: FolderItem;
  readonly side: Side;
  readonly index: number;
  readonly top: number;
  readonly height: number;
  readonly isActive: boolean;
  readonly isSelected: boolean;
  readonly actions: RowActions;
  readonly preview: RefObject<HTMLElement | null>;
  readonly now: number;
  /** The time of the version on the past side. */
  readonly time: string;
  /** Whether there is a present side to drag to. */
  readonly canDrag: boolean;
  readonly onKeyDown: (event: KeyboardEvent) => void;
}

export function PaneRow(props: PaneRowProps) {
  const { item, side, index, actions, isActive, isSelected } = props;
  const units = useByteUnits();
  const row = useRef<HTMLDivElement>(null);
  const here = side === 'past' ? item.past : item.now;
  const facts = here ?? item.past ?? item.now;
  const canRestore = item.past !== null;
  const canDrag = props.canDrag && side === 'past' && canRestore;
  const drag = useDrag({
    isDisabled: !canDrag,
    hasDragButton: true,
    getAllowedDropOperations: () => ['copy'],
    getItems: () => [encodeDrag(actions.drag(item))],
    onDragStart: () => {
      if (!isSelected) actions.select(index, 'only');
    },
    preview: {
      current: (_items, callback) => callback(props.preview.current),
    },
  });
  const drop = useDrop({
    ref: row,
    isDisabled: side === 'past' || item.now?.type !== 'dir',
    getDropOperation: (types) => (types.has(dragType) ? 'copy' : 'cancel'),
    onDropActivate: () => actions.open(item),
    onDrop: (event) => {
      const [first] = event.items;
      if (first?.kind !== 'text') return;
      void first.getText(dragType).then((text) => {
        const dragged = decodeDrag(text);
        if (dragged !== null) actions.drop(dragged, item);
      });
    },
  });
  if (facts === null) return null;
  const isFolder = facts.type === 'dir';
  const ghost = here === null;
  const badge = badgeOf(item, side);
  const onClick = (event: MouseEvent): void => {
    row.current?.focus({ preventScroll: true });
    actions.select(index, event.shiftKey ? 'range' : event.ctrlKey || event.metaKey ? 'toggle' : 'only');
  };
  return (
    <div
      {...drag.dragProps}
      {...drop.dropProps}
      ref={row}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={canRestore ? isSelected : undefined}
      aria-label={`${item.name}, ${typeNames[facts.type]}${badge === undefined ? '' : `, ${badge.word}`}`}
      tabIndex={isActive ? 0 : -1}
      data-index={index}
      className={rowClass(ghost, isSelected, drop.isDropTarget, drag.isDragging)}
      style={{ top: props.top, height: props.height }}
      onClick={onClick}
      onDoubleClick={() => (isFolder ? actions.open(item) : actions.look(item))}
      onKeyDown={props.onKeyDown}
    >
      <span role="gridcell" className="cell-check">
        {canRestore && (side === 'past' || ghost) ? (
          <span
            className="check-box"
            data-selected={isSelected}
            aria-hidden
            onClick={(event) => {
              event.stopPropagation();
              actions.select(index, 'toggle');
            }}
          >
            {isSelected ? <Check size={12} /> : null}
          </span>
        ) : null}
      </span>
      <span role="gridcell" className="cell-name">
        <ItemIcon facts={facts} ghost={ghost} />
        {isFolder ? (
          <button
            type="button"
            className="name-button clip"
            tabIndex={-1}
            title={item.name}
            onClick={(event) => {
              if (event.shiftKey || event.ctrlKey || event.metaKey) return;
              event.stopPropagation();
              actions.open(item);
            }}
          >
            {item.name}
          </button>
        ) : (
          <span className="clip" title={item.name}>
            {item.name}
          </span>
        )}
      </span>
      <span role="gridcell" className="cell-badge">
        {drop.isDropTarget ? (
          <span className="badge badge-drop">restore into this folder</span>
        ) : (
          <RelationBadge item={item} side={side} />
        )}
      </span>
      <span role="gridcell" className="cell-size figures">
        {facts.type !== 'file' || ghost ? '' : formatBytes(facts.size, units)}
      </span>
      <span role="gridcell" className="cell-time figures">
        {ghost
          ? side === 'now'
            ? `seen ${formatMoment(props.time, props.now)}`
            : ''
          : formatMoment(facts.modified, props.now)}
      </span>
      <span role="gridcell" className="cell-actions">
        {canDrag ? (
          <AriaButton
            {...drag.dragButtonProps}
            className="icon-button drag-handle"
            aria-label={`Drag ${item.name}`}
            excludeFromTabOrder={!isActive}
          >
            <GripVertical size={16} aria-hidden />
          </AriaButton>
        ) : null}
        <Menu
          label={`More for ${item.name}`}
          icon={EllipsisVertical}
          excludeFromTabOrder={!isActive}
          entries={menuEntries(item, actions, canRestore)}
        />
      </span>
    </div>
  );
}

function menuEntries(item: FolderItem, actions: RowActions, canRestore: boolean) {
  const look = { id: 'look', label: 'Details and versions', icon: History, perform: () => actions.look(item) };
  if (!canRestore) return [look];
  return [
    { id: 'restore', label: 'Restore', icon: RotateCcw, perform: () => actions.restore(item) },
    { id: 'restore-to', label: 'Restore to…', icon: FolderInput, perform: () => actions.restoreTo(item) },
    { id: 'archive', label: 'Save as archive', icon: FileArchive, perform: () => actions.archive(item) },
    look,
  ];
}

function rowClass(ghost: boolean, selected: boolean, target: boolean, dragging: boolean): string {
  return [
    'pane-row',
    ghost ? 'pane-row-ghost' : '',
    selected ? 'pane-row-selected' : '',
    target ? 'pane-row-target' : '',
    dragging ? 'pane-row-dragging' : '',
  ].join(' ');
}
