import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** One thing that is built: from which sources, with what, and the file that says when. */
export interface BuildTarget {
  readonly sources: readonly string[];
  readonly result: string;
  /** Arguments of Node, from the project's root. */
  readonly command: readonly string[];
}

/** The page alone, for the headless shell, which runs from its sources. */
export const pageBuild: BuildTarget = {
  sources: ['renderer', 'shared', 'package-lock.json'],
  result: 'out/renderer/index.html',
  command: ['node_modules/vite/bin/vite.js', 'build', '-c', 'renderer/vite.config.ts', '--logLevel', 'warn'],
};

/** Everything, for Electron. */
export const desktopBuild: BuildTarget = {
  sources: ['main', 'preload', 'renderer', 'shared', 'electron.vite.config.ts', 'package-lock.json', 'package.json'],
  result: 'out/main/electron.js',
  command: ['node_modules/electron-vite/bin/electron-vite.js', 'build', '--logLevel', 'warn'],
};

/** Whether something has to be built: nothing is there, or a source is newer. */
export function isStale(root: string, { sources, result }: BuildTarget): boolean {
  const built = statSync(join(root, result), { throwIfNoEntry: false });
  return built === undefined || sources.some((source) => newest(join(root, source)) > built.mtimeMs);
}

/** Builds what is stale. Throws with what the build printed when it fails. */
export function build(root: string, target: BuildTarget): void {
  if (!isStale(root, target)) return;
  const { status, stdout, stderr } = spawnSync(process.execPath, target.command, {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, NODE_ENV: 'production' },
  });
  if (status === 0) return;
  // Half a build must not pass for a whole one at the next start.
  rmSync(join(root, target.result), { force: true });
  throw new Error(`The build failed.\n${stdout}${stderr}`);
}

/** The latest change below a path; 0 where nothing is. A folder's own time counts: it tells of files taken away. */
function newest(path: string): number {
  const facts = statSync(path, { throwIfNoEntry: false });
  if (facts === undefined) return 0;
  if (!facts.isDirectory()) return facts.mtimeMs;
  return readdirSync(path).reduce((latest, name) => Math.max(latest, newest(join(path, name))), facts.mtimeMs);
}
