import { join } from 'node:path';
import type { Menu, MenuItemConstructorOptions, Tray } from 'electron';
import type { TrayPort, TrayState } from '../ports/ports.ts';

export interface TrayParts {
  readonly create: (icon: string) => Tray;
  readonly buildMenu: (template: MenuItemConstructorOptions[]) => Menu;
  readonly platform: NodeJS.Platform;
  readonly iconFolder: string;
  readonly onOpen: () => void;
  readonly onBackUpNow: () => void;
  readonly onQuit: () => void;
}

/** The sign in the tray. Held by its owner for as long as it is to be seen. */
export function createTray(parts: TrayParts): TrayPort {
  const { create, buildMenu, platform, iconFolder, onOpen, onBackUpNow, onQuit } = parts;
  const tray = create(trayIcon(iconFolder, platform, 'idle'));
  let shown: TrayState = { kind: 'idle', sentence: '' };

  const setState = (state: TrayState): void => {
    if (shown.kind === state.kind && shown.sentence === state.sentence) return;
    if (shown.kind !== state.kind) tray.setImage(trayIcon(iconFolder, platform, state.kind));
    shown = state;
    tray.setToolTip(`Tidemark: ${state.sentence}`);
    // Anew each time: Linux takes no changes to a menu it has.
    tray.setContextMenu(
      buildMenu([
        { label: state.sentence, enabled: false },
        { type: 'separator' },
        { label: 'Open Tidemark', click: onOpen },
        { label: 'Back up now', enabled: state.kind !== 'running', click: onBackUpNow },
        { type: 'separator' },
        { label: 'Quit Tidemark', click: onQuit },
      ]),
    );
  };

  // macOS opens the menu on a click; elsewhere a click opens the window.
  if (platform !== 'darwin') tray.on('click', onOpen);
  setState({ kind: 'idle', sentence: 'Starting' });
  return { setState };
}

/** The picture for a state: a template on macOS, several sizes in one file on Windows. */
export function trayIcon(folder: string, platform: NodeJS.Platform, kind: TrayState['kind']): string {
  if (platform === 'darwin') return join(folder, `${kind}Template.png`);
  return join(folder, platform === 'win32' ? `${kind}.ico` : `${kind}.png`);
}
