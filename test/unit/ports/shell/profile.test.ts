import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { announce, askRunningInstance } from '../../../../main/ports/shell/instance.ts';
import { findAsset, loadPageAssets } from '../../../../main/ports/shell/page-assets.ts';
import { prepareProfile, profilePaths } from '../../../../main/ports/shell/profile.ts';
import { lockProfile } from '../../../../main/ports/shell/profile-lock.ts';
import { version } from '../../../../main/ports/shell/version.ts';
import { tempDir } from '../../../helpers/temp-dir.ts';


describe('the places of a profile', () => {
  it('follow the custom of each system', () => {
    const linux = { platform: 'linux', home: '/home/ann', env: { XDG_CACHE_HOME: '/fast',
      XDG_DATA_HOME: 'relative' } } as const;
    expect(profilePaths(undefined, linux)).toEqual({
      data: '/home/ann/.local/share/tidemark',
      cache: '/fast/tidemark',
      logs: '/home/ann/.local/state/tidemark/logs',
      home: '/home/ann',
    });
    const mac = { platform: 'darwin', home: '/Users/ann', env: {} } as const;
    expect(profilePaths(undefined, mac).data).toBe('/Users/ann/Library/Application Support/Tidemark');
    const chosen = { platform: 'linux', home: '/home/ann', env: { TIDEMARK_PROFILE: '/p' } } as const;
    expect(profilePaths(undefined, chosen).data).toBe('/p/data');
    expect(profilePaths('/q', chosen).logs).toBe('/q/logs');
  });

  it.runIf(process.platform !== 'win32')('belong to the user alone', () => {
    const paths = profilePaths(join(tempDir(), 'new'));
    prepareProfile(paths);
    prepareProfile(paths);
    expect(statSync(paths.data).mode & 0o777).toBe(0o700);
  });
});

describe('the lock of a profile', () => {
  it('is had once, and given back', () => {
    const data = tempDir();
    const first = lockProfile(data);
    expect(first).not.toBeNull();
    expect(lockProfile(data)).toBeNull();
    first?.[Symbol.dispose]();
    const second = lockProfile(data);
    expect(second).not.toBeNull();
    second?.[Symbol.dispose]();
  });

  it('is given back by a process that is killed', async () => {
    const data = tempDir();
    const module = join(import.meta.dirname, '..', '..', '..', '..', 'main', 'ports', 'shell', 'profile-lock.ts');
    const code = `import { lockProfile } from ${JSON.stringify(module)};
      globalThis.lock = lockProfile(process.argv[1]);
      console.log('held');
      setInterval(() => {}, 1e6);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', code, data], { stdio: ['ignore', 'pipe',
      'inherit'] });
    await once(child.stdout, 'data');
    expect(lockProfile(data)).toBeNull();
    child.kill('SIGKILL');
    await once(child, 'exit');
    const lock = lockProfile(data);
    expect(lock).not.toBeNull();
    lock?.[Symbol.dispose]();
  });
});

describe('the announcement of a running instance', () => {
  it('is private, whole, and gone at the end', async () => {
    const data = tempDir();
    const asked: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      asked.push(request.headers.authorization);
      response.end(JSON.stringify({ address: `http://${request.headers.host}/#token=x` }));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const handle = announce(data, { pid: process.pid, origin, secret: 's'.repeat(43) });
    if (process.platform !== 'win32') expect(statSync(join(data, 'instance.json')).mode & 0o777).toBe(0o600);
    expect(await askRunningInstance(data)).toBe(`${origin}/#token=x`);
    expect(asked).toEqual([`Bearer ${'s'.repeat(43)}`]);
    handle[Symbol.dispose]();
    expect(() => readFileSync(join(data, 'instance.json'))).toThrow();
    server.close();
  });

  it('leads nowhere else', async () => {
    const data = tempDir();
    writeFileSync(join(data, 'instance.json'), JSON.stringify({ pid: 1, origin: 'http://evil.example',
      secret: 's'.repeat(43) }));
    expect(await askRunningInstance(data, 200)).toBeNull();
  });
});

describe('the built page', () => {
  it('is refused when it is not whole', () => {
    expect(() => loadPageAssets(join(tempDir(), 'absent'))).toThrow('not there');
    const empty = tempDir();
    mkdirSync(join(empty, 'assets'));
    expect(() => loadPageAssets(empty)).toThrow('not complete');
  });

  it('answers addresses without a dot with the page itself', () => {
    const page = tempDir();
    writeFileSync(join(page, 'index.html'), 'x');
    const assets = loadPageAssets(page);
    expect(findAsset(assets, '/a/b')?.type).toContain('text/html');
    expect(findAsset(assets, '/a/b.js')).toBeUndefined();
  });
});

describe('the version', () => {
  it('is the one of the package', () => {
    expect(version).toMatch(/^\d+\.\d+\.\d+/);
  });
});
