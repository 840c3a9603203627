import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeStubRuntime, readFuses } from './stub-runtime.ts';

const root = join(import.meta.dirname, '..', '..');
const require = createRequire(import.meta.url);

interface ElectronBuilderConfig {
  readonly [key: string]: unknown;
}

/** electron-builder's own reader and checker of its configuration; neither asks the network. */
async function readConfig(changes: ElectronBuilderConfig = {}): Promise<ElectronBuilderConfig> {
  const fromBuilder = createRequire(require.resolve('electron-builder/package.json'));
  const { getConfig, validateConfiguration } = fromBuilder('app-builder-lib/out/util/config/config.js') as {
    getConfig: (folder: string, path: string | null, options: object | null) => Promise<ElectronBuilderConfig>;
    validateConfiguration: (config: ElectronBuilderConfig, log: object) => Promise<void>;
  };
  const config = { ...(await getConfig(root, 'electron-builder.yml', null)), ...changes };
  await validateConfiguration(config, { isEnabled: false, add: () => undefined });
  return config;
}

function electronVersion(): string {
  return (require('electron/package.json') as { readonly version: string }).version;
}

describe('the configuration', () => {
  it('is one that electron-builder understands', async () => {
    const config = await readConfig();
    expect(config).toMatchObject({
      appId: 'app.tidemark.desktop',
      win: { target: 'nsis' },
      mac: { target: ['dmg', 'zip'] },
      linux: { target: ['deb', 'rpm', 'AppImage'] },
    });
    expect(config).not.toHaveProperty('fileAssociations');
    await expect(readConfig({ nonsense: true })).rejects.toThrow('nonsense');
  });

  it('names pictures that are there', async () => {
    const { win, mac, linux } = (await readConfig()) as Record<string, { readonly icon: string }>;
    for (const icon of [win?.icon, mac?.icon, linux?.icon]) expect(existsSync(join(root,
      icon ?? 'missing'))).toBe(true);
    const sizes = readdirSync(join(root, 'assets', 'icons'));
    expect(sizes).toEqual(expect.arrayContaining(['16x16.png', '32x32.png', '48x48.png', '256x256.png',
      '512x512.png']));
  });
});

describe('the pictures', () => {
  const png = (size: number): Buffer => readFileSync(join(root, 'assets', 'icons', `${size}x${size}.png`));

  it('are of the size their name says', () => {
    for (const size of [16, 24, 32, 48, 64, 128, 256, 512, 1_024]) {
      expect([png(size).readUInt32BE(16), png(size).readUInt32BE(20)]).toEqual([size, size]);
    }
  });

  it('are the ones in the containers of Windows and macOS', () => {
    const ico = readFileSync(join(root, 'assets', 'icon.ico'));
    const sizes = Array.from({ length: ico.readUInt16LE(4) }, (_, index) => ico.readUInt8(6 + 16 * index) || 256);
    expect(sizes).toEqual([16, 24, 32, 48, 64, 128, 256]);
    expect(ico.includes(png(256))).toBe(true);
    expect(ico.readUInt32LE(ico.readUInt32LE(18))).toBe(40);
    const icns = readFileSync(join(root, 'assets', 'icon.icns'));
    expect(icns.toString('latin1', 0, 4)).toBe('icns');
    expect(icns.readUInt32BE(4)).toBe(icns.length);
    for (const size of [32, 64, 128, 256, 512, 1_024]) expect(icns.includes(png(size)), String(size)).toBe(true);
  });
});

