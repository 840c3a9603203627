import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApp } from '../../../main/app.ts';
import { systemClock } from '../../../main/engine/platform/clock.ts';
import { systemRandom } from '../../../main/engine/platform/random.ts';
import type { App } from '../../../main/ports/app.ts';
import { MemoryKeychain } from '../../../main/services/keychain/memory-keychain.ts';
import { contract } from '../../../shared/contract/contract.ts';
import { makeTempDir, removeTree } from '../../helpers/temp-dir.ts';

let folder: string;
let app: App;
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

beforeAll(async () => {
  folder = makeTempDir();
  await mkdir(join(folder, 'home'));
  app = await createApp({
    ports: { shell: 'headless', dialogs: null, notifications: null, tray: null, power: null },
    paths: { data: join(folder, 'data'), cache: join(folder, 'cache'), logs: join(folder, 'logs'), home: join(folder, 'home') },
    clock: systemClock,
    random: systemRandom,
    logger: silent,
    version: '0.0.0-test',
    keychain: new MemoryKeychain(),
  });
  await app.start();
});
afterAll(async () => {
  await app.stop();
  await app.stop();
  removeTree(folder);
});

test('there is a handler for everything in the contract, and for nothing else', () => {
  const shape = (service: object) => Object.fromEntries(
    Object.entries(service).map(([name, methods]) => [name, Object.keys(methods as object).sort()]));
  expect(shape(app.handlers)).toEqual(shape(contract));
});

test('folders are listed, made, and refused with reasons', async () => {
  const { signal } = new AbortController();
  const { folders } = app.handlers;
  const starts = await folders.list({ token: null, hidden: false }, signal);
  expect(starts.entries.map((entry) => entry.kind)).toContain('home');
  const parent = app.tokenForPath(join(folder, 'home'));
  const { token } = await folders.create({ parent, name: ' New ' }, signal);
  expect((await folders.list({ token, hidden: false }, signal)).path).toBe(join(folder, 'home', 'New'));
  await expect(folders.create({ parent, name: 'New' }, signal)).rejects.toMatchObject({ code: 'conflict' });
  for (const name of ['..', 'a/b', '.', ' ', 'a\u0000b', 'x'.repeat(256)]) {
    await expect(folders.create({ parent, name }, signal), name).rejects.toMatchObject({ code: 'invalid-input' });
  }
  const gone = app.tokenForPath(join(folder, 'nowhere'));
  await expect(folders.list({ token: gone, hidden: true }, signal)).rejects.toMatchObject({ code: 'not-found' });
  await expect(folders.pick({ purpose: 'source' }, signal)).rejects.toMatchObject({ code: 'unsupported' });
});

test('what does not exist is said to be so', async () => {
  const { signal } = new AbortController();
  const { plans, runs, restore } = app.handlers;
  await expect(plans.remove({ planId: 'x' }, signal)).rejects.toMatchObject({ code: 'not-found' });
  await expect(runs.cancel({ runId: 'x' }, signal)).rejects.toMatchObject({ code: 'not-found' });
  await expect(runs.problems({ runId: '../../etc/passwd', offset: 0 }, signal)).rejects.toMatchObject({ code: 'not-found' });
  await expect(restore.undo({ runId: 'x' }, signal)).rejects.toMatchObject({ code: 'not-found' });
});

test('streams begin with the whole state and follow changes', async () => {
  const abort = new AbortController();
  const themes: string[] = [];
  for await (const { theme } of app.handlers.app.settings({}, abort.signal)) {
    themes.push(theme);
    if (themes.length === 1) await app.handlers.app.updateSettings({ theme: 'dark' }, abort.signal);
    else abort.abort();
  }
  expect(themes).toEqual(['system', 'dark']);
});
