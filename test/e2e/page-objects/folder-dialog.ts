import { expect } from '@playwright/test';
import type { Page } from '@playwright/test';

/** Walks the page's own folder dialog from the root of the computer to `path` (POSIX) and chooses it. */
export async function chooseFolder(page: Page, path: string): Promise<void> {
  const dialog = page.getByRole('dialog', { name: /^Choose/ });
  await dialog.getByRole('checkbox', { name: 'Show hidden folders' }).setChecked(true, { force: true });
  const rows = dialog.getByRole('grid', { name: 'Folders' }).getByRole('row');
  await rows.first().waitFor();
  // The root of the computer is the last of the starting points.
  await rows.last().click();
  const shown = dialog.locator('p[aria-live="polite"]');
  await expect(shown).toHaveText('/');
  let reached = '';
  for (const name of path.split('/').filter((part) => part !== '')) {
    await rows.filter({ has: page.getByText(name, { exact: true }) }).click();
    reached = `${reached}/${name}`;
    await expect(shown).toHaveText(reached);
  }
  await dialog.getByRole('button', { name: 'Choose this folder' }).click();
  await dialog.waitFor({ state: 'detached' });
}
