import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** Builds the page once before the specs, as `npm start` does. */
export default function buildPage(): void {
  const { status } = spawnSync('node_modules/.bin/vite', ['build', '-c', 'renderer/vite.config.ts', '--logLevel', 'error'], {
    cwd: join(import.meta.dirname, '..', '..'),
    stdio: 'inherit',
  });
  if (status !== 0) {
    throw new Error('The page could not be built.');
  }
}
