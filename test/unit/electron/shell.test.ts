import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserWindow, BrowserWindowConstructorOptions, Menu, MenuItemConstructorOptions, Notification,
  OpenDialogOptions, Tray } from 'electron';
import { describe, expect, it, vi } from 'vitest';
import { MainWindow } from '../../../main/electron/main-window.ts';
import { createDialogs, createNotifications, createPower } from '../../../main/electron/ports.ts';
import { quitCleanly } from '../../../main/electron/quit.ts';
import { createTray, trayIcon } from '../../../main/electron/tray.ts';
import { defaultSize, loadWindowState, placeWindow, saveWindowState } from '../../../main/electron/window-state.ts';
import { silentLogger } from '../headless/world.ts';
import { fakeWindow, standIn } from './stand-ins.ts';
import { tempDir } from '../../helpers/temp-dir.ts';

const screen = { x: 0, y: 0, width: 1_920, height: 1_040 };

describe('the place of the window', () => {
  it('is remembered, and forgotten when it makes no sense', () => {
    const path = join(tempDir(), 'window.json');
    expect(loadWindowState(path)).toBeUndefined();
    const state = { bounds: { x: 1, y: 2, width: 900, height: 700 }, maximised: true };
    saveWindowState(path, state);
    expect(loadWindowState(path)).toEqual(state);
    for (const junk of ['', '{', 'null', '{"bounds":{}}',
      '{"bounds":{"x":1e99,"y":0,"width":1,"height":1},"maximised":true}']) {
      writeFileSync(path, junk);
      expect(loadWindowState(path)).toBeUndefined();
    }
    expect(() => saveWindowState(join(path, 'not', 'there'), state)).not.toThrow();
  });

  it('is on a screen that is there', () => {
    const at = (x: number, y: number, width = 900, height = 700) => ({ bounds: { x, y, width, height },
      maximised: false });
    expect(placeWindow(undefined, [screen])).toEqual(defaultSize);
    expect(placeWindow(at(100, 50), [screen])).toEqual({ x: 100, y: 50, width: 900, height: 700 });
    expect(placeWindow(at(2_000, 50), [screen])).toEqual({ width: 900, height: 700 });
    expect(placeWindow(at(2_000, 50), [screen, { ...screen, x: 1_920 }])).toMatchObject({ x: 2_000 });
    expect(placeWindow(at(100, -300), [screen])).not.toHaveProperty('x');
    expect(placeWindow(at(100, 50, 10, 10), [screen])).toMatchObject({ width: 640, height: 480 });
  });
});

function windowWorld() {
  const made: { window: ReturnType<typeof fakeWindow>; options: BrowserWindowConstructorOptions }[] = [];
  const stateFile = join(tempDir(), 'window.json');
  const main = new MainWindow({
    create: (options) => {
      const window = fakeWindow();
      made.push({ window, options });
      return window;
    },
    workAreas: () => [screen],
    isDark: () => true,
    preload: '/p/bridge.cjs',
    icon: '/p/icon.png',
    stateFile,
    devTools: false,
    logger: silentLogger,
  });
  return { main, made, stateFile };
}

describe('the window', () => {
  it('is closed in every respect', () => {
    const { main, made } = windowWorld();
    expect(main.contentsId).toBeUndefined();
    main.show();
    main.show();
    expect(made).toHaveLength(1);
    expect(main.contentsId).toBe(7);
    expect(made[0]?.options.webPreferences).toEqual({
      preload: '/p/bridge.cjs',
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
      devTools: false,
    });
    expect(made[0]?.window.calls).toContain('app://tidemark/');
  });

  it('hides when closed, closes when quitting, and keeps its place', () => {
    const { main, made, stateFile } = windowWorld();
    main.show();
    const window = made[0]!.window as unknown as { emit(name: string, event: object): void; calls: string[] };
    const hiding = { preventDefault: vi.fn() };
    window.emit('close', hiding);
    expect(hiding.preventDefault).toHaveBeenCalledOnce();
    expect(window.calls).toContain('hide');
    expect(JSON.parse(readFileSync(stateFile, 'utf8'))).toEqual({
      bounds: { x: 10, y: 20, width: 900, height: 700 },
      maximised: false,
    });
    main.prepareToQuit();
    const closing = { preventDefault: vi.fn() };
    window.emit('close', closing);
    expect(closing.preventDefault).not.toHaveBeenCalled();
  });

  it('loads a page that died again, but not for ever', () => {
    const { main, made } = windowWorld();
    main.show();
    const { calls, webContents } = made[0]!.window;
    const die = (): unknown => webContents.emit('render-process-gone', {}, { reason: 'crashed' });
    die();
    die();
    expect(calls.filter((name) => name === 'reload')).toHaveLength(1);
  });
});

