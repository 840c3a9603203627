import type { Locator, Page } from '@playwright/test';

export type ScreenName = 'Home' | 'Go back' | 'Activity' | 'Settings';

/** What is around every screen: navigation, notices, progress, messages. */
export function frame(page: Page) {
  const progress = page.getByRole('region', { name: 'Progress' });
  return {
    goTo: async (screen: ScreenName): Promise<void> => {
      await page.getByRole('navigation', { name: 'Screens' }).getByRole('link', { name: screen }).click();
    },
    progress,
    progressBar: (title: string | RegExp): Locator => progress.getByRole('progressbar', { name: title }),
    currentItems: progress.getByRole('list', { name: 'Current items' }),
    openProgress: (): Promise<void> => progress.getByRole('button', { expanded: false }).first().click(),
    cancelRun: (): Promise<void> => progress.getByRole('button', { name: 'Cancel' }).first().click(),
    /** Resolves when nothing runs any more. */
    idle: (timeout = 120_000): Promise<void> => progress.waitFor({ state: 'detached', timeout }),
    messages: page.getByRole('region', { name: 'Messages' }),
    message: (text: string | RegExp): Locator => page.getByRole('region', { name: 'Messages' }).getByText(text),
    undo: (): Promise<void> =>
      page.getByRole('region', { name: 'Messages' }).getByRole('button', { name: 'Undo' }).click(),
    notices: page.getByRole('region', { name: 'Notices' }),
  };
}
