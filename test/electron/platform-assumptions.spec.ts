/** What the design takes for granted of Electron's runtime, asked of the runtime itself. */
import type * as nodeFs from 'node:fs';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect, root, test } from './fixtures.ts';

test('Node is 24 and its cryptography is the portable part', async ({ desktop }) => {
  const facts = await desktop.evaluate(() => {
    const crypto = process.getBuiltinModule('node:crypto');
    const key = Buffer.alloc(32, 1);
    const cipher = crypto.createCipheriv('aes-256-ctr', key, Buffer.alloc(16));
    return {
      node: process.versions.node,
      sealed: cipher.update('tidemark').toString('hex'),
      block: crypto.createCipheriv('aes-128-ecb', key.subarray(16), null).update(Buffer.alloc(16)).length,
      hash: crypto.createHash('sha256').update('').digest('hex'),
      hmac: crypto.createHmac('sha256', key).update('').digest().length,
      hkdf: crypto.hkdfSync('sha256', key, '', 'x', 32).byteLength,
      scrypt: crypto.scryptSync('p', 's', 64, { N: 32_768, r: 8, p: 1, maxmem: 64 * 1024 * 1024 }).length,
    };
  });
  expect(facts.node).toMatch(/^24\./);
  expect(facts).toMatchObject({ block: 16, hmac: 32, hkdf: 32, scrypt: 64 });
  expect(facts.hash).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
});

test('zstd is there both ways', async ({ desktop }) => {
  const text = await desktop.evaluate(() => {
    const { zstdCompressSync, zstdDecompressSync } = process.getBuiltinModule('node:zlib');
    return zstdDecompressSync(zstdCompressSync(Buffer.from('tide '.repeat(1_000)))).toString().length;
  });
  expect(text).toBe(5_000);
});

test('SQLite opens, locks and closes', async ({ desktop, profile }) => {
  const outcome = await desktop.evaluate((_, path) => {
    const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
    const first = new DatabaseSync(path, { timeout: 0 });
    first.exec('BEGIN EXCLUSIVE');
    const second = new DatabaseSync(path, { timeout: 0 });
    let refusal = '';
    try {
      second.exec('BEGIN EXCLUSIVE');
    } catch (error) {
      refusal = String(error);
    }
    second.close();
    first.close();
    return refusal;
  }, join(profile, 'probe.sqlite'));
  expect(outcome).toContain('locked');
});

test('archives in the folders of a person are files to the native file system, and folders to the other',
  async ({ desktop, profile }) => {
  const { createPackage } = createRequire(createRequire(import.meta.url).resolve('app-builder-lib'))('@electron/asar') as {
    createPackage: (from: string, to: string) => Promise<void>;
  };
  mkdirSync(join(profile, 'inside'));
  writeFileSync(join(profile, 'inside', 'a.txt'), 'a');
  const whole = join(profile, 'whole.asar');
  const broken = join(profile, 'broken.asar');
  await createPackage(join(profile, 'inside'), whole);
  writeFileSync(broken, 'no archive');
  const seen = await desktop.evaluate((_, paths) => {
    const { createRequire } = process.getBuiltinModule('node:module');
    const native = createRequire(process.execPath)('original-fs') as typeof nodeFs;
    const patched = process.getBuiltinModule('node:fs');
    return {
      native: paths.map((path) => native.statSync(path).isFile() && native.readFileSync(path).length),
      patched: patched.statSync(paths[0] ?? '').isDirectory(),
    };
  }, [whole, broken]);
  expect(seen).toEqual({ native: [readFileSync(whole).length, 10], patched: true });
});

test('a worker shares memory, and its view of archives is its own', async ({ desktop }) => {
  const outcome = await desktop.evaluate(async () => {
    const { Worker } = process.getBuiltinModule('node:worker_threads');
    const shared = new SharedArrayBuffer(4);
    const code = `process.noAsar = true;
      const { workerData } = require('node:worker_threads');
      Atomics.add(new Int32Array(workerData), 0, 7);`;
    const worker = new Worker(code, { eval: true, workerData: shared });
    const exit = await new Promise((resolve) => worker.once('exit', resolve));
    return { exit, value: Atomics.load(new Int32Array(shared), 0), noAsar: process.noAsar };
  });
  expect(outcome).toMatchObject({ exit: 0, value: 7 });
  expect(outcome.noAsar).not.toBe(true);
});

test('the keyring loads', async ({ desktop }) => {
  const kind = await desktop.evaluate((_, folder) => {
    const { createRequire } = process.getBuiltinModule('node:module');
    const { AsyncEntry } = createRequire(`${folder}/package.json`)('@napi-rs/keyring') as { AsyncEntry: unknown };
    return typeof AsyncEntry;
  }, root);
  expect(kind).toBe('function');
});
