import type { IpcMain, Protocol, Session, Shell, WebContents } from 'electron';
import { describe, expect, it, vi } from 'vitest';
import { lockDown } from '../../../main/electron/lock-down.ts';
import { isExternalAddress, isPageAddress } from '../../../main/electron/page-address.ts';
import { answerPageLines, mainPortTransport } from '../../../main/electron/page-line.ts';
import { answerPage, pageSchemes, servePage } from '../../../main/electron/page-protocol.ts';
import { isTrustedSender } from '../../../main/electron/trusted-sender.ts';
import { loadPageAssets } from '../../../main/ports/shell/page-assets.ts';
import { contract } from '../../../shared/contract/contract.ts';
import { contentSecurityPolicy } from '../../../shared/format/csp.ts';
import { bridgeChannels } from '../../../shared/rpc/bridge.ts';
import { connect } from '../../../shared/rpc/connect.ts';
import { fakeHandlers } from '../headless/fake-handlers.ts';
import { fakePage, silentLogger } from '../headless/world.ts';
import { fakeChannel, messageFrom, standIn } from './stand-ins.ts';

type RequestListener = (details: { url: string }, answer: (response: { cancel: boolean }) => void) => void;

function lockedDown(devTools = false) {
  const app = standIn<Parameters<typeof lockDown>[0]['app']>();
  let onRequest: RequestListener = () => {};
  const session = {
    setPermissionRequestHandler: vi.fn(),
    setPermissionCheckHandler: vi.fn(),
    setDevicePermissionHandler: vi.fn(),
    webRequest: { onBeforeRequest: (listener: RequestListener) => void (onRequest = listener) },
  };
  const opened: string[] = [];
  const shell = { openExternal: async (url: string) => void opened.push(url) } satisfies Pick<Shell, 'openExternal'>;
  lockDown({ app, session: session as unknown as Session, shell, devTools });
  let openHandler: (details: { url: string }) => unknown = () => undefined;
  const contents = standIn<WebContents>({
    setWindowOpenHandler: (handler: typeof openHandler) => void (openHandler = handler),
  });
  app.emit('web-contents-created', {}, contents);
  const cancelled = (url: string): boolean => {
    let cancel = false;
    onRequest({ url }, (response) => void (cancel = response.cancel));
    return cancel;
  };
  return { session, contents, opened, cancelled, open: (url: string) => openHandler({ url }) };
}

describe('what a page may do', () => {
  it('is not to leave', () => {
    const { contents } = lockedDown();
    for (const name of ['will-navigate', 'will-redirect', 'will-frame-navigate', 'will-attach-webview']) {
      const event = { url: 'https://evil.example/', preventDefault: vi.fn() };
      contents.emit(name, event);
      expect(event.preventDefault, name).toHaveBeenCalledOnce();
    }
    const reload = { url: 'app://tidemark/plans/1', preventDefault: vi.fn() };
    contents.emit('will-navigate', reload);
    expect(reload.preventDefault).not.toHaveBeenCalled();
    const webview = { url: 'app://tidemark/', preventDefault: vi.fn() };
    contents.emit('will-attach-webview', webview);
    expect(webview.preventDefault).toHaveBeenCalledOnce();
  });

  it('is not to open windows; known pages go to the browser', () => {
    const { open, opened } = lockedDown();
    const asked = ['https://restic.net/#x', 'https://restic.net.evil.example/', 'http://restic.net/',
      'file:///etc/passwd', 'app://tidemark/', 'junk'];
    for (const url of asked) expect(open(url)).toEqual({ action: 'deny' });
    expect(opened).toEqual(['https://restic.net/#x']);
  });

  it('is none of the permissions but copying', () => {
    const { session } = lockedDown();
    const request = session.setPermissionRequestHandler.mock.calls[0]?.[0] as (
      contents: null,
      permission: string,
      answer: (granted: boolean) => void,
    ) => void;
    const check = session.setPermissionCheckHandler.mock.calls[0]?.[0] as (contents: null, permission: string) =>
      boolean;
    for (const permission of ['media', 'geolocation', 'notifications', 'clipboard-read', 'openExternal', 'fileSystem',
      'usb']) {
      request(null, permission, (granted) => expect(granted, permission).toBe(false));
      expect(check(null, permission), permission).toBe(false);
    }
    expect(check(null, 'clipboard-sanitized-write')).toBe(true);
    const device = session.setDevicePermissionHandler.mock.calls[0]?.[0] as () => boolean;
    expect(device()).toBe(false);
  });

  it('is not to reach the network', () => {
    const { cancelled } = lockedDown();
    expect(cancelled('app://tidemark/assets/a.js')).toBe(false);
    expect(cancelled('data:image/png;base64,AA')).toBe(false);
    for (const url of ['https://evil.example/', 'http://127.0.0.1/', 'ws://x/', 'file:///etc/passwd',
      'app://tidemark.evil/', 'app://other/', 'devtools://x/']) {
      expect(cancelled(url), url).toBe(true);
    }
    expect(lockedDown(true).cancelled('devtools://devtools/bundled/inspector.html')).toBe(false);
  });
});

