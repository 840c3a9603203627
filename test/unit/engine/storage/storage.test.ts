import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { collect } from '../../../../main/engine/platform/concurrency.ts';
import { sha256 } from '../../../../main/engine/platform/crypto.ts';
import { LocalStorage } from '../../../../main/engine/storage/local-storage.ts';
import { MemoryStorage } from '../../../../main/engine/storage/memory-storage.ts';
import { tempDir } from '../../../helpers/temp-dir.ts';
import { canMount, remount, tmpfs } from '../../../helpers/tmpfs.ts';
import { describeStorage } from './conformance.ts';

describeStorage('memory storage', async () => new MemoryStorage());
describeStorage('local storage', async () => new LocalStorage(join(tempDir(), 'repository')));

const config = { type: 'config', name: '' } as const;

function pack(content: Uint8Array) {
  return { type: 'pack', name: sha256(content).toString('hex') } as const;
}

function modeOf(path: string): number {
  return statSync(path).mode & 0o777;
}

function allFiles(root: string): string[] {
  const names = readdirSync(root, { recursive: true, withFileTypes: true });
  return names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

describe('local folders', () => {
  test('have the layout of restic and belong to their owner only', async () => {
    const root = join(tempDir(), 'repository');
    const storage = new LocalStorage(root);
    await storage.create();
    expect(readdirSync(root).sort()).toEqual(['data', 'index', 'keys', 'locks', 'snapshots']);
    expect(readdirSync(join(root, 'data'))).toHaveLength(256);
    expect([modeOf(root), modeOf(join(root, 'data/7f'))]).toEqual([0o700, 0o700]);
    const content = Buffer.from('x');
    await storage.save(pack(content), [content]);
    const path = storage.localPath(pack(content));
    expect(path).toBe(join(root, 'data', pack(content).name.slice(0, 2), pack(content).name));
    expect(modeOf(path)).toBe(0o400);
    expect(allFiles(root)).toEqual([path]);
  });

  test('are readable by the group when the config is', async () => {
    const root = join(tempDir(), 'repository');
    await new LocalStorage(root).create();
    writeFileSync(join(root, 'config'), 'x');
    chmodSync(join(root, 'config'), 0o440);
    const storage = new LocalStorage(root);
    const content = Buffer.from('y');
    await storage.save({ type: 'extra', name: 'plans/a' }, [content]);
    expect(modeOf(storage.localPath({ type: 'extra', name: 'plans/a' }))).toBe(0o440);
    expect(modeOf(join(root, 'tidemark')) & 0o070).toBe(0o070 & ~process.umask());
  });

  test('get missing inner folders back on writing', async () => {
    const root = tempDir();
    const storage = new LocalStorage(root);
    const content = Buffer.from('x');
    await storage.save(pack(content), [content]);
    await storage.save({ ...pack(content), type: 'snapshot' }, [content]);
    expect(readdirSync(root).sort()).toEqual(['data', 'snapshots']);
  });

  test('are never made anew in place of an absent disk', async () => {
    const root = join(tempDir(), 'unplugged');
    const storage = new LocalStorage(root);
    const file = pack(Buffer.from('x'));
    const away = { code: 'destination-unavailable', retry: 'later' };
    await expect(storage.save(file, [Buffer.from('x')])).rejects.toMatchObject(away);
    await expect(storage.load(file)).rejects.toMatchObject(away);
    await expect(collect(storage.list('snapshot'))).rejects.toMatchObject(away);
    await expect(storage.remove(file)).rejects.toMatchObject(away);
    expect(existsSync(root)).toBe(false);
  });

  test('ignore names that do not belong when listing', async () => {
    const root = join(tempDir(), 'repository');
    const storage = new LocalStorage(root);
    await storage.create();
    const name = 'ab'.repeat(32);
    for (const folder of ['keys', 'locks', 'snapshots', 'index', 'data/ab']) {
      writeFileSync(join(root, folder, name), 'good');
      writeFileSync(join(root, folder, `${name}-tmp-123`), 'left by a crash');
      writeFileSync(join(root, folder, name.toUpperCase()), '');
      writeFileSync(join(root, folder, '.DS_Store'), '');
      mkdirSync(join(root, folder, 'cd'.repeat(32)));
    }
    writeFileSync(join(root, 'data', name), 'flat');
    mkdirSync(join(root, 'data/zz'));
    mkdirSync(join(root, 'tmp'));
    for (const type of ['key', 'lock', 'snapshot', 'index', 'pack'] as const) {
      expect(await collect(storage.list(type))).toEqual([{ name, size: 4 }]);
    }
  });

  test('refuse to read whole files of an absurd size', async () => {
    const root = tempDir();
    const storage = new LocalStorage(root);
    writeFileSync(join(root, 'config'), '');
    truncateSync(join(root, 'config'), 2 ** 40);
    await expect(storage.load(config)).rejects.toMatchObject({ code: 'damaged' });
  });

  test('with the layout of restic before 0.7 are recognised', async () => {
    const root = tempDir();
    mkdirSync(join(root, 'key'));
    await expect(new LocalStorage(root).checkLayout()).rejects.toMatchObject({ code: 'unsupported' });
    mkdirSync(join(root, 'keys'));
    await expect(new LocalStorage(root).checkLayout()).resolves.toBeUndefined();
  });

  test('leave nothing behind when a name is taken by a folder', async () => {
    const root = tempDir();
    const storage = new LocalStorage(root);
    const file = pack(Buffer.from('x'));
    mkdirSync(storage.localPath(file), { recursive: true });
    await expect(storage.save(file, [Buffer.from('x')])).rejects.toMatchObject({ code: 'storage-failed' });
    expect(allFiles(root)).toEqual([]);
  });
});

describe.runIf(canMount())('file systems with faults', () => {
  test('that are full fail with no-space and leave no partial file', async () => {
    const root = tmpfs('size=1m');
    const storage = new LocalStorage(root);
    await storage.create();
    const small = Buffer.alloc(100_000, 'small');
    await storage.save(pack(small), [small]);
    const large = Buffer.alloc(2_000_000, 'large');
    await expect(storage.save(pack(large), [large])).rejects.toMatchObject({ code: 'no-space', retry: 'after-action' });
    expect(allFiles(root)).toEqual([storage.localPath(pack(small))]);
    expect(await storage.load(pack(small))).toEqual(small);
  });

  test('that are read-only fail with read-only and can still be read', async () => {
    const root = tmpfs('size=1m');
    const storage = new LocalStorage(root);
    await storage.create();
    const content = Buffer.from('kept');
    await storage.save(pack(content), [content]);
    remount(root, 'ro');
    const other = Buffer.from('other');
    await expect(storage.save(pack(other), [other])).rejects.toMatchObject({ code: 'read-only' });
    await expect(storage.remove(pack(content))).rejects.toMatchObject({ code: 'read-only' });
    expect(await storage.load(pack(content))).toEqual(content);
  });
});
