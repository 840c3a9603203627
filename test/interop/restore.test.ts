import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../main/engine/platform/clock.ts';
import { applyMetadata } from '../../main/engine/platform/posix-helper.ts';
import { systemRandom } from '../../main/engine/platform/random.ts';
import { openRepository } from '../../main/engine/repository/open-repository.ts';
import { dumpTar } from '../../main/engine/restorer/tar.ts';
import { openSnapshot } from '../../main/engine/snapshot/snapshots.ts';
import { LocalStorage } from '../../main/engine/storage/local-storage.ts';
import { hasRestic, Restic } from '../helpers/restic.ts';
import { tempDir } from '../helpers/temp-dir.ts';
import { describeTree, restore, wholeTree, type EntryFacts } from '../unit/engine/restorer/support.ts';

const password = 'interop-password';

/** A folder with every kind of entry, a few thousand small files, and one of many blobs. */
function makeSource(): string {
  const source = join(tempDir(), 'source');
  fs.mkdirSync(source);
  for (let folder = 0; folder < 30; folder++) {
    fs.mkdirSync(join(source, `folder-${folder}`));
    for (let file = 0; file < 100; file++) {
      const content = file % 2 === 0 ? randomBytes(file * 37) : `line ${folder} ${file}\n`.repeat(file * 5);
      fs.writeFileSync(join(source, `folder-${folder}`, `file-${file}`), content);
    }
  }
  const at = (name: string): Buffer => Buffer.from(join(source, name));
  fs.writeFileSync(at('large'), Buffer.concat([randomBytes(20 << 20), Buffer.alloc(30 << 20), randomBytes(20 << 20)]));
  fs.linkSync(at('large'), at('large-again'));
  fs.writeFileSync(Buffer.concat([at('bytes-'), Buffer.from([0xff, 0x0a, 0x22])]), 'name');
  fs.symlinkSync('nowhere', at('link'));
  fs.writeFileSync(at('special-mode'), 'x');
  fs.chmodSync(at('special-mode'), 0o4751);
  fs.chownSync(at('special-mode'), 1234, 4321);
  fs.chmodSync(at('special-mode'), 0o4751);
  fs.mkdirSync(at('sticky'), 0o700);
  fs.chmodSync(at('sticky'), 0o1777);
  applyMetadata([
    { kind: 'mkfifo', path: at('fifo'), mode: 0o640 },
    { kind: 'mknod', path: at('char'), node: 'char', mode: 0o600, device: 259n },
    { kind: 'xattrs', path: at('special-mode'), set: [{ name: 'user.note', value: Buffer.from([0, 255]) }], remove: [] },
    { kind: 'times', path: at('special-mode'), atimeNs: 1n, mtimeNs: -123_456_789n },
  ]);
  return source;
}

/** Folders above the source carry the times of this machine's own folders. */
function below(entries: readonly EntryFacts[], source: string): EntryFacts[] {
  return entries.filter(({ path }) => path.startsWith(`${source}/`)).map((entry) => ({ ...entry, path: entry.path.slice(source.length) }));
}

describe.runIf(hasRestic() && process.getuid?.() === 0)('restoring next to restic', () => {
  it('gives what restic gives and what the source was, as files and as an archive', async () => {
    const source = makeSource();
    const location = join(tempDir(), 'repository');
    using restic = new Restic(location, password);
    restic.run('init');
    restic.run('backup', source, '--quiet');
    const expected = describeTree(source);

    const theirs = join(tempDir(), 'theirs');
    const theirStart = performance.now();
    restic.run('restore', 'latest', '--target', theirs, '--quiet');
    const theirTime = performance.now() - theirStart;

    const ours = join(tempDir(), 'ours');
    const ourStart = performance.now();
    const repository = await openRepository(new LocalStorage(location), { password, clock: systemClock, random: systemRandom });
    await repository.loadIndex();
    const { treeId } = await openSnapshot(repository, 'latest');
    const report = await restore(repository, wholeTree(treeId, ours), { workers: 2 });
    const ourTime = performance.now() - ourStart;
    console.log(`restore of ${report.created} files: restic ${theirTime.toFixed(0)} ms, Tidemark ${ourTime.toFixed(0)} ms`);

    expect(report.problems).toEqual([]);
    expect(below(describeTree(ours), source)).toEqual(expected);
    expect(below(describeTree(theirs), source)).toEqual(expected);

    const archive = join(tempDir(), 'archive.tar');
    const output = fs.createWriteStream(archive);
    expect((await dumpTar(repository, treeId, [[]], output)).problems).toEqual([]);
    await new Promise((resolve) => output.end(resolve));
    const unpacked = tempDir();
    const tarOptions = ['--xattrs', '--xattrs-include=*', '--numeric-owner', '--warning=no-timestamp'];
    execFileSync('tar', ['-xpf', archive, '-C', unpacked, ...tarOptions]);
    expect(below(describeTree(unpacked), source)).toEqual(expected);
    expect(execFileSync('tar', ['--xattrs', '-tvvf', archive]).toString()).toContain('user.note');
  });
});
