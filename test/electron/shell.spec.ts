import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { electronRuntime } from '../helpers/electron-runtime.ts';
import { expect, root, test } from './fixtures.ts';

test('the page comes up through its own scheme and speaks the contract', async ({ page }) => {
  const problems: string[] = [];
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  page.on('pageerror', (error) => problems.push(error.message));
  await page.reload();
  await expect(page).toHaveURL(/^app:\/\/tidemark\//);
  await expect(page.getByRole('button').first()).toBeVisible();
  expect(problems).toEqual([]);
});

test('the page has one frozen object and nothing of Node', async ({ page }) => {
  const seen = await page.evaluate(() => {
    const bridge = Reflect.get(globalThis, 'tidemark') as object;
    return {
      names: Object.keys(bridge).sort(),
      frozen: Object.isFrozen(bridge),
      node: ['require', 'process', 'module', 'Buffer', 'ipcRenderer'].filter((name) => name in globalThis),
    };
  });
  expect(seen).toEqual({ names: ['close', 'onClose', 'onMessage', 'open', 'post', 'shell', 'tokenForFile'],
    frozen: true, node: [] });
});

test('the page makes no code from strings, reaches no network, and stays', async ({ desktop, page }) => {
  const address = page.url();
  const outcome = await page.evaluate(async () => {
    const attempt = async (action: () => unknown): Promise<string> => {
      try {
        await action();
        return 'done';
      } catch {
        return 'refused';
      }
    };
    const create = Reflect.get(globalThis, 'Function') as unknown as (code: string) => () => void;
    return {
      code: await attempt(() => create('return 1')()),
      network: await attempt(() => fetch('https://restic.net/')),
      file: await attempt(() => fetch('file:///etc/hostname')),
      opened: globalThis.open('https://evil.example/') !== null,
      camera: await attempt(() => navigator.mediaDevices.getUserMedia({ video: true })),
    };
  });
  expect(outcome).toEqual({ code: 'refused', network: 'refused', file: 'refused', opened: false, camera: 'refused' });
  await page.evaluate(() => void (location.href = 'https://evil.example/'));
  await page.waitForTimeout(500);
  expect(page.url()).toBe(address);
  expect(desktop.windows()).toHaveLength(1);
});

test('a second start ends at once and brings the first to the front', async ({ desktop, page, profile }) => {
  await page.waitForLoadState();
  const second = spawn(electronRuntime() ?? '', [root, `--profile=${profile}`,
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])], {
    stdio: 'ignore',
  });
  const [code] = (await once(second, 'exit')) as [number | null];
  expect(code).toBe(0);
  expect(desktop.windows()).toHaveLength(1);
});

test('closing the window keeps Tidemark, and showing it again keeps its page', async ({ desktop, page }) => {
  await page.waitForLoadState();
  const visible = (): Promise<boolean[]> =>
    desktop.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().map((window) => window.isVisible()));
  await desktop.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
  await expect.poll(visible).toEqual([false]);
  await desktop.evaluate(({ app }) => void app.emit('activate'));
  await expect.poll(visible).toEqual([true]);
});

test('quitting ends the process', async ({ desktop, page }) => {
  await page.waitForLoadState();
  const child = desktop.process();
  const ended = once(child, 'exit');
  await desktop.evaluate(({ app }) => app.quit()).catch(() => undefined);
  const [code] = (await ended) as [number | null];
  expect(code).toBe(0);
});
