import type { Ports } from '../ports/ports.ts';

/** A browser has none of the desktop's means; the page draws its own pickers and notices. */
export function headlessPorts(): Ports {
  return { shell: 'headless', dialogs: null, notifications: null, tray: null, power: null };
}
