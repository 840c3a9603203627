import type { App as ElectronApp, PowerMonitor } from 'electron';
import type { Logger } from '../ports/logger.ts';

export interface QuitParts {
  readonly app: Pick<ElectronApp, 'on' | 'exit'>;
  readonly power: Pick<PowerMonitor, 'on'>;
  /** Called once, at the first sign. */
  readonly prepare: () => void;
  readonly stop: () => Promise<void>;
  readonly logger: Logger;
}

/** Longest time that stopping may take; the engine is safe against being ended at any moment. */
const stopLimit = 20_000;

/** Ends the application only after work in progress came to a consistent point. */
export function quitCleanly({ app, power, prepare, stop, logger }: QuitParts): void {
  let isStopping = false;
  const begin = (event: { preventDefault(): void }): void => {
    event.preventDefault();
    if (isStopping) return;
    isStopping = true;
    prepare();
    const limit = new Promise<void>((resolve) => setTimeout(resolve, stopLimit));
    Promise.race([stop(), limit])
      .catch((error: unknown) => logger.error('Stopping failed.', { reason: String(error) }))
      .finally(() => app.exit(0));
  };
  app.on('before-quit', begin);
  // The computer shuts down (Linux, macOS): it waits for us.
  power.on('shutdown', begin as () => void);
  // The application lives in the tray, not in its window.
  app.on('window-all-closed', () => undefined);
}
