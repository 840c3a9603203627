import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base, expect } from '@playwright/test';
import type { Page } from '@playwright/test';

const root = join(import.meta.dirname, '..', '..');

/** A started Tidemark with a home folder of its own. */
export interface RealApp {
  readonly home: string;
  readonly documents: string;
  /** A fresh address, good for one browser. */
  readonly address: string;
  readonly stop: () => Promise<void>;
  readonly restart: () => Promise<void>;
}

interface Options {
  /** Whether a Secret Service runs beside it. */
  readonly keychain: boolean;
  /** Text put in place of the settings file before the start. */
  readonly damagedSettings: string | null;
}

interface Fixtures {
  readonly app: RealApp;
  /** A page of that app, already let in; complaints on its console fail the test. */
  readonly appPage: Page;
}

/** A folder that is not there yet; in pictures for the README, one with a person's name. */
function newHome(): string {
  if (process.env['SCREENSHOTS'] === undefined) return mkdtempSync(join(tmpdir(), 'tidemark-home-'));
  mkdirSync('/home/anna');
  return '/home/anna';
}

/** Whether any process of the group is left. */
function isAlive(group: number): boolean {
  try {
    process.kill(-group, 0);
    return true;
  } catch {
    return false;
  }
}

/** A home as a person has one. */
function furnish(home: string): void {
  const documents = join(home, 'Documents');
  mkdirSync(join(documents, 'novel', 'drafts'), { recursive: true });
  mkdirSync(join(home, 'Pictures'), { recursive: true });
  mkdirSync(join(home, '.config'), { recursive: true });
  writeFileSync(
    join(home, '.config', 'user-dirs.dirs'),
    'XDG_DOCUMENTS_DIR="$HOME/Documents"\nXDG_PICTURES_DIR="$HOME/Pictures"\n',
  );
  writeFileSync(join(documents, 'novel', 'chapter-1.md'), '# One\n\nIt was a calm sea.\n');
  writeFileSync(join(documents, 'novel', 'chapter-2.md'), '# Two\n\nThe tide went out.\n');
  writeFileSync(join(documents, 'novel', 'drafts', 'idea.txt'), 'A lighthouse?\n');
  writeFileSync(join(documents, 'letter <draft> & "notes".txt'), 'Dear reader\n');
  for (let index = 0; index < 60; index++) {
    writeFileSync(join(home, 'Pictures', `sea-${index}.raw`), Buffer.alloc(200_000, index));
  }
}

function command(keychain: boolean): readonly [string, readonly string[]] {
  const serve = [process.execPath, join(root, 'main/cli/main.ts'), 'serve', '--no-open'];
  const unlocked = 'printf "\\n" | gnome-keyring-daemon --unlock --components=secrets >/dev/null; exec "$@"';
  return keychain
    ? ['dbus-run-session', ['--', 'sh', '-c', unlocked, 'sh', ...serve]]
    : [serve[0] ?? '', serve.slice(1)];
}

async function start(home: string, keychain: boolean): Promise<{ address: string; stop: () => Promise<void> }> {
  const [program, args] = command(keychain);
  const child = spawn(program, args, {
    cwd: root,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], HOME: home, XDG_RUNTIME_DIR: home, TZ: 'UTC', LANG: 'C.UTF-8' },
  });
  let said = '';
  const address = await new Promise<string>((resolve, reject) => {
    const read = (text: string): void => {
      said += text;
      const found = /http:\/\/127\.0\.0\.1:\d+\/#\S+/.exec(said)?.[0];
      if (found !== undefined) resolve(found);
    };
    child.stdout.setEncoding('utf8').on('data', read);
    child.stderr.setEncoding('utf8').on('data', read);
    child.on('exit', (code) => reject(new Error(`Tidemark ended with ${code}: ${said}`)));
  });
  const stop = async (): Promise<void> => {
    const group = child.pid;
    if (group === undefined || !isAlive(group)) return;
    process.kill(-group, 'SIGTERM');
    // The session's leader may go before the app it started.
    const deadline = Date.now() + 20_000;
    while (isAlive(group)) {
      if (Date.now() > deadline) throw new Error('Tidemark did not stop within 20 seconds.');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  return { address, stop };
}

export const test = base.extend<Fixtures & Options>({
  keychain: [true, { option: true }],
  damagedSettings: [null, { option: true }],
  app: async ({ keychain, damagedSettings }, use) => {
    const home = newHome();
    furnish(home);
    if (damagedSettings !== null) {
      mkdirSync(join(home, '.local/share/tidemark'), { recursive: true });
      writeFileSync(join(home, '.local/share/tidemark/settings.json'), damagedSettings);
    }
    let running = await start(home, keychain);
    await use({
      home,
      documents: join(home, 'Documents'),
      get address() {
        return running.address;
      },
      stop: () => running.stop(),
      restart: async () => {
        await running.stop();
        running = await start(home, keychain);
      },
    });
    await running.stop();
    // The keyring's daemon leaves in its own time.
    rmSync(home, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  },
  appPage: async ({ app, page }, use) => {
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(app.address);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await use(page);
    expect(complaints).toEqual([]);
  },
});

export { expect };

/** Runs Debian's restic on what the app made, with a password a person would type. */
export function restic(repository: string, password: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync('restic', ['--no-cache', '-r', repository, ...args], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], HOME: tmpdir(), RESTIC_PASSWORD: password },
  });
  expect([status, stderr]).toEqual([0, '']);
  return stdout;
}
