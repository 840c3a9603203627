import type { BrowserWindow, BrowserWindowConstructorOptions } from 'electron';
import type { Logger } from '../ports/logger.ts';
import { pageOrigin } from './page-address.ts';
import { loadWindowState, minimumSize, placeWindow, saveWindowState } from './window-state.ts';

export interface MainWindowParts {
  readonly create: (options: BrowserWindowConstructorOptions) => BrowserWindow;
  readonly workAreas: () => Parameters<typeof placeWindow>[1];
  readonly isDark: () => boolean;
  readonly preload: string;
  readonly icon: string;
  readonly stateFile: string;
  readonly devTools: boolean;
  readonly logger: Logger;
}

/** A page that dies more often than this is left alone, in milliseconds between two deaths. */
const reloadAtMost = 10_000;

/** The one window. Closing hides it, while the application goes on; only quitting ends it. */
export class MainWindow {
  readonly #parts: MainWindowParts;
  #window: BrowserWindow | undefined;
  #isQuitting = false;
  #lastDeath = -Infinity;

  constructor(parts: MainWindowParts) {
    this.#parts = parts;
  }

  get current(): BrowserWindow | undefined {
    return this.#window?.isDestroyed() === false ? this.#window : undefined;
  }

  get contentsId(): number | undefined {
    return this.current?.webContents.id;
  }

  /** Brings the window to the front, making it if there is none. */
  show(): void {
    const window = this.current ?? this.#make();
    if (window.isMinimized()) window.restore();
    window.show();
    window.focus();
  }

  /** From now on closing is closing. */
  prepareToQuit(): void {
    this.#remember();
    this.#isQuitting = true;
  }

  #make(): BrowserWindow {
    const { create, workAreas, isDark, preload, icon, stateFile, devTools, logger } = this.#parts;
    const state = loadWindowState(stateFile);
    const window = create({
      ...placeWindow(state, workAreas()),
      minWidth: minimumSize.width,
      minHeight: minimumSize.height,
      show: false,
      title: 'Tidemark',
      icon,
      backgroundColor: isDark() ? '#12181b' : '#faf9f7',
      autoHideMenuBar: true,
      webPreferences: {
        preload,
        contextIsolation: true,
        sandbox: true,
        nodeIntegration: false,
        nodeIntegrationInWorker: false,
        nodeIntegrationInSubFrames: false,
        webSecurity: true,
        allowRunningInsecureContent: false,
        webviewTag: false,
        navigateOnDragDrop: false,
        spellcheck: false,
        devTools,
      },
    });
    this.#window = window;
    if (state?.maximised === true) window.maximize();
    window.on('close', (event) => {
      this.#remember();
      if (this.#isQuitting) return;
      event.preventDefault();
      window.hide();
    });
    window.webContents.on('render-process-gone', (_, { reason }) => {
      logger.error('The page ended by itself.', { reason });
      const now = performance.now();
      if (now - this.#lastDeath > reloadAtMost) window.webContents.reload();
      this.#lastDeath = now;
    });
    window.loadURL(`${pageOrigin}/`).catch((error: unknown) => {
      logger.error('The page could not be loaded.', { reason: String(error) });
    });
    return window;
  }

  #remember(): void {
    const window = this.current;
    if (window === undefined) return;
    saveWindowState(this.#parts.stateFile, { bounds: window.getNormalBounds(), maximised: window.isMaximized() });
  }
}
