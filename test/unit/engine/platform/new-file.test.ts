import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeNewFile } from '../../../../main/engine/platform/new-file.ts';
import { tempDir } from '../../../helpers/temp-dir.ts';

describe('a new file', () => {
  it('has what was written, and the answer comes back', async () => {
    const path = join(tempDir(), 'a');
    const answer = await writeNewFile(path, 0o600, (target) => {
      target.write('one ');
      target.write('two');
      return Promise.resolve(7);
    });
    expect(answer).toBe(7);
    expect(readFileSync(path, 'utf8')).toBe('one two');
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('never replaces one that is there', async () => {
    const path = join(tempDir(), 'a');
    writeFileSync(path, 'kept');
    const write = () => Promise.reject(new Error('not asked'));
    await expect(writeNewFile(path, 0o600, write)).rejects.toMatchObject({ code: 'EEXIST' });
    expect(readFileSync(path, 'utf8')).toBe('kept');
  });

  it('is gone when writing fails', async () => {
    const path = join(tempDir(), 'a');
    const failing = writeNewFile(path, 0o600, (target) => {
      target.write('half');
      return Promise.reject(new Error('no more'));
    });
    await expect(failing).rejects.toThrow('no more');
    expect(existsSync(path)).toBe(false);
  });

  it('fails when its disk does, also while the writer waits', async () => {
    const path = join(tempDir(), 'a');
    const failing = writeNewFile(path, 0o600, async (target) => {
      target.destroy(new Error('the disk is gone'));
      return await new Promise<never>(() => undefined);
    });
    await expect(failing).rejects.toThrow('the disk is gone');
    expect(existsSync(path)).toBe(false);
  });
});
