import { describe, expect, test } from 'vitest';
import { sha256 } from '../../../../main/engine/platform/crypto.ts';
import { collect } from '../../../../main/engine/platform/concurrency.ts';
import type { FileHandle, FileType, Storage } from '../../../../main/engine/storage/storage.ts';

const contentTypes: readonly FileType[] = ['key', 'lock', 'snapshot', 'index', 'pack'];

function handle(type: FileType, content: Uint8Array): FileHandle {
  return { type, name: sha256(content).toString('hex') };
}

async function names(storage: Storage, type: FileType): Promise<string[]> {
  return (await collect(storage.list(type))).map(({ name, size }) => `${name} ${size}`).sort();
}

/** What every storage must do; `make` returns a storage at a fresh, empty place. */
export function describeStorage(title: string, make: () => Promise<Storage>): void {
  // oxlint-disable-next-line vitest/valid-title -- the caller names the storage
  describe(title, () => {
    async function created(): Promise<Storage> {
      const storage = await make();
      await storage.create();
      return storage;
    }

    test('can be created twice and is empty', async () => {
      const storage = await created();
      await storage.create();
      for (const type of [...contentTypes, 'config', 'extra'] as const) expect(await names(storage, type)).toEqual([]);
      await expect(storage.checkLayout()).resolves.toBeUndefined();
    });

    test.each(contentTypes)('keeps %s files byte for byte', async (type) => {
      const storage = await created();
      const content = Buffer.from(`content of a ${type} file`);
      const file = handle(type, content);
      expect(await storage.exists(file)).toBe(false);
      await storage.save(file, [content.subarray(0, 3), Buffer.alloc(0), content.subarray(3)]);
      expect(await storage.load(file)).toEqual(content);
      expect(await storage.stat(file)).toEqual({ size: content.length });
      expect(await storage.exists(file)).toBe(true);
      expect(await names(storage, type)).toEqual([`${file.name} ${content.length}`]);
      await storage.save(file, [content]);
      expect(await storage.load(file, { offset: 8, length: 2 })).toEqual(content.subarray(8, 10));
      await storage.remove(file);
      expect(await storage.exists(file)).toBe(false);
      expect(await names(storage, type)).toEqual([]);
    });

    test('keeps empty files and files of many parts', async () => {
      const storage = await created();
      const parts = Array.from({ length: 3000 }, (_, index) => Buffer.alloc(index % 7, index));
      const whole = Buffer.concat(parts);
      const file = handle('pack', whole);
      await storage.save(file, parts);
      expect(Buffer.compare(await storage.load(file), whole)).toBe(0);
      const empty = handle('lock', Buffer.alloc(0));
      await storage.save(empty, []);
      expect(await storage.load(empty)).toHaveLength(0);
      expect(await names(storage, 'lock')).toEqual([`${empty.name} 0`]);
    });

    test('reads ranges exactly and never less than asked', async () => {
      const storage = await created();
      const content = Buffer.from('0123456789');
      const file = handle('pack', content);
      await storage.save(file, [content]);
      expect(await storage.load(file, { offset: 0, length: 10 })).toEqual(content);
      expect(await storage.load(file, { offset: 10, length: 0 })).toHaveLength(0);
      for (const range of [{ offset: 0, length: 11 }, { offset: 9, length: 2 }, { offset: 11, length: 0 }]) {
        await expect(storage.load(file, range)).rejects.toMatchObject({ code: 'damaged' });
      }
    });

    test('says not-found for every access to a missing file', async () => {
      const storage = await created();
      for (const type of contentTypes) {
        const file = handle(type, Buffer.from('never written'));
        await expect(storage.load(file)).rejects.toMatchObject({ code: 'not-found' });
        await expect(storage.load(file, { offset: 0, length: 1 })).rejects.toMatchObject({ code: 'not-found' });
        await expect(storage.stat(file)).rejects.toMatchObject({ code: 'not-found' });
        await expect(storage.remove(file)).rejects.toMatchObject({ code: 'not-found' });
      }
      await expect(storage.load({ type: 'config', name: '' })).rejects.toMatchObject({ code: 'not-found' });
    });

    test('replaces the config only when asked to', async () => {
      const storage = await created();
      const config = { type: 'config', name: '' } as const;
      await storage.save(config, [Buffer.from('one')]);
      await expect(storage.save(config, [Buffer.from('two')])).rejects.toMatchObject({ code: 'conflict' });
      expect((await storage.load(config)).toString()).toBe('one');
      await storage.save(config, [Buffer.from('two')], { replace: true });
      expect((await storage.load(config)).toString()).toBe('two');
      expect(await names(storage, 'config')).toEqual([' 3']);
    });

    test('keeps files of our own in folders', async () => {
      const storage = await created();
      const file = { type: 'extra', name: 'plans/home.json' } as const;
      await storage.save(file, [Buffer.from('x')]);
      await storage.save({ type: 'extra', name: 'heartbeat' }, [Buffer.from('yy')]);
      expect(await names(storage, 'extra')).toEqual(['heartbeat 2', 'plans/home.json 1']);
      expect((await storage.load(file)).toString()).toBe('x');
    });

    test.each<FileHandle>([
      { type: 'key', name: '../config' },
      { type: 'pack', name: 'ab' },
      { type: 'snapshot', name: 'A'.repeat(64) },
      { type: 'config', name: 'x' },
      { type: 'extra', name: '../config' },
      { type: 'extra', name: 'a/../../b' },
      { type: 'extra', name: '' },
    ])('refuses the impossible name %j', async (file) => {
      const storage = await created();
      await expect(storage.save(file, [Buffer.from('x')])).rejects.toMatchObject({ code: 'internal' });
      await expect(storage.load(file)).rejects.toMatchObject({ code: 'internal' });
    });

    test('serves many callers at once', async () => {
      const storage = await created();
      const contents = Array.from({ length: 40 }, (_, index) => Buffer.from(`file ${index}`));
      await Promise.all(contents.map((content) => storage.save(handle('pack', content), [content])));
      const loaded = await Promise.all(contents.map((content) => storage.load(handle('pack', content))));
      expect(loaded).toEqual(contents);
      expect(await names(storage, 'pack')).toHaveLength(40);
    });
  });
}
