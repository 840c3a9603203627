/** What a shell supplies to the application. `null` means this shell cannot: the page hides what depends on it. */
export interface Ports {
  readonly shell: 'electron' | 'headless';
  readonly dialogs: DialogsPort | null;
  readonly notifications: NotificationsPort | null;
  readonly tray: TrayPort | null;
  readonly power: PowerPort | null;
}

/** The system's own dialogs. One at a time; they belong to the window when there is one. */
export interface DialogsPort {
  /** The chosen folder's absolute path; null when the dialog was closed. `startIn` may not exist any more. */
  pickFolder(options: FolderDialogOptions): Promise<string | null>;
}

export interface FolderDialogOptions {
  readonly title: string;
  readonly buttonLabel: string;
  readonly startIn: string | null;
}

/** Messages outside the window. Fire and forget: where the system shows none, the page's notices still do. */
export interface NotificationsPort {
  notify(notification: { readonly title: string; readonly body: string }): void;
}

/** What the tray says at a glance. */
export interface TrayState {
  readonly kind: 'idle' | 'running' | 'attention' | 'paused';
  /** One sentence, e.g. "Everything is safe. Last backup 4 min ago." */
  readonly sentence: string;
}

export interface TrayPort {
  setState(state: TrayState): void;
}

export interface PowerPort {
  /** Keeps the computer awake until the returned handle is disposed. Handles nest. */
  keepAwake(): Disposable;
  /** Calls back after the computer slept; what was watched before may have been missed. */
  onResume(listener: () => void): void;
}
