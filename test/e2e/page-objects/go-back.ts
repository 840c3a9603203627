import type { Locator, Page } from '@playwright/test';

export function goBackPage(page: Page) {
  const past = page.getByRole('grid', { name: /^Files on/ });
  const now = page.getByRole('grid', { name: 'Files now' });
  const start = (name: string): string => `^${name.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)}, `;
  // Both sides have a row for every name; on the past one some only say that they are not in this version.
  const pastRow = (name: string): Locator =>
    past.getByRole('row', { name: new RegExp(`${start(name)}(?!.*not in this version)`) });
  const nowRow = (name: string): Locator => now.getByRole('row', { name: new RegExp(start(name)) });
  return {
    /** The chosen moment. */
    heading: page.getByRole('heading', { level: 1 }),
    tideLine: page.getByRole('slider', { name: 'Version' }),
    /** Chooses a version by its number, 1 being the oldest. */
    async chooseVersion(number: number): Promise<void> {
      const slider = page.getByRole('slider', { name: 'Version' });
      await slider.press('Home');
      for (let step = 1; step < number; step += 1) await slider.press('ArrowRight');
    },
    previousChange: page.getByRole('button', { name: 'Previous change here' }),
    nextChange: page.getByRole('button', { name: 'Next change here' }),
    past,
    now,
    /** A row's accessible name is its name, kind and state, e.g. `a.txt, file, deleted since`. */
    pastRow,
    nowRow,
    openFolder: (name: string): Promise<void> => pastRow(name).getByRole('button', { name, exact: true }).click(),
    crumb: (name: string): Locator => page.getByRole('navigation', { name: 'Folder' }).getByRole('button', { name }),
    onlyDifferences: page.getByRole('switch', { name: 'Only differences' }),
    whatChanged: page.getByRole('button', { name: 'What changed' }),
    changes: page.getByRole('region', { name: 'What changed' }).getByRole('listitem'),
    searchField: page.getByRole('searchbox', { name: 'Search all versions' }),
    results: page.getByRole('region', { name: 'Search results' }).getByRole('listitem'),
    /** Selects rows of the past: the first alone, the others added. */
    async select(...names: readonly string[]): Promise<void> {
      for (const [index, name] of names.entries()) {
        await pastRow(name).click(index === 0 ? {} : { modifiers: ['ControlOrMeta'] });
      }
    },
    restoreButton: page.getByRole('toolbar', { name: 'Restore' }).getByRole('button', { name: /^Restore( the| \d|$)/ }),
    restoreToButton: page.getByRole('button', { name: 'Restore to…' }),
    archiveButton: page.getByRole('button', { name: 'Save as archive' }),
    /** With the mouse: a row of the past onto the present folder, or onto a folder row in it. */
    async dragToNow(name: string, onto?: string): Promise<void> {
      const target = onto === undefined ? now : nowRow(onto);
      const box = await now.boundingBox();
      await pastRow(name).dragTo(target, {
        sourcePosition: { x: 60, y: 10 },
        ...(onto === undefined && box !== null ? { targetPosition: { x: 40, y: box.height - 8 } } : {}),
      });
    },
    /** With the keyboard: the handle of the row, Tab to the target, Enter. */
    async dragToNowByKeyboard(name: string): Promise<void> {
      await pastRow(name).click();
      await page.getByRole('button', { name: `Drag ${name}` }).focus();
      await page.keyboard.press('Enter');
      await now.focus();
      await page.keyboard.press('Enter');
    },
    /** Space: the details of the row and all versions of it. */
    async look(name: string): Promise<Locator> {
      await pastRow(name).click();
      await page.keyboard.press('Space');
      return page.getByRole('dialog', { name });
    },
  };
}
