import type { Locator, Page } from '@playwright/test';

export type PolicyName = 'Only what is missing' | 'Keep both' | 'Replace if the version is newer' | 'Replace all';

export function restoreDialog(page: Page) {
  const dialog = page.getByRole('dialog', { name: /^Restore / });
  return {
    dialog,
    landings: dialog.getByRole('region', { name: 'Where it lands' }).getByRole('listitem'),
    conflicts: dialog.getByRole('region', { name: 'Already there' }),
    policy: (name: PolicyName): Locator => dialog.getByRole('radio', { name: new RegExp(`^${name}`) }),
    choosePolicy: (name: PolicyName): Promise<void> =>
      dialog.getByRole('radio', { name: new RegExp(`^${name}`) }).check({ force: true }),
    verify: dialog.getByRole('checkbox', { name: /^Read every file again/ }),
    problem: dialog.getByRole('alert'),
    confirm: async (): Promise<void> => {
      await dialog.getByRole('button', { name: /^Restore \d/ }).click();
      await dialog.waitFor({ state: 'detached' });
    },
    cancel: (): Promise<void> => dialog.getByRole('button', { name: 'Cancel' }).click(),
  };
}
