import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jsonLines, noise, temporaryFolder, TestRepository, writeFiles } from '../helpers/tidemark-cli.ts';

const folder = temporaryFolder('cli');
const source = join(folder, 'source');
const ours = new TestRepository(join(folder, 'ours'));
const theirs = new TestRepository(join(folder, 'theirs'));

function hashes(at: string): Record<string, string> {
  const files = readdirSync(at, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const path = (entry: (typeof files)[number]): string => join(entry.parentPath, entry.name);
  return Object.fromEntries(
    files.map((entry) => [path(entry).slice(at.length), createHash('sha256').update(readFileSync(path(entry))).digest('hex')]),
  );
}

beforeAll(async () => {
  writeFiles(source, {
    'a.txt': 'alpha\n',
    'docs/b.txt': 'beta\n',
    'docs/deep/c.bin': noise(3_000_000, 1),
    'docs/names/é "q" \n.txt': 'odd',
    'skip/me.tmp': 'no',
    'empty': '',
  });
  mkdirSync(join(source, 'hollow'));
  symlinkSync('a.txt', join(source, 'link'));
  await Promise.all([ours.quickInit(), theirs.quickInit()]);
  await ours.done('backup', source, '--tag', 'one,two', '--host', 'alice');
  await theirs.resticDone('backup', source, '--tag', 'one', '--host', 'bob');
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('restic reads what we write', () => {
  it('checks and restores it', async () => {
    await ours.resticDone('check', '--read-data');
    const target = join(folder, 'by-restic');
    await ours.resticDone('restore', 'latest', '--target', target);
    expect(hashes(join(target, source))).toEqual(hashes(source));
  });

  it('finds nothing new in what we backed up, and the other way round', async () => {
    for (const repository of [ours, theirs]) {
      const before = await repository.done('stats', '--mode', 'raw-data', '--json');
      await repository.resticDone('backup', source, '--force', '--host', 'x');
      await repository.done('backup', source, '--force', '--host', 'y');
      const stored = (text: string): number => (JSON.parse(text) as { total_blob_count: number }).total_blob_count;
      // Directories above the source have other access times by now; file content must not be stored again.
      const after = await repository.done('stats', '--mode', 'raw-data', '--json');
      expect(stored(after) - stored(before)).toBeLessThan(20);
    }
  });
});

describe('we read what restic writes', () => {
  it('lists the same snapshots', async () => {
    type Listed = { id: string; tree: string; hostname: string; tags?: string[] };
    const pick = (text: string): unknown =>
      (JSON.parse(text) as Listed[]).map(({ id, tree, hostname, tags }) => ({ id, tree, hostname, tags })).toSorted((a, b) => (a.id < b.id ? -1 : 1));
    expect(pick(await theirs.done('snapshots', '--json'))).toEqual(pick(await theirs.resticDone('snapshots', '--json')));
    const bob = JSON.parse(await theirs.done('snapshots', '--json', '--host', 'bob', '--tag', 'one')) as unknown[];
    expect(bob).toHaveLength(1);
    expect(JSON.parse(await theirs.done('snapshots', '--json', '--tag', 'none'))).toEqual([]);
  });

  it('lists the same files with the same facts', async () => {
    const nodes = (text: string): unknown[] =>
      jsonLines(text)
        .filter((line) => line['struct_type'] === 'node')
        .map(({ name, type, path, uid, gid, size, mode, mtime }) => ({ name, type, path, uid, gid, size, mode, mtime }));
    const mine = nodes(await theirs.done('ls', 'latest', '--json', '--host', 'bob'));
    expect(mine.length).toBeGreaterThan(8);
    expect(mine).toEqual(nodes(await theirs.resticDone('ls', 'latest', '--json', '--host', 'bob')));
  });

  it('lists one folder', async () => {
    const text = await theirs.done('-q', 'ls', 'latest', join(source, 'docs'));
    expect(text.trim().split('\n')).toEqual(['docs', 'docs/b.txt', 'docs/deep', 'docs/names'].map((path) => join(source, path)));
    const below = await theirs.done('ls', `latest:${source}/docs`, '-q');
    expect(below.split('\n').slice(0, 3)).toEqual(['/b.txt', '/deep', '/deep/c.bin']);
  });

  it('finds like restic', async () => {
    for (const pattern of ['*.txt', 'DEEP', join(source, 'docs', '*')]) {
      const flags = pattern === 'DEEP' ? ['-i'] : [];
      const paths = (text: string): unknown => (JSON.parse(text) as { matches: { path: string }[]; snapshot: string }[] | null ?? [])
        .map(({ matches, snapshot }) => ({ snapshot, paths: matches.map(({ path }) => path).toSorted() }))
        .toSorted((a, b) => (a.snapshot < b.snapshot ? -1 : 1));
      const mine = await theirs.done('find', '--json', ...flags, pattern);
      expect(paths(mine), pattern).toEqual(paths(await theirs.resticDone('find', '--json', ...flags, pattern)));
    }
  });

  it('restores, dumps and packs files', async () => {
    const target = join(folder, 'by-us');
    const lines = jsonLines(await theirs.done('restore', 'latest', '--target', target, '--verify', '--json'));
    expect(lines.at(-1)).toMatchObject({ message_type: 'summary' });
    expect(hashes(join(target, source))).toEqual(hashes(source));
    const { bytes } = await theirs.tidemark(['dump', 'latest', join(source, 'docs/deep/c.bin')]);
    expect(bytes.equals(readFileSync(join(source, 'docs/deep/c.bin')))).toBe(true);
    const archive = join(folder, 'docs.tar');
    await theirs.done('dump', 'latest', join(source, 'docs'), '--archive', 'tar', '--target', archive);
    expect(existsSync(archive)).toBe(true);
    expect((await theirs.tidemark(['dump', 'latest', source, '--archive', 'zip'])).code).toBe(1);
    expect((await theirs.tidemark(['dump', 'latest', '/nowhere'])).code).toBe(1);
    const kept = statSync(archive);
    for (const item of ['/nowhere', source]) {
      const again = await theirs.tidemark(['dump', 'latest', item, '--target', archive]);
      expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('exists already')]);
    }
    expect(statSync(archive)).toMatchObject({ ino: kept.ino, size: kept.size });
    const nowhere = await theirs.tidemark(['dump', 'latest', source, '--target', join(folder, 'nowhere', 'a.tar')]);
    expect([nowhere.code, nowhere.stderr]).toEqual([1, expect.stringContaining('does not exist')]);
  });

  it('restores a part, and leaves what is there as asked', async () => {
    const target = join(folder, 'part');
    await theirs.done('restore', `latest:${source}`, '--target', target, '--include', '*.txt');
    expect(Object.keys(hashes(target)).toSorted()).toEqual(['/a.txt', '/docs/b.txt', '/docs/names/é "q" \n.txt']);
    writeFileSync(join(target, 'a.txt'), 'changed by hand');
    await theirs.done('restore', `latest:${source}`, '--target', target, '--overwrite', 'never');
    expect(readFileSync(join(target, 'a.txt'), 'utf8')).toBe('changed by hand');
    await theirs.done('restore', `latest:${source}`, '--target', target, '--overwrite', 'if-changed', '--exclude', 'docs');
    expect(readFileSync(join(target, 'a.txt'), 'utf8')).toBe('alpha\n');
    expect((await theirs.tidemark(['restore', 'latest', '--target', target, '--delete'])).code).toBe(1);
    const dry = await theirs.done('restore', 'latest', '--target', join(folder, 'nothing'), '--dry-run', '-v');
    expect(dry).toContain('Would create');
    expect(existsSync(join(folder, 'nothing'))).toBe(false);
  });

  it('compares and counts like restic', async () => {
    writeFileSync(join(source, 'new.txt'), 'new');
    rmSync(join(source, 'a.txt'));
    writeFileSync(join(source, 'docs/b.txt'), 'other');
    await theirs.resticDone('backup', source, '--host', 'bob');
    const list = JSON.parse(await theirs.done('snapshots', '--json', '--host', 'bob')) as { id: string }[];
    const ids = list.map(({ id }) => id.slice(0, 10));
    const stats = (text: string): unknown => jsonLines(text).find((line) => line['message_type'] === 'statistics');
    const changes = (text: string): unknown => jsonLines(text).filter((line) => line['message_type'] === 'change');
    const mine = await theirs.done('diff', '--json', ...ids);
    const other = await theirs.resticDone('diff', '--json', ...ids);
    expect(stats(mine)).toEqual(stats(other));
    expect(changes(mine)).toEqual(changes(other));
    for (const mode of ['restore-size', 'files-by-contents', 'raw-data']) {
      const restic = JSON.parse(await theirs.resticDone('stats', '--json', '--mode', mode)) as Record<string, unknown>;
      expect(JSON.parse(await theirs.done('stats', '--json', '--mode', mode)), mode).toMatchObject({ total_size: restic['total_size'] });
    }
  });
});

describe('backup', () => {
  it('reports, excludes and skips', async () => {
    const lines = jsonLines(
      await ours.done('backup', source, '--json', '--exclude', '*.tmp', '--exclude-larger-than', '1m', '--host', 'carol'),
    );
    const summary = lines.at(-1);
    expect(summary).toMatchObject({ message_type: 'summary', files_new: 4 });
    const id = String(summary?.['snapshot_id']);
    const listed = await ours.done('ls', id, '-q');
    expect(listed).not.toContain('.tmp');
    expect(listed).not.toContain('c.bin');
    // Relative, since the folders above change all the time.
    const unchanged = (): Promise<string> => ours.tidemark(['backup', 'docs', '--skip-if-unchanged', '--json', '--host', 'dora'], { cwd: source }).then(({ stdout }) => stdout);
    expect(jsonLines(await unchanged()).at(-1)?.['snapshot_id']).toBeDefined();
    expect(jsonLines(await unchanged()).at(-1)?.['snapshot_id']).toBeUndefined();
  });

  it('writes nothing in a dry run', async () => {
    const before = await ours.done('snapshots', '--json');
    await ours.done('backup', source, '--dry-run', '--host', 'dry');
    expect(await ours.done('snapshots', '--json')).toBe(before);
  });

  it('takes standard input and lists of files', async () => {
    const piped = await ours.tidemark(['backup', '--stdin', '--stdin-filename', 'db.sql'], { input: 'select 1;' });
    expect(piped.code).toBe(0);
    expect((await ours.tidemark(['dump', 'latest', '/db.sql'])).stdout).toBe('select 1;');
    writeFileSync(join(source, 'new.txt'), 'new');
    const raw = Buffer.from(`${join(source, 'new.txt')}\0${join(source, 'empty')}\0`);
    const listed = await ours.tidemark(['backup', '--files-from-raw', '-', '--tag', 'raw'], { input: raw });
    expect(listed.code).toBe(0);
    const list = join(folder, 'list');
    writeFileSync(list, `# files\n${source}/*.txt\n`);
    await ours.done('backup', '--files-from', list, '--tag', 'list');
    expect(await ours.done('ls', '-q', 'latest', '--tag', 'list')).toContain('new.txt');
    await ours.resticDone('check');
  });

  it('ends with 3 when something is missing', async () => {
    const ended = await ours.tidemark(['backup', source, join(folder, 'absent')]);
    expect(ended.code).toBe(3);
    expect(ended.stderr).toContain('absent');
    expect((await ours.tidemark(['backup', join(folder, 'absent')])).code).toBe(1);
  });

  it('is interrupted cleanly', async () => {
    const locks = join(ours.location, 'locks');
    const before = await ours.done('snapshots', '--json');
    const ended = await ours.tidemark(['backup', '--stdin'], {
      input: noise(30_000_000, 9),
      interruptWhen: () => readdirSync(locks).length > 0,
    });
    expect(ended.code).toBe(130);
    expect(ended.stderr).toContain('Interrupted');
    expect(readdirSync(locks)).toEqual([]);
    expect(await ours.done('snapshots', '--json')).toBe(before);
    await ours.resticDone('check');
  });
});

describe('keys and tags', () => {
  it('adds, lists, changes and removes keys that restic knows', async () => {
    const file = join(folder, 'second');
    writeFileSync(file, '  second password \r\n');
    await ours.done('key', 'add', '--new-password-file', file, '--user', 'me');
    const second = new TestRepository(ours.location, 'second password');
    await second.resticDone('snapshots', '-q');
    const third = join(folder, 'third');
    writeFileSync(third, 'third password');
    await second.done('key', 'passwd', '--new-password-file', third);
    expect((await second.tidemark(['snapshots'])).code).toBe(12);
    const keys = JSON.parse(await ours.done('key', 'list', '--json')) as { id: string; current: boolean }[];
    expect(keys).toHaveLength(2);
    const other = keys.find(({ current }) => !current)?.id ?? '';
    const current = keys.find((key) => key.current)?.id ?? '';
    expect((await ours.tidemark(['key', 'remove', current])).code).toBe(1);
    await ours.done('key', 'remove', other);
    expect(JSON.parse(await ours.done('key', 'list', '--json'))).toHaveLength(1);
  });

  it('changes tags', async () => {
    const id = async (tag: string): Promise<string[]> =>
      (JSON.parse(await ours.resticDone('snapshots', '--json', '--tag', tag)) as { id: string }[]).map((snapshot) => snapshot.id);
    const [before] = await id('list');
    await ours.done('tag', '--add', 'kept', '--remove', 'list', '--tag', 'list');
    const [after] = JSON.parse(await ours.done('snapshots', '--json', '--tag', 'kept')) as { original: string; tags: string[] }[];
    expect(after).toMatchObject({ original: before, tags: ['kept'] });
    expect(await id('list')).toEqual([]);
  });
});

describe('init', () => {
  it('makes repositories that restic opens, also of version 1 and with the same cutting', async () => {
    const one = new TestRepository(join(folder, 'one'));
    await one.done('init', '--repository-version', '1', '--copy-chunker-params', '--from-repo', theirs.location, '--from-password-command', `echo '${theirs.password}'`);
    const config = async (repository: TestRepository) => JSON.parse(await repository.resticDone('cat', 'config')) as Record<string, unknown>;
    const [mine, other] = [await config(one), await config(theirs)];
    expect(mine).toMatchObject({ version: 1, chunker_polynomial: other['chunker_polynomial'] });
    expect(JSON.parse(await one.done('cat', 'config'))).toEqual(mine);
  });
});

describe('exit codes and messages', () => {
  it.each<[string[], Record<string, string>, number]>([
    [['snapshots'], {}, 0],
    [['snapshots', '--nonsense'], {}, 1],
    [['nonsense'], {}, 1],
    [['ls', 'ffffffff'], {}, 1],
    [['snapshots'], { TIDEMARK_PASSWORD: 'wrong' }, 12],
    [['snapshots', '-r', '/nowhere/at/all'], {}, 10],
    [['init'], {}, 1],
  ])('%j with %j ends with %i', async (args, env, code) => {
    const ended = await ours.tidemark(args, { env });
    expect(ended.code).toBe(code);
    if (code === 0) return;
    expect(ended.stderr).not.toMatch(/\bat .*\.ts:\d+/);
    expect(ended.stderr).not.toContain(ours.password);
    const json = await ours.tidemark([...args, '--json'], { env });
    expect(jsonLines(json.stderr).at(-1)).toMatchObject({ message_type: 'exit_error', code });
  });

  it('ends with 11 when another program holds a lock, and unlock is careful', async () => {
    const copy = new TestRepository(join(folder, 'locked'));
    cpSync(ours.location, copy.location, { recursive: true });
    const { fork } = await heldLock(copy);
    try {
      expect((await copy.tidemark(['backup', source])).code).toBe(11);
      expect((await copy.tidemark(['forget', '--keep-last', '1'])).code).toBe(11);
      expect((await copy.tidemark(['snapshots', '--no-lock'])).code).toBe(0);
      await copy.done('unlock');
      expect((await copy.tidemark(['prune'])).code).toBe(11);
      await copy.done('unlock', '--remove-all');
      expect((await copy.tidemark(['prune'])).code).toBe(0);
    } finally {
      fork();
    }
  });

  it('reads the location and password from restic’s variables and files', async () => {
    const file = join(folder, 'password');
    writeFileSync(file, `\ufeff${ours.password}\n`);
    const env = { TIDEMARK_REPOSITORY: '', TIDEMARK_PASSWORD: '', RESTIC_REPOSITORY: ours.location, RESTIC_PASSWORD_FILE: file };
    expect((await ours.tidemark(['snapshots', '-q'], { env })).code).toBe(0);
    const command = { ...env, RESTIC_PASSWORD_FILE: '', RESTIC_PASSWORD_COMMAND: `cat '${file}'` };
    expect((await ours.tidemark(['snapshots', '-q'], { env: command })).code).toBe(0);
    const piped = { ...env, RESTIC_PASSWORD_FILE: '' };
    expect((await ours.tidemark(['snapshots', '-q'], { env: piped, input: `${ours.password}\n` })).code).toBe(0);
    expect((await ours.tidemark(['snapshots', '-q'], { env: piped })).code).toBe(1);
  });

  it('shows help and version quickly', async () => {
    expect((await ours.tidemark(['help'])).stdout).toContain('Usage: tidemark');
    expect((await ours.tidemark(['backup', '--help'])).stdout).toContain('--exclude-caches');
    expect((await ours.tidemark(['key'])).stdout).toContain('key add');
    expect(JSON.parse((await ours.tidemark(['version', '--json'])).stdout)).toMatchObject({ message_type: 'version' });
  });
});

/** An exclusive lock held by a process that is alive (this one), written by restic's own format. */
async function heldLock(repository: TestRepository): Promise<{ readonly fork: () => void }> {
  const script = `
    const { openRepository } = await import('${join(import.meta.dirname, '../../main/engine/repository/open-repository.ts')}');
    const { openStorage } = await import('${join(import.meta.dirname, '../../main/engine/storage/location.ts')}');
    const { systemClock } = await import('${join(import.meta.dirname, '../../main/engine/platform/clock.ts')}');
    const { systemRandom } = await import('${join(import.meta.dirname, '../../main/engine/platform/random.ts')}');
    const repository = await openRepository(openStorage(process.argv[1]), { password: process.argv[2], clock: systemClock, random: systemRandom });
    await repository.lock({ exclusive: true });
    console.log('locked');
    setInterval(() => {}, 1000);`;
  const { spawn } = await import('node:child_process');
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, repository.location, repository.password], { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  return { fork: () => void child.kill('SIGKILL') };
}
