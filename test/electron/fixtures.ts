import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron, test as base } from '@playwright/test';
import type { ElectronApplication, Page } from '@playwright/test';
import { electronRuntime } from '../helpers/electron-runtime.ts';

export const root = join(import.meta.dirname, '..', '..');

export interface DesktopFixtures {
  readonly profile: string;
  readonly desktop: ElectronApplication;
  readonly page: Page;
}

export function launch(profile: string): Promise<ElectronApplication> {
  const executablePath = electronRuntime();
  if (executablePath === null) throw new Error('There is no Electron runtime.');
  return _electron.launch({
    executablePath,
    args: [root, `--profile=${profile}`],
    env: { ...(process.env as Record<string, string>), HOME: profile },
  });
}

/** The desktop app with a profile of its own. */
export const test = base.extend<DesktopFixtures>({
  // oxlint-disable-next-line no-empty-pattern -- Playwright reads the pattern
  profile: async ({}, use) => {
    const folder = mkdtempSync(join(tmpdir(), 'tidemark-desktop-'));
    await use(folder);
    rmSync(folder, { recursive: true, force: true });
  },
  desktop: async ({ profile }, use) => {
    const desktop = await launch(profile);
    await use(desktop);
    await desktop.evaluate(({ app }) => app.exit(0)).catch(() => undefined);
  },
  page: async ({ desktop }, use) => {
    await use(await desktop.firstWindow());
  },
});

export { expect } from '@playwright/test';
