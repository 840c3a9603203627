/** Which rows of a folder are chosen: by index for the ends of a range, by place for what is kept. */
export interface Selection {
  readonly places: ReadonlySet<string>;
  /** The row that has the focus, and the other end of a range that Shift makes. */
  readonly active: number;
  readonly anchor: number;
}

export const noSelection: Selection = { places: new Set(), active: 0, anchor: 0 };

/** What is chosen where: the place of a row, or undefined where the row cannot be chosen. */
export type PlaceAt = (index: number) => string | undefined;

/** A plain press or an arrow: this row alone. */
export function choose(placeAt: PlaceAt, index: number): Selection {
  const place = placeAt(index);
  return { places: new Set(place === undefined ? [] : [place]), active: index, anchor: index };
}

/** A tick box, Ctrl and a press, Ctrl and Space: this row in or out, the others as they are. */
export function toggle(selection: Selection, placeAt: PlaceAt, index: number): Selection {
  const place = placeAt(index);
  if (place === undefined) return { ...selection, active: index };
  const places = new Set(selection.places);
  if (!places.delete(place)) places.add(place);
  return { places, active: index, anchor: index };
}

/** Shift and a press or an arrow: from the anchor to here. */
export function extend(selection: Selection, placeAt: PlaceAt, index: number): Selection {
  const places = new Set<string>();
  const step = index >= selection.anchor ? 1 : -1;
  for (let row = selection.anchor; row !== index + step; row += step) {
    const place = placeAt(row);
    if (place !== undefined) places.add(place);
  }
  return { places, active: index, anchor: selection.anchor };
}

/** Everything that can be chosen among the first `count` rows. */
export function chooseAll(selection: Selection, placeAt: PlaceAt, count: number): Selection {
  const places = new Set<string>();
  for (let row = 0; row < count; row += 1) {
    const place = placeAt(row);
    if (place !== undefined) places.add(place);
  }
  return { ...selection, places };
}

/** The row an arrow or page key leads to; undefined for other keys. */
export function rowAfterKey(key: string, active: number, count: number, page: number): number | undefined {
  switch (key) {
    case 'ArrowDown':
      return Math.min(count - 1, active + 1);
    case 'ArrowUp':
      return Math.max(0, active - 1);
    case 'PageDown':
      return Math.min(count - 1, active + page);
    case 'PageUp':
      return Math.max(0, active - page);
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return undefined;
  }
}
