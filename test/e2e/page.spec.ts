import { AxeBuilder } from '@axe-core/playwright';
import { expect, test } from '@playwright/test';
import type { Page } from '@playwright/test';
import { build, preview } from 'vite';
import type { PreviewServer } from 'vite';
import type { Fake, Scenario } from '../helpers/fake-client.ts';
import { versionId } from '../helpers/fake-world.ts';
import { frame } from './page-objects/frame.ts';
import { goBackPage } from './page-objects/go-back.ts';
import { homePage } from './page-objects/home.ts';
import { restoreDialog } from './page-objects/restore-dialog.ts';
import { settingsPage } from './page-objects/settings.ts';
import { setupPage } from './page-objects/setup.ts';

// The page alone, over a made-up main, under the product's content security policy.

const configFile = new URL('../helpers/fake-page/vite.config.ts', import.meta.url).pathname;
const novel = `#/back/plan-1?in=Projects%2Fnovel&at=${versionId(30)}`;
let server: PreviewServer;
let origin = '';
let complaints: string[] = [];

test.beforeAll(async () => {
  await build({ configFile, logLevel: 'error' });
  server = await preview({ configFile, preview: { host: '127.0.0.1', port: 0 }, logLevel: 'error' });
  const address = server.httpServer.address();
  origin = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
});

test.afterAll(async () => {
  await server.close();
});

test.beforeEach(({ page }) => {
  complaints = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
});

test.afterEach(() => {
  expect(complaints).toEqual([]);
});

