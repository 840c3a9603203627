import type { Locator, Page } from '@playwright/test';
import { chooseFolder } from './folder-dialog.ts';

export type SetupLine = 'Folders' | 'Destination' | 'Left out';

/** First use: the proposal, its three editors, the start. */
export function setupPage(page: Page) {
  const line = (name: SetupLine): Locator => page.getByRole('region', { name, exact: true });
  const edit = async (name: SetupLine): Promise<void> => {
    const button = page.getByRole('button', { name: `Change: ${name}` });
    if ((await button.count()) > 0) await button.click();
  };
  return {
    heading: page.getByRole('heading', { level: 1 }),
    startButton: page.getByRole('button', { name: 'Start protecting' }),
    existingLink: page.getByRole('link', { name: 'I already have a backup' }),
    problem: page.getByRole('alert'),
    line,
    edit,
    folder: (name: string): Locator => line('Folders').getByRole('checkbox', { name: new RegExp(`^${escape(name)}`) }),
    preset: (label: string): Locator =>
      line('Left out').getByRole('checkbox', { name: new RegExp(`^${escape(label)}`) }),
    destination: (name: string): Locator =>
      line('Destination').getByRole('radio', { name: new RegExp(`^${escape(name)}`) }),
    /** Leaves only `names` chosen among what is proposed. */
    async onlyFolders(names: readonly string[]): Promise<void> {
      await edit('Folders');
      for (const box of await line('Folders').getByRole('checkbox').all()) {
        const label = (await box.locator('xpath=ancestor::label').textContent()) ?? '';
        const wanted = names.some((name) => label.startsWith(name));
        if ((await box.isChecked()) !== wanted) await box.setChecked(wanted, { force: true });
      }
    },
    /** Adds a folder through the page's own folder dialog, from a starting point down. */
    async addFolder(path: string): Promise<void> {
      await edit('Folders');
      await line('Folders').getByRole('button', { name: 'Add a folder' }).click();
      await chooseFolder(page, path);
    },
    async chooseDestination(path: string): Promise<void> {
      await edit('Destination');
      await line('Destination').getByRole('button', { name: 'Choose a folder' }).click();
      await chooseFolder(page, path);
    },
    async typePassphrase(passphrase: string): Promise<void> {
      await page.getByRole('textbox', { name: 'Passphrase', exact: true }).fill(passphrase);
      await page.getByLabel('The same again').fill(passphrase);
    },
    async start(): Promise<void> {
      await page.getByRole('button', { name: 'Start protecting' }).click();
      await page.getByRole('navigation', { name: 'Screens' }).waitFor();
    },
  };
}

/** Opening a backup that is there already. */
export function existingPage(page: Page) {
  return {
    goto: () => page.goto(`${new URL(page.url()).origin}/#/setup/existing`),
    backup: (name: string): Locator => page.getByRole('radio', { name: new RegExp(`^${escape(name)}`) }),
    passwordField: page.getByLabel('Password or recovery words'),
    openButton: page.getByRole('button', { name: 'Open this backup' }),
    problem: page.getByRole('alert'),
    async chooseFolder(path: string): Promise<void> {
      await page.getByRole('button', { name: 'Choose a folder' }).click();
      await chooseFolder(page, path);
    },
    async open(password?: string): Promise<void> {
      if (password !== undefined) await page.getByLabel('Password or recovery words').fill(password);
      await page.getByRole('button', { name: 'Open this backup' }).click();
    },
    /** After opening: only look, or back up the folders that are ticked. */
    onlyGoBack: () => page.getByRole('button', { name: 'Only go back in time' }).click(),
    backUpThere: () => page.getByRole('button', { name: /^Back up .*there$/ }).click(),
    adoptedFolder: (path: string): Locator => page.getByRole('checkbox', { name: new RegExp(escape(path)) }),
  };
}

function escape(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
