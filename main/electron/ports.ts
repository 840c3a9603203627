import type { BrowserWindow, Dialog, Notification, PowerMonitor, PowerSaveBlocker } from 'electron';
import type { DialogsPort, NotificationsPort, PowerPort } from '../ports/ports.ts';

/** The system's folder dialog, in front of the window when there is one. */
export function createDialogs(
  dialog: Pick<Dialog, 'showOpenDialog'>,
  window: () => BrowserWindow | undefined,
): DialogsPort {
  return {
    pickFolder: async ({ title, buttonLabel, startIn }) => {
      const options = {
        title,
        buttonLabel,
        properties: ['openDirectory' as const, 'createDirectory' as const, 'dontAddToRecent' as const],
        ...(startIn === null ? {} : { defaultPath: startIn }),
      };
      const parent = window();
      const { canceled, filePaths } = await (parent === undefined
        ? dialog.showOpenDialog(options)
        : dialog.showOpenDialog(parent, options));
      return canceled ? null : (filePaths[0] ?? null);
    },
  };
}

export interface NotificationParts {
  readonly isSupported: () => boolean;
  readonly create: (options: { readonly title: string; readonly body: string }) => Notification;
  readonly onClick: () => void;
}

/** A system notification; where the system refuses one (macOS without a signature), the page has the notice anyway. */
export function createNotifications({ isSupported, create, onClick }: NotificationParts): NotificationsPort {
  // Without a reference of ours a notification is collected and its click is lost.
  const shown = new Set<Notification>();
  return {
    notify: ({ title, body }) => {
      if (!isSupported()) return;
      const notification = create({ title, body });
      const forget = (): void => void shown.delete(notification);
      shown.add(notification);
      notification.on('click', onClick);
      notification.on('close', forget);
      notification.on('failed', forget);
      notification.show();
    },
  };
}

export function createPower(
  monitor: Pick<PowerMonitor, 'on'>,
  blocker: Pick<PowerSaveBlocker, 'start' | 'stop'>,
): PowerPort {
  let holders = 0;
  let id: number | undefined;
  return {
    keepAwake: () => {
      holders += 1;
      id ??= blocker.start('prevent-app-suspension');
      let isHeld = true;
      return {
        [Symbol.dispose]: () => {
          if (!isHeld) return;
          isHeld = false;
          holders -= 1;
          if (holders > 0 || id === undefined) return;
          blocker.stop(id);
          id = undefined;
        },
      };
    },
    onResume: (listener) => void monitor.on('resume', listener),
  };
}