async function open(page: Page, scenario: Scenario, hash = '#/', pace = 60): Promise<void> {
  await page.goto(`${origin}/?scenario=${scenario}&pace=${pace}${hash}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
}

function calls(page: Page, name: string): Promise<unknown[]> {
  return page.evaluate(
    (wanted) =>
      (window as unknown as { fake: Fake }).fake.calls.filter((call) => call.name === wanted).map((call) => call.input),
    name,
  );
}

const screens: readonly (readonly [Scenario, string])[] = [
  ['first-use', '#/'],
  ['first-use', '#/setup/existing'],
  ['no-keychain', '#/'],
  ['empty', '#/'],
  ['first-run', '#/'],
  ['trouble', '#/'],
  ['trouble', '#/kit/plan-1'],
  ['home', novel],
  ['home', '#/back/plan-1?view=changes'],
  ['home', '#/back/plan-1?find=chapter'],
  ['trouble', '#/activity/run-1'],
  ['home', '#/settings'],
];

for (const scheme of ['light', 'dark'] as const) {
  for (const [scenario, hash] of screens) {
    test(`${hash} of ${scenario} is accessible in ${scheme}`, async ({ page }) => {
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
      await open(page, scenario, hash);
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map((violation) => `${violation.id}: ${violation.nodes[0]?.html ?? ''}`)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
    });
  }
}

test('two clicks to the first byte, nothing typed', async ({ page }) => {
  await open(page, 'first-use', '#/', 2_000);
  const setup = setupPage(page);
  await expect(setup.heading).toHaveText('Keep 184 GB safe');
  await setup.start();
  expect(await calls(page, 'setup.start')).toMatchObject([
    { protection: { kind: 'device-key' }, presets: ['node-modules', 'caches'] },
  ]);
  await expect(frame(page).progressBar(/^Backing up/)).toBeVisible();
});

test('without a keychain a passphrase is asked for, and why', async ({ page }) => {
  await open(page, 'no-keychain');
  const setup = setupPage(page);
  await expect(setup.startButton).toBeDisabled();
  await setup.addFolder('/home/anna/Music');
  await setup.typePassphrase('four plain random words');
  await setup.start();
  expect(await calls(page, 'setup.start')).toMatchObject([{ protection: { kind: 'passphrase' } }]);
});

test('the recovery kit is confirmed by four words', async ({ page }) => {
  await open(page, 'trouble');
  const home = homePage(page);
  await home.openKit();
  const words = await home.kitWords();
  expect(words).toHaveLength(24);
  await home.proveKit(words);
  await expect(home.kitCard).toBeHidden();
  await expect(home.sentence).toHaveText('Everything is safe.');
});

test('a file is dragged from the past to the present, restored and undone', async ({ page }) => {
  await open(page, 'home', novel);
  const goBack = goBackPage(page);
  const dialog = restoreDialog(page);
  await goBack.dragToNow('chapter-2.md');
  await expect(dialog.dialog).toContainText('/home/anna/Projects/novel/chapter-2.md');
  expect(await calls(page, 'restore.plan')).toMatchObject([{ target: { kind: 'place', place: 'Projects/novel' } }]);
  await dialog.confirm();
  await expect(frame(page).message('Restored 1 file.')).toBeVisible();
  await frame(page).undo();
  await expect(frame(page).message(/as it was before/)).toBeVisible();
});

test('two files are dragged onto a folder', async ({ page }) => {
  await open(page, 'home', novel);
  const goBack = goBackPage(page);
  await goBack.select('chapter-1.md', 'chapter-2.md');
  await goBack.dragToNow('chapter-1.md', 'drafts');
  await expect(restoreDialog(page).dialog).toBeVisible();
  expect(await calls(page, 'restore.plan')).toMatchObject([
    {
      places: ['Projects/novel/chapter-1.md', 'Projects/novel/chapter-2.md'],
      target: { kind: 'place', place: 'Projects/novel/drafts' },
    },
  ]);
});

test('the same drag works with the keyboard alone', async ({ page }) => {
  await open(page, 'home', novel);
  await goBackPage(page).dragToNowByKeyboard('chapter-2.md');
  await expect(restoreDialog(page).dialog).toBeVisible();
});

test('conflicts are asked about, with four answers', async ({ page }) => {
  await open(page, 'home', novel);
  const goBack = goBackPage(page);
  await goBack.select('chapter-1.md', 'chapter-2.md');
  await page.keyboard.press('Enter');
  const dialog = restoreDialog(page);
  await expect(dialog.conflicts).toContainText('1 file is there already');
  await expect(dialog.policy('Keep both')).toBeChecked();
  await dialog.choosePolicy('Only what is missing');
  await dialog.confirm();
  expect(await calls(page, 'restore.execute')).toMatchObject([{ policy: 'only-missing' }]);
});

test('time moves with the keyboard while the place stays', async ({ page }) => {
  await open(page, 'home', novel);
  const goBack = goBackPage(page);
  const before = (await goBack.heading.textContent()) ?? '';
  await page.keyboard.press('[');
  await expect(goBack.heading).not.toHaveText(before);
  await expect(goBack.crumb('novel')).toHaveAttribute('aria-current', 'location');
  await page.keyboard.press(']');
  await expect(goBack.heading).toHaveText(before);
  await page.reload();
  await expect(goBack.heading).toHaveText(before);
  await page.keyboard.press('/');
  await expect(goBack.searchField).toBeFocused();
  await page.keyboard.type('passwords');
  await expect(goBack.results).toHaveCount(1);
});

test('a folder of 200,000 files scrolls to its end', async ({ page }) => {
  await open(page, 'huge', '#/back/plan-1?in=Pictures');
  const goBack = goBackPage(page);
  await goBack.pastRow('IMG_000000.jpg').click();
  await page.keyboard.press('End');
  await expect(goBack.pastRow('IMG_199999.jpg')).toBeFocused();
  expect(await goBack.past.getByRole('row').count()).toBeLessThan(120);
});

test('settings apply at once', async ({ page }) => {
  await open(page, 'home', '#/settings');
  const settings = settingsPage(page);
  await settings.addExclude('*.iso');
  await settings.chooseEvery('Every 4 hours');
  await settings.chooseTheme('Dark');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  expect(await calls(page, 'plans.update')).toMatchObject([
    { excludes: ['node_modules', '*.tmp', '/home/anna/Projects/site/cache', '*.iso'] },
    { schedule: { everyHours: 4 } },
  ]);
});

test('a lost line is said and mended', async ({ page }) => {
  await open(page, 'home');
  const set = (status: string): Promise<void> =>
    page.evaluate(
      (next) => (window as unknown as { setConnection: (status: string) => void }).setConnection(next),
      status,
    );
  await set('connecting');
  await expect(page.getByText('Connection lost.')).toBeVisible();
  await set('open');
  await expect(page.getByText('Connection lost.')).toBeHidden();
});
