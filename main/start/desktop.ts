import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What decides whether the desktop app can be shown. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly isRoot: boolean;
}

/** Why this machine cannot show a desktop app at all; null if it can. */
export function obstacle({ platform, env, isRoot }: Machine): string | null {
  if (platform !== 'linux') return null;
  if (isRoot) return 'the desktop app does not run as root, which would switch off its sandbox';
  if ((env['DISPLAY'] ?? '') === '' && (env['WAYLAND_DISPLAY'] ?? '') === '') return 'there is no screen here';
  return null;
}

/** Electron's executable where its runtime is installed; null otherwise. */
export function findRuntime(root: string, { platform, env }: Pick<Machine, 'platform' | 'env'>): string | null {
  const folder = join(root, 'node_modules', 'electron');
  const pathFile = join(folder, 'path.txt');
  const name = existsSync(pathFile)
    ? readFileSync(pathFile, 'utf8').trim()
    : platform === 'win32'
      ? 'electron.exe'
      : 'electron';
  const executable = join(env['ELECTRON_OVERRIDE_DIST_PATH'] ?? join(folder, 'dist'), name);
  return existsSync(executable) ? executable : null;
}

/** How long fetching the runtime may take; who has a slower line fetches it by hand, once. */
const fetchLimit = 60_000;

/** Tries once for each version of Electron to fetch its runtime; `null` when it is there, else why not. */
export async function fetchRuntime(
  root: string,
  announce: () => void,
  limit = fetchLimit,
): Promise<string | null> {
  const byHand = '"npx install-electron" fetches it by hand';
  const installer = join(root, 'node_modules', 'electron', 'install.js');
  if (!existsSync(installer)) return 'Electron is not installed';
  const version = electronVersion(root);
  const memory = join(root, 'out', 'electron-fetch.json');
  if (wasTried(memory, version)) return `Electron's runtime could not be fetched before (${byHand})`;
  mkdirSync(join(root, 'out'), { recursive: true });
  writeFileSync(memory, JSON.stringify({ version }));
  announce();
  const options = { cwd: root, stdio: 'ignore', timeout: limit, killSignal: 'SIGKILL' } as const;
  const child = spawn(process.execPath, [installer], options);
  const isDone = await new Promise<boolean>((resolve) => {
    child.once('error', () => resolve(false));
    child.once('exit', (code) => resolve(code === 0));
  });
  return isDone ? null : `Electron's runtime cannot be fetched here (${byHand})`;
}

function electronVersion(root: string): string {
  const facts = JSON.parse(readFileSync(join(root, 'node_modules', 'electron', 'package.json'), 'utf8')) as {
    readonly version: string;
  };
  return facts.version;
}

function wasTried(memory: string, version: string): boolean {
  try {
    return (JSON.parse(readFileSync(memory, 'utf8')) as { readonly version?: unknown }).version === version;
  } catch {
    return false;
  }
}

/** An end within this time after its start counts as not having started. */
const startLimit = 10_000;

/**
 * Runs the desktop app until it ends. Resolves to its exit code, or to null when it did not come up (a missing system
 * library, a sandbox that the system forbids). Ctrl-C reaches it by itself; a request to end is passed on.
 */
export async function runDesktop(executable: string, root: string, args: readonly string[]): Promise<number | null> {
  const { ELECTRON_RUN_AS_NODE: _, ...env } = process.env;
  const child = spawn(executable, [root, ...args], { stdio: ['ignore', 'ignore', 'ignore'], env });
  const started = performance.now();
  let isAsked = false;
  const ignore = (): void => {
    isAsked = true;
  };
  const pass = (): void => {
    isAsked = true;
    child.kill('SIGTERM');
  };
  process.on('SIGINT', ignore);
  process.on('SIGTERM', pass);
  try {
    return await new Promise((resolve) => {
      child.once('error', () => resolve(null));
      child.once('exit', (code) => {
        const isEarly = performance.now() - started < startLimit;
        resolve(code === 0 || isAsked ? 0 : isEarly ? null : (code ?? 1));
      });
    });
  } finally {
    process.off('SIGINT', ignore);
    process.off('SIGTERM', pass);
  }
}
