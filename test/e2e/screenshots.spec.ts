import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { frame } from './page-objects/frame.ts';
import { goBackPage } from './page-objects/go-back.ts';
import { homePage } from './page-objects/home.ts';
import { setupPage } from './page-objects/setup.ts';
import { expect, test } from './real-app.ts';

// The pictures of the README come from here: SCREENSHOTS=assets/screenshots npm test -- e2e
const folder = process.env['SCREENSHOTS'];

/** Takes the screen in both themes and asserts that nothing sticks out at any width that is promised. */
async function show(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    for (const width of [640, 800, 1280]) {
      await page.setViewportSize({ width, height: 800 });
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect([name, width, overflow]).toEqual([name, width, Math.min(0, overflow)]);
    }
    const image = await page.screenshot();
    expect(image.length).toBeGreaterThan(10_000);
    if (folder !== undefined) writeFileSync(join(folder, `${name}-${colorScheme}.png`), image);
  }
}

test('every main screen fits at 640, 800 and 1280 pixels, in light and dark', async ({ app, appPage: page }) => {
  const novel = join(app.documents, 'novel');
  await expect(setupPage(page).startButton).toBeEnabled();
  await show(page, 'first-use');
  await setupPage(page).start();
  await frame(page).idle();
  for (let edit = 1; edit <= 5; edit++) {
    writeFileSync(join(novel, 'chapter-1.md'), `# One\n\n${'It was a calm sea. '.repeat(edit * 700)}`);
    if (edit === 3) rmSync(join(novel, 'chapter-2.md'));
    writeFileSync(join(novel, `chapter-${edit + 2}.md`), 'The tide came in. '.repeat(edit * 3_000));
    await frame(page).goTo('Home');
    await homePage(page).backUp();
    await expect(page.getByText(`${edit + 1} versions`)).toBeVisible();
    await frame(page).idle();
  }
  await show(page, 'home');
  await frame(page).goTo('Go back');
  const back = goBackPage(page);
  await back.chooseVersion(3);
  await back.openFolder('Documents');
  await back.openFolder('novel');
  await expect(back.pastRow('chapter-2.md')).toBeVisible();
  await show(page, 'go-back');
  await back.look('chapter-1.md');
  await expect(page.getByText('6 versions')).toBeVisible();
  await show(page, 'versions-of-a-file');
  await page.keyboard.press('Escape');
  await frame(page).goTo('Activity');
  await show(page, 'activity');
  await frame(page).goTo('Settings');
  await show(page, 'settings');
});