describe('the packed application', () => {
  const output = mkdtempSync(join(tmpdir(), 'tidemark-packed-'));
  const runtime = makeStubRuntime(electronVersion());
  const resources = join(output, 'linux-unpacked', 'resources');
  let files: string[] = [];

  const run = (script: string, args: readonly string[]): void => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'node_modules', script), ...args], {
      cwd: root,
      encoding: 'utf8',
    });
    expect(status, `${stdout}\n${stderr}`).toBe(0);
  };
  const asar = createRequire(createRequire(require.resolve('electron-builder/package.json')).resolve('app-builder-lib'))(
    '@electron/asar',
  ) as {
    listPackage: (path: string, options: object) => string[];
    extractFile: (path: string, name: string) => Buffer;
  };

  beforeAll(() => {
    run('electron-vite/bin/electron-vite.js', ['build', '--logLevel', 'warn']);
    run('electron-builder/cli.js', [
      '--linux',
      'dir',
      `-c.electronDist=${runtime}`,
      `-c.directories.output=${output}`,
      '--publish',
      'never',
    ]);
    files = asar.listPackage(join(resources, 'app.asar'), {}).map((path) => path.replaceAll('\\', '/'));
  }, 300_000);
  afterAll(() => {
    rmSync(output, { recursive: true, force: true });
    rmSync(runtime, { recursive: true, force: true });
  });

  it('has what it needs', () => {
    for (const path of [
      '/package.json',
      '/out/main/electron.js',
      '/out/main/headless.js',
      '/out/main/cli.js',
      '/out/main/engine-worker.js',
      '/out/preload/bridge.cjs',
      '/out/renderer/index.html',
      '/assets/icons/256x256.png',
      '/assets/tray/idle.png',
      '/assets/tray/idleTemplate@2x.png',
    ]) {
      expect(files).toContain(path);
    }
    const { main } = JSON.parse(asar.extractFile(join(resources, 'app.asar'),
      'package.json').toString()) as { main: string };
    expect(files).toContain(`/${main}`);
  });

  it('has nothing else: no sources, tests, maps, types or libraries that are in the bundles', () => {
    const allowed = /^\/(out|out\/(main|preload)(\/[\w.-]+\.c?js)?|out\/renderer(\/.*)?|assets|assets\/(icons|tray)(\/[\w@.-]+)?|package\.json|LICENSE|node_modules|node_modules\/@napi-rs(\/.*)?)$/;
    expect(files.filter((path) => !allowed.test(path))).toEqual([]);
    expect(files.filter((path) => /\.(ts|tsx|map|md)$|\/test\//.test(path))).toEqual([]);
    expect(files.length).toBeGreaterThan(20);
  });

  it('keeps machine code outside of the archive', () => {
    const unpacked = join(resources, 'app.asar.unpacked', 'node_modules', '@napi-rs');
    const libraries = readdirSync(unpacked, { recursive: true, encoding: 'utf8' }).filter((path) =>
      path.endsWith('.node'));
    expect(libraries.length).toBeGreaterThan(0);
    for (const path of libraries) expect(statSync(join(unpacked, path)).size).toBeGreaterThan(100_000);
  });

  it('has its fuses set', () => {
    expect(readFuses(readFileSync(join(output, 'linux-unpacked', 'tidemark')))).toMatchObject({
      runAsNode: false,
      enableCookieEncryption: true,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      enableEmbeddedAsarIntegrityValidation: true,
      onlyLoadAppFromAsar: true,
      grantFileProtocolExtraPrivileges: false,
    });
  });

  it('has a preload that a sandbox can load, without the validation library', () => {
    const preload = readFileSync(join(root, 'out', 'preload', 'bridge.cjs'), 'utf8');
    const required = [...preload.matchAll(/require\(["'`]([^"'`]+)["'`]\)/g)].map(([, name]) => name);
    expect(new Set(required)).toEqual(new Set(['electron']));
    expect(preload).not.toContain('ZodError');
    expect(preload.length).toBeLessThan(20_000);
  });

  it('has bundles that need only Node, Electron and the keyring', () => {
    const outside = readdirSync(join(root, 'out', 'main'))
      .filter((name) => name.endsWith('.js'))
      .flatMap((name) => {
        const text = readFileSync(join(root, 'out', 'main', name), 'utf8');
        return [...text.matchAll(/^(?:import|export)\b[^;'"]*?from\s*["']([^"']+)["']|^import\s*["']([^"']+)["']/gm)].map(
          (match) => match[1] ?? match[2] ?? '',
        );
      })
      .filter((name) => !name.startsWith('.') && !name.startsWith('node:'));
    const builtin = new Set(require('node:module').builtinModules as string[]);
    expect(new Set(outside.filter((name) => !builtin.has(name) &&
      !name.startsWith('@napi-rs/keyring')))).toEqual(new Set(['electron']));
  });

  it('finds its worker and its page beside the bundle', () => {
    const bundles = readdirSync(join(root, 'out', 'main'));
    expect(bundles).toContain('engine-worker.js');
    const looking = bundles.filter((name) => readFileSync(join(root, 'out', 'main', name),
      'utf8').includes('engine-worker.js'));
    expect(looking.length).toBeGreaterThan(0);
    expect(bundles.filter((name) => statSync(join(root, 'out', 'main', name)).isDirectory())).toEqual([]);
  });
});
