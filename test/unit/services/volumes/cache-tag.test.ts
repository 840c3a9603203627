import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cacheTag, isCache } from '../../../../main/services/volumes/cache-tag.ts';
import { tempDir } from '../../../helpers/temp-dir.ts';

const signature = 'Signature: 8a477f597d28d172789f06886806bc55';
const entries = [{ name: Buffer.from('a') }, { name: cacheTag }];

describe('a folder marked as a cache', () => {
  it.each([
    ['the signature alone', signature, true],
    ['the signature and more', `${signature}\n# made by a program`, true],
    ['a beginning of it', signature.slice(0, 20), false],
    ['something else', 'a note about caches that is longer than the signature is', false],
    ['nothing', '', false],
  ])('%s', async (_, content, expected) => {
    const folder = tempDir();
    writeFileSync(join(folder, 'CACHEDIR.TAG'), content);
    expect(await isCache(Buffer.from(folder), entries)).toBe(expected);
    expect(await isCache(Buffer.from(folder), [])).toBe(false);
  });

  it('is not marked by a folder of that name', async () => {
    const folder = tempDir();
    mkdirSync(join(folder, 'CACHEDIR.TAG'));
    expect(await isCache(Buffer.from(folder), entries)).toBe(false);
  });

  it.runIf(process.platform === 'linux')('does not wait for a pipe of that name', async () => {
    const folder = tempDir();
    execFileSync('mkfifo', [join(folder, 'CACHEDIR.TAG')]);
    expect(await isCache(Buffer.from(folder), entries)).toBe(false);
  });
});
