import { defineConfig } from '@playwright/test';
import { electronRuntime } from '../helpers/electron-runtime.ts';

const runtime = electronRuntime();
if (runtime === null && process.env['REQUIRE_ELECTRON'] === '1') {
  throw new Error('REQUIRE_ELECTRON=1, but there is no Electron runtime: run `npx install-electron` first.');
}

export default defineConfig({
  testDir: '.',
  testMatch: runtime === null ? [] : '*.spec.ts',
  globalSetup: './build.ts',
  timeout: 120_000,
  expect: { timeout: 20_000 },
  workers: 1,
  retries: 0,
  forbidOnly: true,
  outputDir: '../../test-results/electron',
});