describe('the tray', () => {
  it('says what is going on and offers three things', () => {
    const images: string[] = [];
    const menus: MenuItemConstructorOptions[][] = [];
    const clicked: string[] = [];
    const tray = standIn<Tray>({ setImage: (path: string) => images.push(path), setToolTip: vi.fn(),
      setContextMenu: vi.fn() });
    const port = createTray({
      create: (icon) => (images.push(icon), tray),
      buildMenu: (template) => (menus.push(template), {} as Menu),
      platform: 'linux',
      iconFolder: '/t',
      onOpen: () => clicked.push('open'),
      onBackUpNow: () => clicked.push('back up'),
      onQuit: () => clicked.push('quit'),
    });
    port.setState({ kind: 'running', sentence: 'Backing up' });
    port.setState({ kind: 'running', sentence: 'Backing up' });
    port.setState({ kind: 'attention', sentence: 'Look here' });
    expect(images).toEqual(['/t/idle.png', '/t/running.png', '/t/attention.png']);
    expect(menus).toHaveLength(3);
    for (const { click } of menus[2] ?? []) (click as (() => void) | undefined)?.();
    tray.emit('click');
    expect(clicked).toEqual(['open', 'back up', 'quit', 'open']);
    expect(menus[1]?.find(({ label }) => label === 'Back up now')?.enabled).toBe(false);
    expect(trayIcon('/t', 'darwin', 'paused')).toBe('/t/pausedTemplate.png');
    expect(trayIcon('/t', 'win32', 'paused')).toBe('/t/paused.ico');
  });
});

describe('the means of the desktop', () => {
  it('pick a folder', async () => {
    const asked: unknown[][] = [];
    let chosen: string[] = ['/home/ann/x'];
    const dialog = {
      showOpenDialog: async (...values: unknown[]) => (asked.push(values), { canceled: chosen.length === 0,
        filePaths: chosen }),
    };
    let window: BrowserWindow | undefined;
    const dialogs = createDialogs(dialog, () => window);
    expect(await dialogs.pickFolder({ title: 'T', buttonLabel: 'B', startIn: '/home' })).toBe('/home/ann/x');
    chosen = [];
    window = fakeWindow();
    expect(await dialogs.pickFolder({ title: 'T', buttonLabel: 'B', startIn: null })).toBeNull();
    expect(asked[0]?.[0]).toMatchObject({ defaultPath: '/home' } satisfies OpenDialogOptions);
    expect(asked[1]?.[0]).toBe(window);
    expect(asked[1]?.[1]).not.toHaveProperty('defaultPath');
  });

  it('notify, and let go', () => {
    const made: (Notification & { emit(name: string): boolean })[] = [];
    const onClick = vi.fn();
    let isSupported = false;
    const port = createNotifications({
      isSupported: () => isSupported,
      create: () => {
        const notification = standIn<Notification>({ show: vi.fn() });
        made.push(notification);
        return notification;
      },
      onClick,
    });
    port.notify({ title: 'a', body: 'b' });
    expect(made).toHaveLength(0);
    isSupported = true;
    port.notify({ title: 'a', body: 'b' });
    made[0]?.emit('click');
    made[0]?.emit('failed');
    expect(onClick).toHaveBeenCalledOnce();
  });

  it('keep the computer awake while anyone needs it', () => {
    const calls: string[] = [];
    const monitor = standIn<Parameters<typeof createPower>[0]>();
    const power = createPower(monitor, { start: (kind) => (calls.push(kind), 3), stop: (id) =>
      (calls.push(`stop ${id}`), true) });
    const [first, second] = [power.keepAwake(), power.keepAwake()];
    first[Symbol.dispose]();
    first[Symbol.dispose]();
    expect(calls).toEqual(['prevent-app-suspension']);
    second[Symbol.dispose]();
    expect(calls).toEqual(['prevent-app-suspension', 'stop 3']);
    const onResume = vi.fn();
    power.onResume(onResume);
    monitor.emit('resume');
    expect(onResume).toHaveBeenCalledOnce();
  });
});

describe('quitting', () => {
  it('waits for the work once, then ends', async () => {
    const exited: number[] = [];
    const app = standIn<Parameters<typeof quitCleanly>[0]['app']>({ exit: (code: number) => exited.push(code) });
    const power = standIn<Parameters<typeof quitCleanly>[0]['power']>();
    const stopped = Promise.withResolvers<void>();
    const stop = vi.fn(() => stopped.promise);
    const prepare = vi.fn();
    quitCleanly({ app, power, prepare, stop, logger: silentLogger });
    const event = { preventDefault: vi.fn() };
    app.emit('before-quit', event);
    app.emit('before-quit', event);
    power.emit('shutdown', event);
    expect(event.preventDefault).toHaveBeenCalledTimes(3);
    expect([prepare.mock.calls.length, stop.mock.calls.length]).toEqual([1, 1]);
    expect(exited).toEqual([]);
    stopped.resolve();
    await vi.waitFor(() => expect(exited).toEqual([0]));
    expect(app.listenerCount('window-all-closed')).toBe(1);
  });

  it('ends also when stopping fails', async () => {
    const exited: number[] = [];
    const app = standIn<Parameters<typeof quitCleanly>[0]['app']>({ exit: (code: number) => exited.push(code) });
    const stop = async (): Promise<void> => {
      throw new Error('stuck');
    };
    quitCleanly({ app, power: standIn(), prepare: () => undefined, stop, logger: silentLogger });
    app.emit('before-quit', { preventDefault: () => undefined });
    await vi.waitFor(() => expect(exited).toEqual([0]));
  });
});
