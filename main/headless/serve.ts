import { join } from 'node:path';
import { AppError } from '../../shared/errors.ts';
import { createApp, createFileLogger } from '../app.ts';
import { systemClock } from '../engine/platform/clock.ts';
import { systemRandom } from '../engine/platform/random.ts';
import type { App } from '../ports/app.ts';
import { announce, askRunningInstance } from '../ports/shell/instance.ts';
import { loadPageAssets } from '../ports/shell/page-assets.ts';
import { prepareProfile, profilePaths } from '../ports/shell/profile.ts';
import { lockProfile } from '../ports/shell/profile-lock.ts';
import { version } from '../ports/shell/version.ts';
import { openInBrowser } from './browser.ts';
import { headlessPorts } from './ports.ts';
import { PageServer } from './page-server.ts';

export interface ServeOptions {
  /** The port on 127.0.0.1; 0 (the default) takes a free one. */
  readonly port?: number;
  /** Whether to open the default browser where there is a screen. Default true. */
  readonly open?: boolean;
  /** A folder for everything Tidemark keeps; default the user's own places. */
  readonly profile?: string;
  /** The folder of the built page; default the one beside the program. */
  readonly assets?: string;
  /** Whether what main answers is checked against the contract too (development, tests). */
  readonly validateOutputs?: boolean;
}

export interface ServedPage extends AsyncDisposable {
  /** With a token that is good for one browser, once. */
  readonly address: string;
  readonly newAddress: () => string;
}

/** What `serve` came to: it serves now, or another Tidemark of this user does and has given its address. */
export type ServeResult =
  | { readonly kind: 'serving'; readonly page: ServedPage }
  | { readonly kind: 'running'; readonly address: string };

/**
 * Starts Tidemark with its page on 127.0.0.1. Only one Tidemark runs on a profile: where there is one already, its
 * page's address (with a fresh token) is the result. Opens no browser and prints nothing.
 */
export async function serve(options: ServeOptions = {}): Promise<ServeResult> {
  const paths = profilePaths(options.profile);
  prepareProfile(paths);
  await using undo = new AsyncDisposableStack();
  const lock = lockProfile(paths.data);
  if (lock === null) {
    const address = await askRunningInstance(paths.data);
    if (address !== null) return { kind: 'running', address };
    throw new AppError('busy', 'Tidemark is already open on this computer.', {
      hint: 'Look for its window or its sign in the tray.',
    });
  }
  undo.use(lock);
  const assets = loadPageAssets(options.assets ?? defaultAssets());
  const logger = createFileLogger({ folder: paths.logs, console: false });
  const app: App = await createApp({
    ports: headlessPorts(),
    paths,
    clock: systemClock,
    random: systemRandom,
    logger,
    version,
  });
  undo.defer(() => app.stop());
  await app.start();
  const server = undo.use(
    await PageServer.start({
      handlers: app.handlers,
      assets,
      logger,
      port: options.port ?? 0,
      validateOutputs: options.validateOutputs ?? false,
    }),
  );
  undo.use(announce(paths.data, { pid: process.pid, origin: server.origin, secret: server.secret }));
  logger.info('The page is served.', { origin: server.origin });
  const held = undo.move();
  return {
    kind: 'serving',
    page: {
      address: server.newAddress(),
      newAddress: () => server.newAddress(),
      [Symbol.asyncDispose]: () => held.disposeAsync(),
    },
  };
}

/**
 * Serves until Ctrl-C or a request to end, for `npm start` and `tidemark serve`: prints the address on one line and
 * opens the browser. Resolves to the exit code once everything is put away; a second Ctrl-C does not wait for that.
 */
export async function serveUntilStopped(options: ServeOptions, print: (line: string) => void): Promise<number> {
  const stop = Promise.withResolvers<void>();
  let signals = 0;
  const onSignal = (): void => {
    signals += 1;
    if (signals > 1) process.exit(130);
    stop.resolve();
  };
  const names = ['SIGINT', 'SIGTERM', ...(process.platform === 'win32' ? [] : (['SIGHUP'] as const))] as const;
  for (const name of names) process.on(name, onSignal);
  try {
    const result = await serve(options);
    const address = result.kind === 'serving' ? result.page.address : result.address;
    const isOpened = options.open !== false && (await openInBrowser(address));
    if (result.kind === 'running') {
      print(`Tidemark already runs: ${address}`);
      return 0;
    }
    // The browser uses up its address: what is printed is another, for another browser.
    print(isOpened ? `Tidemark opens in your browser: ${result.page.newAddress()}` : `Tidemark is ready: ${address}`);
    await using _page = result.page;
    await stop.promise;
    return 0;
  } finally {
    for (const name of names) process.off(name, onSignal);
  }
}

/** Beside the bundle (out/main → out/renderer), or where the sources' build puts it. */
function defaultAssets(): string {
  return import.meta.url.endsWith('.ts')
    ? join(import.meta.dirname, '..', '..', 'out', 'renderer')
    : join(import.meta.dirname, '..', 'renderer');
}
