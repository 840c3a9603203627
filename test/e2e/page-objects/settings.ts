import type { Locator, Page } from '@playwright/test';
import { chooseFolder } from './folder-dialog.ts';

export function settingsPage(page: Page) {
  const region = (name: string): Locator => page.getByRole('region', { name, exact: true });
  const select = async (label: string, option: string): Promise<void> => {
    await page.getByRole('button', { name: new RegExp(`${label}$`) }).click();
    await page.getByRole('option', { name: option, exact: true }).click();
  };
  return {
    folders: region('Folders').getByRole('listitem'),
    excludes: region('Left out').getByRole('listitem'),
    async addFolder(path: string): Promise<void> {
      await region('Folders').getByRole('button', { name: 'Add a folder' }).click();
      await chooseFolder(page, path);
    },
    removeFolder: (name: string): Promise<void> =>
      page.getByRole('button', { name: `Stop backing up ${name}` }).click(),
    async addExclude(pattern: string): Promise<void> {
      await page.getByLabel('Leave out', { exact: true }).fill(pattern);
      await region('Left out').getByRole('button', { name: 'Add', exact: true }).click();
    },
    removeExclude: (pattern: string): Promise<void> =>
      page.getByRole('button', { name: `Back up ${pattern} again` }).click(),
    switch: (name: RegExp): Locator => page.getByRole('switch', { name }),
    chooseEvery: (option: string): Promise<void> => select('Back up', option),
    chooseDeadline: (option: string): Promise<void> => select('Call it overdue after', option),
    chooseTheme: (name: 'As the system' | 'Light' | 'Dark'): Promise<void> =>
      page.getByRole('radio', { name }).click({ force: true }),
    destination: region('Destination'),
    showFigures: (): Promise<void> => page.getByRole('button', { name: 'Show figures' }).click(),
    async forget(): Promise<void> {
      await page.getByRole('button', { name: 'Forget the plan' }).click();
      await page.getByRole('alertdialog').getByRole('button', { name: 'Forget the plan' }).click();
    },
  };
}
