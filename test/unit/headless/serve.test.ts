import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { serve } from '../../../main/headless/serve.ts';
import { fakePage } from './world.ts';
import { tempDir } from '../../helpers/temp-dir.ts';

const root = join(import.meta.dirname, '..', '..', '..');

async function signIn(address: string): Promise<number> {
  const { origin, hash } = new URL(address);
  const { status } = await fetch(`${origin}/session`, {
    method: 'POST',
    headers: { origin, 'content-type': 'application/json' },
    body: JSON.stringify({ token: hash.slice('#token='.length) }),
  });
  return status;
}

describe('serving', () => {
  it('happens once on a profile; another start is led to the first', async () => {
    const options = { profile: tempDir(), assets: fakePage(), validateOutputs: true };
    const first = await serve(options);
    if (first.kind !== 'serving') throw new Error('expected to serve');
    const second = await serve(options);
    if (second.kind !== 'running') throw new Error('expected to be led to the first');
    expect(new URL(second.address).origin).toBe(new URL(first.page.address).origin);
    expect(await Promise.all([first.page.address, second.address].map(signIn))).toEqual([204, 204]);
    expect(await Promise.all([first.page.address, second.address].map(signIn))).toEqual([401, 401]);
    await first.page[Symbol.asyncDispose]();
    expect(existsSync(join(options.profile, 'data', 'instance.json'))).toBe(false);
    const third = await serve(options);
    expect(third.kind).toBe('serving');
    if (third.kind === 'serving') await third.page[Symbol.asyncDispose]();
  });

  it('gives everything back when it cannot start', async () => {
    const profile = tempDir();
    await expect(serve({ profile, assets: join(profile, 'absent') })).rejects.toMatchObject({ code: 'not-found' });
    const result = await serve({ profile, assets: fakePage() });
    expect(result.kind).toBe('serving');
    if (result.kind === 'serving') await result.page[Symbol.asyncDispose]();
  });

  it.runIf(process.platform !== 'win32')('prints one address and ends cleanly on Ctrl-C', async () => {
    const profile = tempDir();
    const script = join(profile, 'run.mjs');
    writeFileSync(
      script,
      `import { serveUntilStopped } from ${JSON.stringify(join(root, 'main', 'headless', 'serve.ts'))};
       const options = { open: false, profile: process.argv[2], assets: process.argv[3] };
       process.exitCode = await serveUntilStopped(options, (line) => process.stdout.write(line + '\\n'));`,
    );
    const child = spawn(process.execPath, [script, profile, fakePage()], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string];
    expect(line).toMatch(/^Tidemark is ready: http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{43}\n$/);
    child.kill('SIGINT');
    const [code] = (await once(child, 'exit')) as [number | null];
    expect(code).toBe(0);
    expect(existsSync(join(profile, 'data', 'instance.json'))).toBe(false);
  });
});
