import fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  applyMetadata,
  detectPosixCapabilities,
  PosixError,
  readXattrs,
  splitDevice,
  type MetadataOp,
} from '../../../../main/engine/platform/posix-helper.ts';
import { tempDir } from '../../../helpers/temp-dir.ts';

const isLinux = process.platform === 'linux';
const isRoot = process.getuid?.() === 0;

function file(name: string | Buffer = 'file'): Buffer {
  const path = Buffer.concat([Buffer.from(`${tempDir()}/`), Buffer.from(name)]);
  fs.writeFileSync(path, '');
  return path;
}

function xattrs(path: Buffer, set: Record<string, Buffer>, exact = false): MetadataOp {
  const list = Object.entries(set).map(([name, value]) => ({ name, value }));
  return { kind: 'xattrs', path, set: list, remove: [], exact };
}

describe.runIf(isLinux)('the system helper', () => {
  it('sets and reads attributes of any bytes, and none where there are none', () => {
    const path = file(Buffer.from([0x66, 0xff, 0x0a]));
    const value = Buffer.from([0, 1, 10, 255]);
    expect(applyMetadata([xattrs(path, { 'user.b': value, 'user.empty': Buffer.alloc(0) })])).toEqual([null]);
    const [found, none] = readXattrs([path, Buffer.from('/proc/self/status')]);
    expect(new Map((found as { name: string; value: Buffer }[]).map((x) => [x.name, x.value.toString('hex')]))).toEqual(
      new Map([['user.b', '00010aff'], ['user.empty', '']]),
    );
    expect(none).toEqual([]);
  });

  it('removes what is named, and with exact everything else', () => {
    const path = file();
    applyMetadata([xattrs(path, { 'user.a': Buffer.from('1'), 'user.b': Buffer.from('2'), 'user.c': Buffer.from('3') })]);
    applyMetadata([{ kind: 'xattrs', path, set: [], remove: ['user.a', 'user.absent'] }]);
    const names = () => (readXattrs([path])[0] as { name: string }[]).map(({ name }) => name).sort();
    expect(names()).toEqual(['user.b', 'user.c']);
    expect(applyMetadata([xattrs(path, { 'user.c': Buffer.from('4') }, true)])).toEqual([null]);
    expect(names()).toEqual(['user.c']);
  });

  it('sets times to the nanosecond, before 1970 and after 2200, on links and not through them', () => {
    const path = file();
    const link = Buffer.from(join(tempDir(), 'link'));
    fs.symlinkSync(path, link);
    const before = fs.statSync(path, { bigint: true }).mtimeNs;
    const times = { atimeNs: -1_500_000_001n, mtimeNs: 7_258_118_400_123_456_789n };
    expect(applyMetadata([{ kind: 'times', path: link, ...times }])).toEqual([null]);
    expect(fs.lstatSync(link, { bigint: true })).toMatchObject(times);
    expect(fs.statSync(path, { bigint: true }).mtimeNs).toBe(before);
  });

  it('takes from a fresh entry what its folder gives to all that is made in it, and nothing from others', () => {
    const folder = Buffer.from(tempDir());
    // Version 2; owner rwx, user 1234 rwx, group r-x, mask rwx, others r-x.
    const list = Buffer.from(
      '0200000001000700ffffffff02000700d204000004000500ffffffff10000700ffffffff20000500ffffffff',
      'hex',
    );
    expect(applyMetadata([xattrs(folder, { 'system.posix_acl_default': list })])).toEqual([null]);
    const paths = ['new', 'older'].map((name) => Buffer.concat([folder, Buffer.from(`/${name}`)]));
    for (const path of paths) fs.writeFileSync(path, '');
    const names = () => readXattrs(paths).map((found) => (found as { name: string }[]).map(({ name }) => name));
    expect(names()).toEqual([['system.posix_acl_access'], ['system.posix_acl_access']]);
    const times = { atimeNs: 1n, mtimeNs: 1_700_000_000_000_000_001n };
    const ops = paths.map((path, index): MetadataOp => ({ kind: 'times', path, ...times, fresh: index === 0 }));
    expect(applyMetadata(ops)).toEqual([null, null]);
    expect(names()).toEqual([[], ['system.posix_acl_access']]);
    expect(paths.map((path) => fs.statSync(path, { bigint: true }).mtimeNs)).toEqual([times.mtimeNs, times.mtimeNs]);
  });

  it.runIf(isRoot)('makes fifos and devices', () => {
    const folder = tempDir();
    const at = (name: string): Buffer => Buffer.from(join(folder, name));
    const device = (7n << 8n) | 3n | (0x12n << 20n);
    expect(
      applyMetadata([
        { kind: 'mkfifo', path: at('fifo'), mode: 0o640 },
        { kind: 'mknod', path: at('block'), node: 'block', mode: 0o600, device },
        { kind: 'mknod', path: at('char'), node: 'char', mode: 0o666, device: 259n },
        { kind: 'sync', path: at('') },
      ]),
    ).toEqual([null, null, null, null]);
    expect(fs.lstatSync(at('fifo')).mode).toBe(0o010640);
    expect(fs.lstatSync(at('block'), { bigint: true })).toMatchObject({ rdev: device, mode: 0o060600n });
    expect(fs.lstatSync(at('char'), { bigint: true })).toMatchObject({ rdev: 259n, mode: 0o020666n });
  });

  it('answers each operation by itself', () => {
    const path = file();
    const answers = applyMetadata([
      { kind: 'times', path: Buffer.from('/nonexistent/x'), atimeNs: 0n, mtimeNs: 0n },
      { kind: 'times', path, atimeNs: 0n, mtimeNs: 5n },
    ]);
    expect((answers[0] as PosixError).code).toBe('ENOENT');
    expect(answers[1]).toBeNull();
    expect(readXattrs([Buffer.from('/nonexistent/x'), path])).toEqual([expect.any(PosixError), []]);
  });

  it('splits what is too much for one batch, in both directions', () => {
    const folder = tempDir();
    const paths = Array.from({ length: 400 }, (_, index) => Buffer.from(join(folder, `f${index}`)));
    for (const path of paths) fs.writeFileSync(path, '');
    const size = 3000;
    const answers = applyMetadata(
      paths.flatMap((path, index) =>
        Array.from({ length: 10 }, () => xattrs(path, { 'user.v': Buffer.alloc(size, index) })),
      ),
    );
    expect(answers.filter((answer) => answer !== null)).toEqual([]);
    const all = readXattrs(Array.from({ length: 10 }, () => paths).flat());
    expect(all).toHaveLength(4000);
    for (const [index, found] of all.entries()) {
      expect((found as { value: Buffer }[])[0]?.value.equals(Buffer.alloc(size, index % 400))).toBe(true);
    }
  });

  it('knows what it can do', () => {
    expect(detectPosixCapabilities()).toEqual({ xattrs: true, exactTimes: true, specialFiles: true, note: '' });
    expect(readXattrs([])).toEqual([]);
    expect(applyMetadata([])).toEqual([]);
  });

  it('splits device numbers as Linux does', () => {
    expect(splitDevice(0x12345678n)).toEqual({ major: 0x456, minor: 0x12378 });
    expect(splitDevice(259n)).toEqual({ major: 1, minor: 3 });
  });
});
