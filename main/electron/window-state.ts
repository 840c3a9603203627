import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { Rectangle } from 'electron';
import { z } from 'zod';

const coordinate = z.number().int().min(-100_000).max(100_000);
const windowState = z.strictObject({
  bounds: z.strictObject({ x: coordinate, y: coordinate, width: coordinate, height: coordinate }),
  maximised: z.boolean(),
});
export type WindowState = z.infer<typeof windowState>;

export const defaultSize = { width: 1_200, height: 800 } as const;
export const minimumSize = { width: 640, height: 480 } as const;

/** How much of the window must lie on a screen for it to be found again, in pixels each way. */
const mustShow = 120;

/** What was remembered; undefined where nothing is or it makes no sense (the window then opens as new). */
export function loadWindowState(path: string): WindowState | undefined {
  try {
    return windowState.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return undefined;
  }
}

/** Remembers the window. A disk that is full costs its place on the screen, not the program. */
export function saveWindowState(path: string, state: WindowState): void {
  try {
    writeFileSync(`${path}.new`, JSON.stringify(state), { mode: 0o600 });
    renameSync(`${path}.new`, path);
  } catch {
    // The window opens in the middle next time.
  }
}

/** Where to open the window: as remembered if enough of it is on one of the screens, else in the middle. */
export function placeWindow(
  state: WindowState | undefined,
  workAreas: readonly Rectangle[],
): Partial<Rectangle> & { readonly width: number; readonly height: number } {
  if (state === undefined) return defaultSize;
  const { x, y } = state.bounds;
  const width = Math.max(state.bounds.width, minimumSize.width);
  const height = Math.max(state.bounds.height, minimumSize.height);
  const isFound = workAreas.some(
    (area) =>
      Math.min(x + width, area.x + area.width) - Math.max(x, area.x) >= mustShow &&
      Math.min(y + height, area.y + area.height) - Math.max(y, area.y) >= mustShow &&
      y >= area.y - 1,
  );
  return isFound ? { x, y, width, height } : { width, height };
}
