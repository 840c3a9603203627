import { link, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { presets } from '../../../../main/services/volumes/presets.ts';
import { measureFolder } from '../../../../main/services/volumes/size-walk.ts';
import { tempDir } from '../../../helpers/temp-dir.ts';

async function tree(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = tempDir();
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(folder, name, '..'), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return folder;
}

const options = () => ({
  presets, platform: process.platform, signal: new AbortController().signal, onProgress: () => undefined, now: () => 0,
});

test('counts everything once and says what presets would leave out', async () => {
  const folder = await tree({
    'a.txt': '12345',
    'app/node_modules/x/index.js': '1234567890',
    'app/node_modules/.cache/y': '1',
    'photos/Thumbs.db': '123',
    'marked/CACHEDIR.TAG': 'Signature: 8a477f597d28d172789f06886806bc55\n',
    'marked/deep/z': '12',
    'unmarked/CACHEDIR.TAG': 'something else',
  });
  await link(join(folder, 'a.txt'), join(folder, 'again.txt'));
  await symlink('/etc', join(folder, 'link'));
  const size = await measureFolder(folder, options());
  expect(size.files).toBe(7);
  expect(size.bytes).toBe(5 + 10 + 1 + 3 + 44 + 2 + 14);
  expect(Object.fromEntries(size.presetBytes)).toEqual({ 'node-modules': 11, thumbnails: 3, caches: 46 });
});

test('a missing folder is empty, and an aborted count ends', async () => {
  expect(await measureFolder('/does/not/exist', options())).toMatchObject({ bytes: 0, files: 0 });
  const abort = new AbortController();
  abort.abort();
  expect(await measureFolder(await tree({ 'a/b': 'x' }), { ...options(), signal: abort.signal })).toMatchObject({ files: 0 });
});
