import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { activityPage } from './page-objects/activity.ts';
import { frame } from './page-objects/frame.ts';
import { goBackPage } from './page-objects/go-back.ts';
import { homePage } from './page-objects/home.ts';
import { restoreDialog } from './page-objects/restore-dialog.ts';
import { settingsPage } from './page-objects/settings.ts';
import { existingPage, setupPage } from './page-objects/setup.ts';
import { expect, restic, test } from './real-app.ts';
import type { RealApp } from './real-app.ts';

// The main job in a real Chromium, against the real engine, a real keychain and a real repository.

/** From the first screen to a finished first backup; two clicks at most, nothing typed. */
async function firstBackup(page: Page): Promise<void> {
  const setup = setupPage(page);
  await expect(setup.startButton).toBeEnabled();
  await setup.start();
  await expect(homePage(page).sentence).toBeVisible();
  await frame(page).idle();
}

async function backUpAgain(page: Page): Promise<void> {
  await frame(page).goTo('Home');
  const before = await activityCount(page);
  await frame(page).goTo('Home');
  await homePage(page).backUp();
  await expect.poll(() => activityCount(page)).toBeGreaterThan(before);
  await frame(page).idle();
}

async function activityCount(page: Page): Promise<number> {
  await frame(page).goTo('Activity');
  return activityPage(page).runs.count();
}

function repositoryOf(app: RealApp): string {
  return join(app.home, 'Tidemark');
}

test('a first backup takes one click, the kit opens it with plain restic', async ({ app, appPage: page }) => {
  await firstBackup(page);
  const home = homePage(page);
  await frame(page).goTo('Home');
  await home.openKit();
  const words = await home.kitWords();
  expect(words).toHaveLength(12);
  await expect(home.kitQrCode).toBeVisible();
  await home.proveKit(words);
  await expect(home.kitCard).toHaveCount(0);
  const repository = repositoryOf(app);
  expect(restic(repository, words.join(' '), 'check', '--read-data')).toContain('no errors were found');
  const listed = restic(repository, words.join(' '), 'ls', 'latest');
  expect(listed).toContain(join(app.documents, 'novel/chapter-1.md'));
});

test('drags a deleted file back by mouse, a changed one by keyboard, and undoes it', async ({ app, appPage: page }) => {
  await firstBackup(page);
  const novel = join(app.documents, 'novel');
  const first = join(novel, 'chapter-1.md');
  const second = join(novel, 'chapter-2.md');
  const original = readFileSync(first, 'utf8');
  utimesSync(second, 1_600_000_000, 1_600_000_000);
  await backUpAgain(page);
  rmSync(second);
  writeFileSync(first, 'overwritten by mistake');
  await backUpAgain(page);

  await frame(page).goTo('Go back');
  const back = goBackPage(page);
  await back.chooseVersion(2);
  await back.openFolder('Documents');
  await back.openFolder('novel');
  await expect(back.nowRow('chapter-2.md')).toBeVisible();
  await back.dragToNow('chapter-2.md');
  const dialog = restoreDialog(page);
  await expect(dialog.landings).toContainText([second]);
  await dialog.confirm();
  await expect(frame(page).message(/Restored 1 file/)).toBeVisible();
  expect(readFileSync(second, 'utf8')).toContain('The tide went out');
  expect(statSync(second).mtimeMs).toBe(1_600_000_000_000);
  await frame(page).idle();
  await expect(back.nowRow('chapter-2.md')).toHaveAccessibleName('chapter-2.md, file');

  await back.dragToNowByKeyboard('chapter-1.md');
  await expect(dialog.conflicts).toBeVisible();
  await dialog.choosePolicy('Replace all');
  await dialog.confirm();
  await expect.poll(() => readFileSync(first, 'utf8')).toBe(original);
  await frame(page).idle();
  await frame(page).goTo('Activity');
  const activity = activityPage(page);
  await activity.open(/Restor/);
  await activity.undo();
  await expect.poll(() => readFileSync(first, 'utf8')).toBe('overwritten by mistake');
});

test('restores several items to a chosen folder and saves an archive', async ({ app, appPage: page }) => {
  await firstBackup(page);
  const target = join(app.home, 'Elsewhere');
  mkdirSync(target);
  await frame(page).goTo('Go back');
  const back = goBackPage(page);
  await back.openFolder('Documents');
  await back.select('novel', 'letter <draft> & "notes".txt');
  await back.restoreToButton.click();
  const { chooseFolder } = await import('./page-objects/folder-dialog.ts');
  await chooseFolder(page, target);
  await restoreDialog(page).confirm();
  await frame(page).idle();
  expect(readdirSync(target).sort()).toEqual(['letter <draft> & "notes".txt', 'novel']);
  expect(readFileSync(join(target, 'novel/drafts/idea.txt'), 'utf8')).toBe('A lighthouse?\n');

  await back.select('novel');
  await back.archiveButton.click();
  await chooseFolder(page, target);
  await frame(page).idle();
  await expect.poll(() => readdirSync(target).filter((name) => name.endsWith('.tar'))).toHaveLength(1);
});

