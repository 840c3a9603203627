import { chmodSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { build, desktopBuild, isStale, pageBuild } from '../../../main/start/build.ts';
import { fetchRuntime, findRuntime, obstacle, runDesktop } from '../../../main/start/desktop.ts';
import { tempDir } from '../../helpers/temp-dir.ts';


describe('the build', () => {
  it('is made when it is missing or older than a source', () => {
    const root = tempDir();
    mkdirSync(join(root, 'src', 'deep'), { recursive: true });
    writeFileSync(join(root, 'src', 'deep', 'a.ts'), '1');
    const target = {
      sources: ['src', 'absent'],
      result: 'built.txt',
      command: ['-e', 'require("fs").writeFileSync("built.txt", String(Date.now()))'],
    };
    expect(isStale(root, target)).toBe(true);
    build(root, target);
    expect(isStale(root, target)).toBe(false);
    const before = readFileSync(join(root, 'built.txt'), 'utf8');
    build(root, target);
    expect(readFileSync(join(root, 'built.txt'), 'utf8')).toBe(before);
    const later = Date.now() / 1_000 + 10;
    utimesSync(join(root, 'src', 'deep', 'a.ts'), later, later);
    expect(isStale(root, target)).toBe(true);
  });

  it('that fails says so and leaves nothing that looks whole', () => {
    const root = tempDir();
    const command = ['-e', 'require("fs").writeFileSync("built.txt", ""); console.error("line 7"); process.exit(3)'];
    const target = { sources: [], result: 'built.txt', command };
    expect(() => build(root, target)).toThrow('line 7');
    expect(isStale(root, target)).toBe(true);
  });

  it('names tools and sources that are there', () => {
    const root = join(import.meta.dirname, '..', '..', '..');
    for (const { command, sources } of [pageBuild, desktopBuild]) {
      for (const path of [command[0] ?? '', ...sources]) expect(() => readFileSync(join(root, path)),
        path).not.toThrow('ENOENT');
    }
  });
});

describe('the desktop app', () => {
  it('needs a screen and a user who is not root, on Linux', () => {
    const screen = { DISPLAY: ':0' };
    expect(obstacle({ platform: 'linux', env: screen, isRoot: true })).toContain('root');
    expect(obstacle({ platform: 'linux', env: {}, isRoot: false })).toContain('screen');
    expect(obstacle({ platform: 'linux', env: screen, isRoot: false })).toBeNull();
    expect(obstacle({ platform: 'linux', env: { WAYLAND_DISPLAY: 'w' }, isRoot: false })).toBeNull();
    expect(obstacle({ platform: 'win32', env: {}, isRoot: false })).toBeNull();
  });

  it('is found where its runtime is', () => {
    const root = tempDir();
    const linux = { platform: 'linux', env: {} } as const;
    expect(findRuntime(root, linux)).toBeNull();
    mkdirSync(join(root, 'node_modules', 'electron', 'dist'), { recursive: true });
    writeFileSync(join(root, 'node_modules', 'electron', 'path.txt'), 'electron');
    expect(findRuntime(root, linux)).toBeNull();
    writeFileSync(join(root, 'node_modules', 'electron', 'dist', 'electron'), '');
    expect(findRuntime(root, linux)).toBe(join(root, 'node_modules', 'electron', 'dist', 'electron'));
    const elsewhere = tempDir();
    writeFileSync(join(elsewhere, 'electron'), '');
    expect(findRuntime(root, { platform: 'linux', env: { ELECTRON_OVERRIDE_DIST_PATH: elsewhere } })).toBe(
      join(elsewhere, 'electron'),
    );
  });

  it('is fetched once, within a limit', async () => {
    let said = 0;
    const say = (): void => void (said += 1);
    const fake = (code: string): string => {
      const root = tempDir();
      mkdirSync(join(root, 'node_modules', 'electron'), { recursive: true });
      writeFileSync(join(root, 'node_modules', 'electron', 'package.json'), '{"version":"1.2.3"}');
      writeFileSync(join(root, 'node_modules', 'electron', 'install.js'), code);
      return root;
    };
    expect(await fetchRuntime(tempDir(), say)).toContain('not installed');
    expect(await fetchRuntime(fake(''), say)).toBeNull();
    const failing = fake('process.exit(1)');
    expect(await fetchRuntime(failing, say)).toContain('cannot be fetched');
    expect(await fetchRuntime(failing, say)).toContain('before');
    writeFileSync(join(failing, 'node_modules', 'electron', 'package.json'), '{"version":"1.2.4"}');
    expect(await fetchRuntime(failing, say)).toContain('cannot be fetched');
    const started = performance.now();
    expect(await fetchRuntime(fake('setInterval(() => {}, 1000)'), say, 300)).toContain('cannot be fetched');
    expect(performance.now() - started).toBeLessThan(5_000);
    expect(said).toBe(4);
  });

  it.runIf(process.platform !== 'win32')('that does not come up is told from one that ended', async () => {
    const root = tempDir();
    const program = (body: string): string => {
      const path = join(root, `p${Math.abs(body.length)}`);
      writeFileSync(path, `#!/bin/sh\n${body}\n`);
      chmodSync(path, 0o755);
      return path;
    };
    expect(await runDesktop(program('exit 0'), root, [])).toBe(0);
    expect(await runDesktop(program('exit 12'), root, [])).toBeNull();
    expect(await runDesktop(program('kill -TRAP $$'), root, [])).toBeNull();
    expect(await runDesktop(join(root, 'absent'), root, [])).toBeNull();
    expect(await runDesktop(program('test "$1" = "$0" || exit 0; exit 5'), root, ['--profile=x'])).toBe(0);
  });
});
