import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const run = promisify(execFile);
const script = join(import.meta.dirname, '../helpers/secret-service.sh');
const probe = join(import.meta.dirname, 'keychain-probe.ts');

describe.runIf(process.platform === 'linux')('the real Secret Service', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tdmk-'));
  });
  afterEach(async () => rm(folder, { recursive: true, force: true }));

  /** Runs steps in a process of its own on a private bus and answers what each came to. */
  async function ask(state: 'unlocked' | 'locked' | 'none', ...steps: readonly string[]): Promise<string[]> {
    const { stdout } = await run('bash', [script, state, folder, process.execPath, probe, ...steps], { timeout: 60_000 });
    return stdout.trim().split('\n');
  }

  test('keeps keys over a restart of the service, and says not found for what it never held', async () => {
    expect(await ask('unlocked', 'state', 'get:a', 'set:a:secret', 'get:a', 'delete:b'))
      .toEqual(['available', 'key-not-found', 'ok', 'secret', 'ok']);
    expect(await ask('unlocked', 'get:a', 'delete:a', 'get:a')).toEqual(['secret', 'ok', 'key-not-found']);
  });

  test('a locked one is locked, and neither missing nor empty', async () => {
    await ask('unlocked', 'state', 'set:a:secret');
    expect(await ask('locked', 'state', 'get:a', 'set:a:other')).toEqual(['locked', 'keychain-locked', 'keychain-locked']);
    expect(await ask('unlocked', 'get:a')).toEqual(['secret']);
  });

  test('none at all is unavailable, and nothing takes its place', async () => {
    expect(await ask('none', 'state', 'get:a', 'set:a:secret', 'get:a'))
      .toEqual(['unavailable', 'keychain-unavailable', 'keychain-unavailable', 'keychain-unavailable']);
  });
});
