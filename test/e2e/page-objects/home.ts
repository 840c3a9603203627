import type { Locator, Page } from '@playwright/test';

export function homePage(page: Page) {
  const kit = page.getByRole('dialog', { name: 'Recovery kit' });
  const proof = page.getByRole('dialog', { name: 'Type four of the words' });
  return {
    /** The one sentence. */
    sentence: page.getByRole('region', { name: 'State' }).getByRole('heading', { level: 1 }),
    /** The word of the state beside it: Safe, Needs attention, At risk … */
    stateGlyph: (word: string): Locator => page.getByRole('region', { name: 'State' }).getByRole('img', { name: word }),
    dayStrip: page.getByRole('img', { name: /^The last 30 days/ }),
    backUpButton: page.getByRole('button', { name: /^Back up (now|anyway)$/ }),
    backUp: (): Promise<void> => page.getByRole('button', { name: /^Back up (now|anyway)$/ }).click(),
    problemsLink: page.getByRole('link', { name: 'See which and why' }),
    unlockButton: page.getByRole('button', { name: 'Unlock', exact: true }),
    async unlock(passphrase: string): Promise<void> {
      await page.getByRole('button', { name: 'Unlock', exact: true }).click();
      const dialog = page.getByRole('dialog', { name: /^Unlock/ });
      await dialog.getByLabel('Passphrase or recovery words').fill(passphrase);
      await dialog.getByRole('button', { name: 'Unlock', exact: true }).click();
    },
    kitCard: page.getByRole('region', { name: 'Recovery kit' }),
    openKit: (): Promise<void> => page.getByRole('button', { name: 'Save the recovery kit' }).first().click(),
    kit,
    kitQrCode: kit.getByRole('img', { name: 'The recovery words as a QR code' }),
    /** The words in order, as the dialog shows them. */
    async kitWords(): Promise<string[]> {
      const list = kit.getByRole('list', { name: 'Recovery words' });
      await list.waitFor();
      return list.locator('.kit-word').allTextContents();
    },
    /** Types the four words that are asked for. */
    async proveKit(words: readonly string[]): Promise<void> {
      await kit.getByRole('button', { name: 'I have saved it' }).click();
      await proof.waitFor();
      for (const field of await proof.getByRole('textbox').all()) {
        const id = (await field.getAttribute('id')) ?? '';
        const label = (await proof.locator(`label[for="${id}"]`).textContent()) ?? '';
        await field.fill(words[Number(label.replace('Word ', '')) - 1] ?? '');
      }
      await proof.getByRole('button', { name: 'Confirm' }).click();
    },
    proofProblem: proof.getByRole('alert'),
  };
}
