import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Path of Electron's executable where its runtime is present, else null. Never starts a download. */
export function electronRuntime(): string | null {
  const root = join(import.meta.dirname, '..', '..', 'node_modules', 'electron');
  const override = process.env['ELECTRON_OVERRIDE_DIST_PATH'];
  const pathFile = join(root, 'path.txt');
  if (override !== undefined) {
    const executable = join(override, process.platform === 'win32' ? 'electron.exe' : 'electron');
    return existsSync(executable) ? executable : null;
  }
  if (!existsSync(pathFile)) {
    return null;
  }
  const executable = join(root, 'dist', readFileSync(pathFile, 'utf8').trim());
  return existsSync(executable) ? executable : null;
}