test('cancelling the first backup leaves everything consistent', async ({ app, appPage: page }) => {
  mkdirSync(join(app.documents, 'large'));
  for (let index = 0; index < 40; index++) {
    writeFileSync(join(app.documents, 'large', `noise-${index}`), Buffer.alloc(8 << 20, `noise ${index} `));
  }
  const setup = setupPage(page);
  await expect(setup.startButton).toBeEnabled();
  await setup.start();
  await frame(page).cancelRun();
  await frame(page).idle();
  await frame(page).goTo('Activity');
  await expect(activityPage(page).run(/Back/)).toContainText(/[Cc]ancelled/);
  await backUpAgain(page);
  await frame(page).goTo('Activity');
  await activityPage(page).check('Everything');
  await frame(page).idle();
  await expect(activityPage(page).run(/Check/)).not.toContainText(/[Ff]ailed/);
});

test('after a restart the keychain opens everything, addresses stay valid', async ({ app, appPage: page }) => {
  await firstBackup(page);
  await frame(page).goTo('Go back');
  await goBackPage(page).openFolder('Documents');
  await expect(goBackPage(page).pastRow('novel')).toBeVisible();
  const hash = new URL(page.url()).hash;
  await page.goto('about:blank');
  await app.restart();
  await page.goto(app.address);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.goto(`${new URL(page.url()).origin}/${hash}`);
  await expect(goBackPage(page).pastRow('novel')).toBeVisible();
});

test('a page without a session says how to get in, and shows nothing', async ({ app, browser }) => {
  const stranger = await (await browser.newContext()).newPage();
  await stranger.goto(new URL(app.address).origin);
  await expect(frame(stranger).notices).toContainText('Start Tidemark again');
  await stranger.goto(app.address);
  await expect(setupPage(stranger).startButton).toBeVisible();
  const replayed = await (await browser.newContext()).newPage();
  await replayed.goto(app.address);
  await expect(frame(replayed).notices).toContainText('Start Tidemark again');
});

test('search finds a file in every version, and history lists its moments', async ({ app, appPage: page }) => {
  await firstBackup(page);
  rmSync(join(app.documents, 'novel', 'drafts'), { recursive: true });
  await backUpAgain(page);
  await frame(page).goTo('Go back');
  const back = goBackPage(page);
  await back.searchField.fill('idea');
  await back.searchField.press('Enter');
  await expect(back.results).toHaveCount(1);
  await expect(back.results).toContainText('idea.txt');
});

test('leaves out what the settings say, from the next version on', async ({ app, appPage: page }) => {
  await firstBackup(page);
  await frame(page).goTo('Settings');
  await settingsPage(page).addExclude('*.raw');
  await expect(settingsPage(page).excludes).toContainText(['*.raw']);
  await backUpAgain(page);
  await frame(page).goTo('Go back');
  const back = goBackPage(page);
  await back.openFolder('Pictures');
  await expect(back.pastRow('sea-1.raw')).toHaveCount(0);
  expect(existsSync(join(app.home, 'Pictures', 'sea-1.raw'))).toBe(true);
});

test.describe('without a keychain', () => {
  test.use({ keychain: false });

  test('asks for a passphrase, and for it again after a restart', async ({ app, appPage: page }) => {
    const setup = setupPage(page);
    await expect(setup.startButton).toBeVisible();
    await setup.typePassphrase('seven calm tides');
    await expect(setup.startButton).toBeEnabled();
    await setup.start();
    await frame(page).idle();
    expect(restic(repositoryOf(app), 'seven calm tides', 'snapshots')).toContain('1 snapshots');
    await page.goto('about:blank');
    await app.restart();
    await page.goto(app.address);
    await page.getByRole('heading', { level: 1 }).waitFor();
    const home = homePage(page);
    await home.unlock('seven calm tides');
    await expect(home.unlockButton).toHaveCount(0);
  });
});

test('adopts a backup that plain restic made, and goes back in it', async ({ app, appPage: page }) => {
  const repository = join(app.home, 'old-backup');
  restic(repository, 'restic password', 'init');
  restic(repository, 'restic password', 'backup', app.documents);
  await existingPage(page).goto();
  await existingPage(page).chooseFolder(repository);
  await existingPage(page).open('wrong password');
  await expect(existingPage(page).problem).toContainText(/password/i);
  await existingPage(page).open('restic password');
  await existingPage(page).onlyGoBack();
  rmSync(join(app.documents, 'novel', 'chapter-1.md'));
  await frame(page).goTo('Go back');
  const back = goBackPage(page);
  await back.openFolder('Documents');
  await back.openFolder('novel');
  await back.select('chapter-1.md');
  await back.restoreButton.click();
  await restoreDialog(page).confirm();
  await frame(page).idle();
  expect(readFileSync(join(app.documents, 'novel', 'chapter-1.md'), 'utf8')).toContain('calm sea');
});

test.describe('with a damaged settings file', () => {
  test.use({ damagedSettings: '{"version": 1, "theme": ' });

  test('says so and starts', async ({ app, appPage: page }) => {
    await expect(frame(page).notices).toBeVisible();
    await expect(setupPage(page).startButton).toBeVisible();
    const kept = readdirSync(join(app.home, '.local/share/tidemark')).filter((name) => name.includes('damaged'));
    expect(kept).toHaveLength(1);
  });
});
