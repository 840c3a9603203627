/** What a drag from the past carries; only this page's own targets take it. */
export const dragType = 'application/x-tidemark-places';

export interface DraggedPlaces {
  readonly places: readonly string[];
  readonly names: readonly string[];
}

export function encodeDrag(dragged: DraggedPlaces): Record<string, string> {
  return { [dragType]: JSON.stringify(dragged), 'text/plain': dragged.names.join('\n') };
}

export function decodeDrag(text: string): DraggedPlaces | null {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null) return null;
  const { places, names } = value as { places?: unknown; names?: unknown };
  return isTexts(places) && isTexts(names) ? { places, names } : null;
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string');
}
