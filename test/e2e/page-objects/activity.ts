import type { Locator, Page } from '@playwright/test';

export function activityPage(page: Page) {
  const entries = page.locator('.run-entry');
  return {
    /** Runs, newest first; each is a button that opens its story. */
    runs: entries,
    run: (title: string | RegExp): Locator => entries.filter({ hasText: title }).first(),
    open: (title: string | RegExp): Promise<void> =>
      entries.filter({ hasText: title }).first().getByRole('button', { expanded: false }).first().click(),
    problems: page.getByRole('region', { name: 'Problems' }).getByRole('listitem'),
    showChanges: (): Promise<void> => page.getByRole('button', { name: 'Show what changed' }).click(),
    changes: page.getByRole('region', { name: 'What changed' }).getByRole('listitem'),
    undo: (): Promise<void> => page.getByRole('button', { name: 'Undo this restore' }).click(),
    async check(depth: 'Quick look' | 'With a sample' | 'Everything'): Promise<void> {
      await page.getByRole('button', { name: 'Check the backup' }).click();
      const dialog = page.getByRole('dialog', { name: 'Check the backup' });
      await dialog.getByRole('radio', { name: new RegExp(`^${depth}`) }).check({ force: true });
      await dialog.getByRole('button', { name: 'Check', exact: true }).click();
      await dialog.waitFor({ state: 'detached' });
    },
  };
}