describe('addresses', () => {
  it('are compared whole', () => {
    expect(isPageAddress('app://tidemark/')).toBe(true);
    expect(isPageAddress('app://tidemark')).toBe(false);
    expect(isPageAddress('app://tidemark@evil/')).toBe(false);
    expect(isExternalAddress('https://restic.readthedocs.io/en/stable/')).toBe(true);
    expect(isExternalAddress('https://restic.net@evil.example/')).toBe(false);
  });
});

describe('the page scheme', () => {
  const assets = loadPageAssets(fakePage());
  const get = (url: string, method = 'GET'): Response => answerPage(assets, { url, method });

  it('never bypasses the policy', () => {
    expect(pageSchemes.map(({ scheme, privileges }) => [scheme, privileges])).toEqual([
      ['app', { standard: true, secure: true, supportFetchAPI: true, codeCache: true }],
    ]);
    let served: ((request: Request) => Response | Promise<Response>) | undefined;
    servePage({ handle: (_, handler) => void (served = handler as typeof served) } satisfies Pick<Protocol, 'handle'>,
      assets);
    expect(served).toBeDefined();
  });

  it('answers the built files with the policy', async () => {
    const page = get('app://tidemark/plans/1?x#y');
    expect(page.status).toBe(200);
    expect(page.headers.get('content-security-policy')).toBe(contentSecurityPolicy);
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
    expect(await page.text()).toContain('<title>Tidemark</title>');
    expect(get('app://tidemark/assets/a-1.js').headers.get('content-type')).toContain('javascript');
  });

  it('answers nothing else', () => {
    for (const url of ['app://tidemark/../../package.json', 'app://tidemark/%2e%2e/package.json',
      'app://tidemark/notes.txt', 'app://other/index.html', 'file:///etc/passwd', 'app://tidemark//etc/x.js']) {
      expect(get(url).status, url).toBe(404);
    }
    expect(get('app://tidemark/', 'POST').status).toBe(405);
  });
});

describe('who is listened to', () => {
  it('is the top frame of our page in our window', () => {
    expect(isTrustedSender(messageFrom(), 7)).toBe(true);
    expect(isTrustedSender(messageFrom({ id: 8 }), 7)).toBe(false);
    expect(isTrustedSender(messageFrom({ origin: 'https://evil.example' }), 7)).toBe(false);
    expect(isTrustedSender(messageFrom({ origin: 'null' }), 7)).toBe(false);
    expect(isTrustedSender(messageFrom({ isTop: false }), 7)).toBe(false);
    expect(isTrustedSender(messageFrom({ frame: false }), 7)).toBe(false);
    expect(isTrustedSender(messageFrom(), undefined)).toBe(false);
  });
});

describe('the line of the page', () => {
  function world() {
    const ipc = standIn<IpcMain>({});
    const invoked = new Map<string, (event: unknown, ...values: unknown[]) => unknown>();
    Object.assign(ipc, { handle: (channel: string, handler: (event: unknown) => unknown) => invoked.set(channel,
      handler) });
    const minted: string[] = [];
    answerPageLines({
      ipc,
      newChannel: fakeChannel,
      app: { handlers: fakeHandlers(), tokenForPath: (path) => (minted.push(path), `token-of-${path}`) },
      trustedId: () => 7,
      logger: silentLogger,
      validateOutputs: true,
    });
    const drop = (event: unknown, path: unknown): unknown => invoked.get(bridgeChannels.dropped)?.(event, path);
    return { ipc, drop, minted };
  }

  it('is given to our page, which then speaks the contract', async () => {
    const { ipc } = world();
    const event = messageFrom();
    ipc.emit(bridgeChannels.open, event);
    const client = connect(contract, mainPortTransport(event.posted[0]!));
    expect(await client.app.updateSettings({ theme: 'light' })).toEqual({});
    const again = messageFrom();
    ipc.emit(bridgeChannels.open, again);
    await vi.waitFor(() => expect(client.app.updateSettings({})).rejects.toMatchObject({ code: 'disconnected' }));
    expect(await connect(contract, mainPortTransport(again.posted[0]!)).app.updateSettings({})).toEqual({});
  });

  it('is not given to strangers', () => {
    const { ipc } = world();
    for (const event of [messageFrom({ id: 9 }), messageFrom({ isTop: false }),
      messageFrom({ origin: 'https://evil.example' })]) {
      ipc.emit(bridgeChannels.open, event);
      expect(event.posted).toEqual([]);
    }
  });

  it('turns dropped paths into tokens, for our page only', () => {
    const { drop, minted } = world();
    expect(drop(messageFrom(), '/home/ann/a')).toBe('token-of-/home/ann/a');
    expect(drop(messageFrom({ id: 9 }), '/home/ann/b')).toBeNull();
    for (const path of [undefined, 5, '', 'relative', '/a\0b', `/${'x'.repeat(70_000)}`]) expect(drop(messageFrom(),
      path)).toBeNull();
    expect(minted).toEqual(['/home/ann/a']);
  });
});
