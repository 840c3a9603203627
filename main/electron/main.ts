import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  BrowserWindow,
  Menu,
  MessageChannelMain,
  Notification,
  Tray,
  app,
  dialog,
  ipcMain,
  nativeTheme,
  powerMonitor,
  powerSaveBlocker,
  protocol,
  screen,
  session,
  shell,
} from 'electron';
import { errorFacts } from '../../shared/errors.ts';
import { createApp, createFileLogger } from '../app.ts';
import { systemClock } from '../engine/platform/clock.ts';
import { systemRandom } from '../engine/platform/random.ts';
import { askRunningInstance } from '../ports/shell/instance.ts';
import { loadPageAssets } from '../ports/shell/page-assets.ts';
import { prepareProfile, profilePaths } from '../ports/shell/profile.ts';
import { lockProfile } from '../ports/shell/profile-lock.ts';
import { version } from '../ports/shell/version.ts';
import { lockDown } from './lock-down.ts';
import { MainWindow } from './main-window.ts';
import { answerPageLines } from './page-line.ts';
import { pageSchemes, servePage } from './page-protocol.ts';
import { createDialogs, createNotifications, createPower } from './ports.ts';
import { quitCleanly } from './quit.ts';
import { createTray } from './tray.ts';

// Everything up to `whenReady` happens at once: what Electron must know before it is ready cannot wait.
const profileArgument = process.argv.find((argument) => argument.startsWith('--profile='))?.slice('--profile='.length);
const paths = profilePaths(profileArgument);
prepareProfile(paths);
const browserData = join(paths.data, 'electron');
mkdirSync(browserData, { recursive: true, mode: 0o700 });
app.setPath('userData', browserData);
app.setPath('sessionData', browserData);
app.setAppUserModelId('app.tidemark.desktop');
app.enableSandbox();
protocol.registerSchemesAsPrivileged(pageSchemes);

const outFolder = join(import.meta.dirname, '..');
const iconFolder = join(outFolder, '..', 'assets');
const devTools = !app.isPackaged;

async function run(): Promise<void> {
  const lock = lockProfile(paths.data);
  if (lock === null) return leaveToRunning();
  const logger = createFileLogger({ folder: paths.logs, console: false });
  lockDown({ app, session: session.defaultSession, shell, devTools });
  servePage(protocol, loadPageAssets(join(outFolder, 'renderer')));
  if (process.platform === 'darwin') {
    const menus = [{ role: 'appMenu' as const }, { role: 'editMenu' as const }, { role: 'windowMenu' as const }];
    Menu.setApplicationMenu(Menu.buildFromTemplate(menus));
  } else {
    Menu.setApplicationMenu(null);
  }

  const window = new MainWindow({
    create: (options) => new BrowserWindow(options),
    workAreas: () => screen.getAllDisplays().map(({ workArea }) => workArea),
    isDark: () => nativeTheme.shouldUseDarkColors,
    preload: join(outFolder, 'preload', 'bridge.cjs'),
    icon: join(iconFolder, 'icons', '256x256.png'),
    stateFile: join(paths.data, 'window.json'),
    devTools,
    logger,
  });
  const tray = createTray({
    create: (icon) => new Tray(icon),
    buildMenu: (template) => Menu.buildFromTemplate(template),
    platform: process.platform,
    iconFolder: join(iconFolder, 'tray'),
    onOpen: () => window.show(),
    onBackUpNow: () => {
      tidemark.backUpNow().catch((error: unknown) => logger.warn('Not backed up.', { reason: String(error) }));
    },
    onQuit: () => app.quit(),
  });
  const tidemark = await createApp({
    ports: {
      shell: 'electron',
      dialogs: createDialogs(dialog, () => window.current),
      notifications: createNotifications({
        isSupported: () => Notification.isSupported(),
        create: (options) => new Notification(options),
        onClick: () => window.show(),
      }),
      tray,
      power: createPower(powerMonitor, powerSaveBlocker),
    },
    paths,
    clock: systemClock,
    random: systemRandom,
    logger,
    version,
  });
  quitCleanly({
    app,
    power: powerMonitor,
    prepare: () => window.prepareToQuit(),
    stop: async () => {
      await tidemark.stop();
      lock[Symbol.dispose]();
    },
    logger,
  });
  answerPageLines({
    ipc: ipcMain,
    newChannel: () => new MessageChannelMain(),
    app: tidemark,
    trustedId: () => window.contentsId,
    logger,
    validateOutputs: devTools,
  });
  await tidemark.start();
  app.on('second-instance', () => window.show());
  app.on('activate', () => window.show());
  window.show();
}

/** Tidemark runs in a browser already: its page is shown there. */
async function leaveToRunning(): Promise<void> {
  const address = await askRunningInstance(paths.data);
  if (address === null) dialog.showErrorBox('Tidemark', 'Tidemark is already open on this computer.');
  else await shell.openExternal(address);
  app.exit(0);
}

if (app.requestSingleInstanceLock()) {
  app
    .whenReady()
    .then(run)
    .catch((error: unknown) => {
      const { message, hint } = errorFacts(error);
      dialog.showErrorBox('Tidemark could not start', `${message}\n\n${hint}`);
      app.exit(1);
    });
} else {
  app.exit(0);
}
