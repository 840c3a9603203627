import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { resticCommand, tidemark } from '../helpers/tidemark.ts';

let base: string;
let repository: string;
let source: string;
const mounts: string[] = [];

/** A small real file system that is full after `size`. */
function smallDisk(size: string, flags = 'rw'): string {
  const target = mkdtempSync(join(base, 'disk-'));
  expect(spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size},${flags}`, 'tmpfs', target]).status).toBe(0);
  mounts.push(target);
  return target;
}

function noise(bytes: number, seed: number): Buffer {
  const data = Buffer.alloc(bytes);
  let state = seed;
  for (let index = 0; index < bytes; index++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    data[index] = state >>> 24;
  }
  return data;
}

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'tidemark-bad-'));
  repository = join(base, 'repository');
  source = join(base, 'source');
  mkdirSync(join(source, 'deep'), { recursive: true });
  writeFileSync(join(source, 'letter.txt'), 'Dear reader');
  writeFileSync(join(source, 'deep', 'picture.bin'), noise(3_000_000, 7));
});

afterEach(() => {
  for (const mount of mounts.splice(0)) {
    spawnSync('umount', ['-l', mount]);
  }
  rmSync(base, { recursive: true, force: true });
});

async function filled(): Promise<void> {
  expect((await tidemark(repository, ['init'])).code).toBe(0);
  const backup = await tidemark(repository, ['backup', source]);
  expect(backup.stderr).toBe('');
  expect(backup.code).toBe(0);
}

/** The files of one kind, by the folder of the repository that holds them. */
function filesOf(kind: string): string[] {
  return readdirSync(join(repository, kind), { recursive: true, encoding: 'utf8' })
    .map((name) => join(repository, kind, name))
    .filter((path) => statSync(path).isFile());
}

/** Everything below the repository with its bytes, to show that a refused command changed nothing. */
function inventory(): string[] {
  return readdirSync(repository, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(repository, name)).isFile())
    .map((name) => `${name} ${readFileSync(join(repository, name)).length}`)
    .sort();
}

describe('bad input on the command line', () => {
  it('answers a wrong password with 12 and changes nothing', async () => {
    await filled();
    const before = inventory();
    const result = await tidemark(repository, ['snapshots'], { password: 'wrong' });
    expect(result.code).toBe(12);
    expect(result.stderr).toMatch(/password/i);
    expect(inventory()).toEqual(before);
  });

  it('answers a place without repository with 10 and makes none', async () => {
    const result = await tidemark(join(base, 'nowhere'), ['backup', source]);
    expect(result.code).toBe(10);
    expect(existsSync(join(base, 'nowhere'))).toBe(false);
  });

  it('refuses to make a repository where one is', async () => {
    await filled();
    const before = inventory();
    expect((await tidemark(repository, ['init'])).code).toBe(1);
    expect(inventory()).toEqual(before);
  });

  it('refuses an unknown option and an unknown verb by name', async () => {
    const option = await tidemark(repository, ['snapshots', '--no-such-option']);
    expect([option.code, option.stderr.includes('no-such-option')]).toEqual([1, true]);
    const verb = await tidemark(repository, ['frobnicate']);
    expect([verb.code, verb.stderr.includes('frobnicate')]).toEqual([1, true]);
  });

  it('reports a source that is not there, backs up the rest and exits with 3', async () => {
    expect((await tidemark(repository, ['init'])).code).toBe(0);
    const result = await tidemark(repository, ['backup', source, join(base, 'gone')]);
    expect(result.code).toBe(3);
    expect(result.stderr).toContain('gone');
    expect((await tidemark(repository, ['ls', 'latest'])).stdout).toContain('letter.txt');
  });

  it('makes no version when no source is there', async () => {
    expect((await tidemark(repository, ['init'])).code).toBe(0);
    expect((await tidemark(repository, ['backup', join(base, 'gone')])).code).toBe(1);
    expect(filesOf('snapshots')).toEqual([]);
  });

  it.each(['config', 'keys', 'index', 'snapshots', 'data'])('finds a flipped bit, a cut and an empty file in %s', async (kind) => {
    await filled();
    const victim = kind === 'config' ? join(repository, 'config') : filesOf(kind)[0];
    expect(victim).toBeDefined();
    const path = victim ?? '';
    const good = readFileSync(path);
    chmodSync(path, 0o600);
    const flipped = Buffer.from(good);
    const middle = good.length >> 1;
    flipped[middle] = (flipped[middle] ?? 0) ^ 1;
    for (const bad of [flipped, good.subarray(0, good.length - 7), Buffer.alloc(0)]) {
      writeFileSync(path, bad);
      const result = await tidemark(repository, ['check', '--read-data']);
      expect([kind, bad.length, result.code]).not.toEqual([kind, bad.length, 0]);
      expect(result.stderr).not.toMatch(/\n\s+at /);
      writeFileSync(path, good);
    }
    expect((await tidemark(repository, ['check', '--read-data'])).code).toBe(0);
  });

  it('never restores a damaged file as if it were right, and restores the rest', async () => {
    await filled();
    const pack = filesOf('data').sort((a, b) => statSync(b).size - statSync(a).size)[0] ?? '';
    const bytes = readFileSync(pack);
    chmodSync(pack, 0o600);
    bytes[100_000] = (bytes[100_000] ?? 0) ^ 1;
    writeFileSync(pack, bytes);
    const target = join(base, 'back');
    const result = await tidemark(repository, ['restore', 'latest', '--target', target]);
    expect(result.code).toBe(1);
    expect(result.stderr).toContain('picture.bin');
    expect(readFileSync(join(target, source, 'letter.txt'), 'utf8')).toBe('Dear reader');
    expect(existsSync(join(target, source, 'deep', 'picture.bin'))).toBe(false);
  });

  it('leaves a full destination consistent, says so, and completes once there is room', async () => {
    const disk = smallDisk('6m');
    repository = join(disk, 'repository');
    expect((await tidemark(repository, ['init'])).code).toBe(0);
    for (let index = 0; index < 12; index++) {
      writeFileSync(join(source, `noise-${index}`), noise(1_000_000, index + 100));
    }
    const full = await tidemark(repository, ['backup', source]);
    expect(full.code).toBe(1);
    expect(full.stderr).toMatch(/full|space/i);
    expect(filesOf('snapshots')).toEqual([]);
    expect(readdirSync(repository, { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('-tmp-'))).toEqual([]);
    expect(spawnSync('mount', ['-o', 'remount,size=64m', disk]).status).toBe(0);
    expect((await tidemark(repository, ['backup', source])).code).toBe(0);
    expect((await tidemark(repository, ['check', '--read-data'])).code).toBe(0);
    expect((await resticCommand(repository, ['check', '--read-data'])).code).toBe(0);
  });

  it('says that a destination is read-only, and still reads it', async () => {
    const disk = smallDisk('32m');
    repository = join(disk, 'repository');
    await filled();
    expect(spawnSync('mount', ['-o', 'remount,ro', disk]).status).toBe(0);
    const backup = await tidemark(repository, ['backup', source]);
    expect(backup.code).toBe(1);
    expect(backup.stderr).toMatch(/read-only/i);
    const list = await tidemark(repository, ['snapshots', '--no-lock', '--json']);
    expect(list.code).toBe(0);
    expect(JSON.parse(list.stdout)).toHaveLength(1);
  });

  it('never backs up its own repository when it lies inside the source', async () => {
    repository = join(source, 'repository');
    expect((await tidemark(repository, ['init'])).code).toBe(0);
    expect((await tidemark(repository, ['backup', source])).code).toBe(0);
    const { stdout } = await tidemark(repository, ['ls', 'latest']);
    expect(stdout).toContain('letter.txt');
    expect(stdout).not.toContain('/repository/config');
  });

  it('keeps working when the clock was set back', async () => {
    await filled();
    const early = await tidemark(repository, ['backup', source, '--time', '2001-01-01 00:00:00']);
    expect(early.code).toBe(0);
    const { stdout } = await tidemark(repository, ['snapshots', '--json']);
    expect((JSON.parse(stdout) as unknown[]).length).toBe(2);
    expect((await tidemark(repository, ['backup', source])).code).toBe(0);
    expect((await tidemark(repository, ['check'])).code).toBe(0);
  });

  it('survives kill -9 in the middle of a backup: nothing earlier is lost and the next run completes', async () => {
    await filled();
    for (let index = 0; index < 40; index++) {
      writeFileSync(join(source, `more-${index}`), noise(2_000_000, index + 500));
    }
    for (const delay of [350, 600, 900]) {
      await tidemark(repository, ['backup', source], {
        started: (child) => void setTimeout(() => child.kill('SIGKILL'), delay),
      });
      const check = await tidemark(repository, ['check', '--read-data']);
      expect([delay, check.code, check.stderr]).toEqual([delay, 0, check.stderr]);
    }
    expect((await tidemark(repository, ['backup', source])).code).toBe(0);
    expect((await tidemark(repository, ['check', '--read-data'])).code).toBe(0);
    await resticCommand(repository, ['unlock']);
    expect((await resticCommand(repository, ['check', '--read-data'])).code).toBe(0);
  });

});
