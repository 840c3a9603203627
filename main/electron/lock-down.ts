import type { App, Session, Shell } from 'electron';
import { isExternalAddress, isPageAddress } from './page-address.ts';

export interface LockDownParts {
  readonly app: Pick<App, 'on'>;
  readonly session: Pick<
    Session,
    'setPermissionRequestHandler' | 'setPermissionCheckHandler' | 'setDevicePermissionHandler' | 'webRequest'
  >;
  readonly shell: Pick<Shell, 'openExternal'>;
  /** Whether the developer tools may load themselves (never in a release). */
  readonly devTools: boolean;
}

/** Takes from every page, also one that was taken over, what ours never does. Before the first window. */
export function lockDown({ app, session, shell, devTools }: LockDownParts): void {
  app.on('web-contents-created', (_, contents) => {
    const stay = (event: { readonly url: string; preventDefault(): void }): void => {
      if (!isPageAddress(event.url)) event.preventDefault();
    };
    contents.on('will-navigate', stay);
    contents.on('will-redirect', stay);
    contents.on('will-frame-navigate', stay);
    contents.on('will-attach-webview', (event) => event.preventDefault());
    contents.setWindowOpenHandler(({ url }) => {
      if (isExternalAddress(url)) void shell.openExternal(url);
      return { action: 'deny' };
    });
  });
  session.setPermissionRequestHandler((_contents, permission, answer) => answer(isNeeded(permission)));
  session.setPermissionCheckHandler((_contents, permission) => isNeeded(permission));
  session.setDevicePermissionHandler(() => false);
  // The page never talks to the network; whatever tries to through it is cut off here.
  session.webRequest.onBeforeRequest(({ url }, answer) => {
    const isOwn = isPageAddress(url) || url.startsWith('data:') || (devTools && url.startsWith('devtools://'));
    answer({ cancel: !isOwn });
  });
}

/** Copying the recovery words and paths is all the page asks for. */
function isNeeded(permission: string): boolean {
  return permission === 'clipboard-sanitized-write';
}
