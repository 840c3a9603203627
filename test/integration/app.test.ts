import { mkdir, readFile, readdir, rename, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import type { TidemarkClient } from '../../shared/contract/contract.ts';
import { TestComputer, ended, until } from './app-fixture.ts';

async function protectDocuments(computer: TestComputer, client: TidemarkClient, extra: { passphrase?: string } = {}) {
  const token = computer.app.tokenForPath(computer.path('home/Documents'));
  const { planId, runId } = await client.setup.start({
    sources: [token],
    destination: computer.app.tokenForPath(computer.path('drive')),
    presets: [],
    protection: extra.passphrase === undefined
      ? { kind: 'device-key' }
      : { kind: 'passphrase', passphrase: extra.passphrase },
  });
  return { planId, run: await ended(client, runId) };
}

async function versionsOf(client: TidemarkClient, planId: string, atLeast = 1) {
  return await until((signal) => client.versions.timeline({ planId }, signal), (state) => state.length >= atLeast);
}

async function planOf(client: TidemarkClient) {
  const plans = await until((signal) => client.plans.watch({}, signal), (state) => state.length > 0);
  return plans[0]!;
}

async function documentsAt(client: TidemarkClient, planId: string, versionId: string) {
  const top = await client.versions.folder({ planId, versionId, place: null, offset: 0 });
  return await client.versions.folder({ planId, versionId, place: top.items[0]!.place, offset: 0 });
}

const past = new Date('2024-05-01T10:00:00.000Z');

describe('from the first screen to an undone restore', () => {
  test('proposes, backs up, browses, restores under every policy, and takes it back', async () => {
    await using computer = await TestComputer.make();
    await computer.write('home/Documents/letter.txt', 'first letter');
    await computer.write('home/Documents/sub/note.txt', 'note');
    await utimes(computer.path('home/Documents/letter.txt'), past, past);
    const client = await computer.start();

    const proposal = await until(
      (signal) => client.setup.propose({}, signal),
      (state) => state.folders.some((folder) => !folder.counting),
    );
    expect(proposal.folders.map(({ name, bytes, files, selected }) => ({ name, bytes, files, selected })))
      .toEqual([{ name: 'Documents', bytes: 16, files: 2, selected: true }]);
    expect(proposal.destinations.length).toBeGreaterThan(0);
    expect(proposal.estimateSeconds).not.toBeNull();

    const destination = computer.app.tokenForPath(computer.path('drive'));
    expect(await client.setup.inspectDestination({ token: destination }))
      .toMatchObject({ state: 'empty', repositoryPath: computer.path('drive'), keyKnown: false });
    const { planId, run } = await protectDocuments(computer, client);
    expect(run).toMatchObject({ state: 'done', problems: 0, error: null });
    expect(run.summary).toMatchObject({ filesNew: 2, files: 2, bytes: 16 });

    const plan = await planOf(client);
    expect(plan).toMatchObject({ name: 'Documents', kit: 'unconfirmed', health: 'attention', versions: 1 });
    expect(plan.destination.state).toBe('ready');

    const kit = await client.plans.recoveryKit({ planId });
    expect(kit.words).toHaveLength(12);
    const proof = [11, 0, 5, 7].map((position) => ({ position, word: kit.words[position]! }));
    await expect(client.plans.confirmRecoveryKit({ planId, words: proof.map((p) => ({ ...p, word: 'wrong' })) }))
      .rejects.toMatchObject({ code: 'invalid-input' });
    await client.plans.confirmRecoveryKit({ planId, words: proof });
    await expect(client.plans.recoveryKit({ planId })).rejects.toMatchObject({ code: 'not-found' });
    expect([...computer.keychain.entries.keys()].filter((name) => name.startsWith('recovery:'))).toEqual([]);

    await writeFile(computer.path('home/Documents/letter.txt'), 'second letter, longer');
    const second = await ended(client, (await client.runs.backUp({ planId })).runId);
    expect(second.summary).toMatchObject({ filesChanged: 1, filesUnmodified: 1 });
    const [first, newest] = await versionsOf(client, planId, 2);
    expect(first!.id).not.toBe(newest!.id);

    const folder = await documentsAt(client, planId, first!.id);
    expect(folder.items.map(({ name, relation }) => [name, relation]))
      .toEqual([['sub', 'same'], ['letter.txt', 'changed']]);
    const letter = folder.items.find((item) => item.name === 'letter.txt')!;
    expect(letter.past).toMatchObject({ size: 12, modified: past.toISOString(), type: 'file' });
    expect(await client.versions.history({ planId, place: letter.place })).toHaveLength(2);
    expect(await client.versions.changes({ planId, from: null, to: newest!.id }))
      .toMatchObject({ changed: 1, added: 0, removed: 0 });
    const found = await client.versions.search({ planId, text: 'NOTE' });
    expect(found.items.map((item) => item.name)).toEqual(['note.txt']);

    const places = [letter.place];
    const prepare = () =>
      client.restore.plan({ planId, versionId: first!.id, places, target: { kind: 'original' } });
    const conflict = await prepare();
    expect(conflict).toMatchObject({ files: 1, conflicts: { total: 1 }, identical: 0 });
    expect(conflict.landings[0]).toMatchObject({ path: computer.path('home/Documents/letter.txt'), conflict: true });
    const file = computer.path('home/Documents/letter.txt');

    const skipped = await client.restore.execute({ sessionId: conflict.sessionId, policy: 'only-missing', verify: true });
    expect((await ended(client, skipped.runId)).undoable).toBe(false);
    const older = await client.restore.execute(
      { sessionId: (await prepare()).sessionId, policy: 'replace-if-newer', verify: false });
    await ended(client, older.runId);
    expect(await readFile(file, 'utf8')).toBe('second letter, longer');

    const both = await client.restore.execute(
      { sessionId: (await prepare()).sessionId, policy: 'keep-both', verify: false });
    expect((await ended(client, both.runId)).state).toBe('done');
    const names = await readdir(computer.path('home/Documents'));
    expect(names).toHaveLength(3);
    expect(await readFile(file, 'utf8')).toBe('second letter, longer');

    const replaced = await client.restore.execute(
      { sessionId: (await prepare()).sessionId, policy: 'replace-all', verify: true });
    expect(await ended(client, replaced.runId)).toMatchObject({ state: 'done', undoable: true, kind: 'restore' });
    expect(await readFile(file, 'utf8')).toBe('first letter');
    expect((await stat(file)).mtime.toISOString()).toBe(past.toISOString());

    const undo = await client.restore.undo({ runId: replaced.runId });
    expect((await ended(client, undo.runId)).state).toBe('done');
    expect(await readFile(file, 'utf8')).toBe('second letter, longer');
    await expect(client.restore.undo({ runId: replaced.runId })).rejects.toMatchObject({ code: 'not-found' });
    await expect(client.restore.execute({ sessionId: conflict.sessionId, policy: 'replace-all', verify: false }))
      .rejects.toMatchObject({ code: 'not-found' });

    const archive = await client.restore.saveArchive(
      { planId, versionId: first!.id, places, folder: computer.app.tokenForPath(computer.path('home')) });
    expect((await ended(client, archive.runId)).state).toBe('done');
    expect((await stat(archive.path)).size).toBeGreaterThan(1_000);

    expect(await client.plans.stats({ planId })).toMatchObject({ versions: 2, restoreBytes: 41 });
    const check = await ended(client, (await client.runs.check({ planId, readData: 'all' })).runId);
    expect(check).toMatchObject({ state: 'done', problems: 0 });
    expect(computer.log.lines.join('\n')).not.toContain(kit.words.slice(0, 3).join(' '));
  });

  test('shows what changed until now, with the excludes of the plan', async () => {
    await using computer = await TestComputer.make();
    await computer.write('home/Documents/a.txt', 'a');
    const client = await computer.start();
    const { planId } = await protectDocuments(computer, client);
    await client.plans.update({ planId, excludes: ['node_modules'] });
    await computer.write('home/Documents/b.txt', 'bb');
    await computer.write('home/Documents/node_modules/c.js', 'ccc');
    await rm(computer.path('home/Documents/a.txt'));
    const changes = await client.versions.changes({ planId, from: null, to: 'now' });
    expect(changes.items.map(({ path, kind }) => [path.split('/').at(-1), kind])).toEqual([['a.txt', 'removed'], ['b.txt', 'added']]);
    expect(changes).toMatchObject({ added: 1, removed: 1, bytesAdded: 2, bytesRemoved: 1 });
  });
});

describe('what can be wrong', () => {
  test('forged, foreign and junk addresses are refused', async () => {
    await using computer = await TestComputer.make();
    await computer.write('home/Documents/a.txt', 'a');
    const client = await computer.start();
    const { planId } = await protectDocuments(computer, client);
    const good = computer.app.tokenForPath(computer.path('home'));
    const [body, mac] = good.split('.') as [string, string];
    const other = Buffer.from('/etc').toString('base64url');
    for (const token of ['x', '.', `${other}.${mac}`, `${body}.`, `${body}.${mac.slice(0, -2)}AA`, `${body}=.${mac}`]) {
      await expect(client.folders.list({ token, hidden: false }), token).rejects.toMatchObject({ code: 'unauthorised' });
    }
    const plan = await planOf(client);
    const place = plan.sources[0]!.place;
    await expect(client.versions.history({ planId, place: good })).rejects.toMatchObject({ code: 'unauthorised' });
    await expect(client.folders.list({ token: place, hidden: false })).rejects.toMatchObject({ code: 'unauthorised' });
    await expect(client.versions.history({ planId: 'nonsense', place })).rejects.toMatchObject({ code: 'unauthorised' });
    await computer.stop();
    const again = await computer.start();
    expect((await again.folders.list({ token: good, hidden: false })).path).toBe(computer.path('home'));
  });

  test('a destination inside a source, or a source inside the destination, is refused, also through links', async () => {
    await using computer = await TestComputer.make();
    await mkdir(computer.path('home/Documents/backup'));
    await symlink(computer.path('home/Documents'), computer.path('link'));
    const client = await computer.start();
    const start = (source: string, destination: string) => client.setup.start({
      sources: [computer.app.tokenForPath(computer.path(source))],
      destination: computer.app.tokenForPath(computer.path(destination)),
      presets: [],
      protection: { kind: 'device-key' },
    });
    for (const destination of ['home/Documents/backup', 'link/backup', 'link/new', 'home/Documents']) {
      await expect(start('home/Documents', destination), destination)
        .rejects.toMatchObject({ code: 'destination-inside-source' });
    }
    await expect(start('link', 'home/Documents/backup')).rejects.toMatchObject({ code: 'destination-inside-source' });
    expect(await readdir(computer.path('home/Documents/backup'))).toEqual([]);
    const { planId } = await protectDocuments(computer, client);
    const sources = [computer.app.tokenForPath(computer.path('drive/data'))];
    await expect(client.plans.update({ planId, sources })).rejects.toMatchObject({ code: 'destination-inside-source' });
    await expect(client.plans.update({ planId, sources: [computer.app.tokenForPath(computer.folder)] }))
      .rejects.toMatchObject({ code: 'destination-inside-source' });
  });

  test('damaged settings and plans are set aside, reported, and rebuilt from the destination', async () => {
    await using computer = await TestComputer.make();
    await computer.write('home/Documents/a.txt', 'a');
    let client = await computer.start();
    const { planId } = await protectDocuments(computer, client);
    await client.plans.update({ planId, name: 'My papers', excludes: ['*.tmp'] });
    await computer.stop();
    await writeFile(computer.path('profile/plans.json'), '{"version":1,"content":{"plans":[{');

    client = await computer.start();
    const plan = await planOf(client);
    expect(plan).toMatchObject({ id: planId, name: 'My papers', excludes: ['*.tmp'], kit: 'unconfirmed', versions: 1 });
    expect(plan.sources.map((source) => source.path)).toEqual([computer.path('home/Documents')]);
    const notices = await until((signal) => client.app.notices({}, signal), (state) => state.length > 0);
    expect(notices.map((notice) => notice.title)).toContain('A plan was brought back.');
    expect((await readdir(computer.path('profile'))).some((name) => name.startsWith('plans.json.damaged-'))).toBe(true);
    await computer.stop();

    await writeFile(computer.path('profile/settings.json'), 'junk');
    client = await computer.start();
    expect((await planOf(client)).id).toBe(planId);
    const [notice] = await until((signal) => client.app.notices({}, signal), (state) => state.length > 0);
    expect(notice!.title).toContain('could not be read');
  });

  test('without a keychain a passphrase opens, and recovery words do too', async () => {
    await using computer = await TestComputer.make();
    computer.keychain.current = 'unavailable';
    await computer.write('home/Documents/a.txt', 'a');
    let client = await computer.start();
    expect(await client.app.capabilities({})).toMatchObject({ keychain: 'unavailable', shell: 'headless' });
    await expect(protectDocuments(computer, client)).rejects.toMatchObject({ code: 'keychain-unavailable' });
    expect(await readdir(computer.path('drive'))).toEqual([]);
    const { planId, run } = await protectDocuments(computer, client, { passphrase: 'correct horse' });
    expect(run.state).toBe('done');
    await computer.stop();

    client = await computer.start();
    const locked = await planOf(client);
    expect(locked.destination.state).toBe('needs-passphrase');
    expect(locked.health).toBe('waiting');
    await expect(client.plans.unlock({ planId, passphrase: 'wrong', remember: false }))
      .rejects.toMatchObject({ code: 'wrong-password' });
    await client.plans.unlock({ planId, passphrase: 'correct horse', remember: false });
    expect((await planOf(client)).destination.state).toBe('ready');
    const { words } = await client.plans.recoveryKit({ planId });
    await computer.stop();

    client = await computer.start();
    await rename(computer.path('drive'), computer.path('away'));
    await until((signal) => client.plans.watch({}, signal), ([plan]) => plan?.destination.state === 'absent');
    await rename(computer.path('away'), computer.path('drive'));
    await until((signal) => client.plans.watch({}, signal), ([plan]) => plan?.destination.state === 'needs-passphrase');
    await client.plans.unlock({ planId, passphrase: ` ${words.join('  ').toUpperCase()} `, remember: false });
    expect(await versionsOf(client, planId)).toHaveLength(1);
    expect(JSON.stringify([...computer.keychain.entries])).toBe('[]');
  });

  test('an absent destination waits, and goes on when it is back', async () => {
    await using computer = await TestComputer.make();
    await computer.write('home/Documents/a.txt', 'a');
    let client = await computer.start();
    const { planId } = await protectDocuments(computer, client);
    await computer.stop();
    await rename(computer.path('drive'), computer.path('away'));
    client = await computer.start();
    const waiting = await planOf(client);
    expect(waiting).toMatchObject({ health: 'waiting', destination: { state: 'absent', error: null } });
    const failed = await ended(client, (await client.runs.backUp({ planId })).runId);
    expect(failed).toMatchObject({ state: 'failed', error: { code: 'destination-unavailable', retry: 'later' } });
    await rename(computer.path('away'), computer.path('drive'));
    const back = await until((signal) => client.plans.watch({}, signal), ([plan]) => plan?.destination.state === 'ready');
    expect(back[0]!.versions).toBe(1);
  });

  test('a file that cannot be read makes the run amber, a missing folder too', async () => {
    await using computer = await TestComputer.make();
    await computer.write('home/Documents/a.txt', 'a');
    await computer.write('home/Other/b.txt', 'b');
    const client = await computer.start();
    const { planId } = await protectDocuments(computer, client);
    await client.plans.update({
      planId,
      sources: ['home/Documents', 'home/Other'].map((name) => computer.app.tokenForPath(computer.path(name))),
    });
    await rm(computer.path('home/Other'), { recursive: true });
    const run = await ended(client, (await client.runs.backUp({ planId })).runId);
    expect(run).toMatchObject({ state: 'warning', problems: 1 });
    const { items, total } = await client.runs.problems({ runId: run.id, offset: 0 });
    expect(total).toBe(1);
    expect(items[0]).toMatchObject({ path: computer.path('home/Other'), kind: 'unreadable' });
    expect((await planOf(client)).health).toBe('attention');
    await rm(computer.path('home/Documents'), { recursive: true });
    const failed = await ended(client, (await client.runs.backUp({ planId })).runId);
    expect(failed).toMatchObject({ state: 'failed', error: { code: 'source-missing' } });
  });
});

describe('stopping in the middle', () => {
  test('a cancelled backup leaves everything consistent and no lock, and the next one finishes', async () => {
    await using computer = await TestComputer.make();
    await computer.write('home/Documents/a.txt', 'a');
    const client = await computer.start();
    const { planId } = await protectDocuments(computer, client);
    for (let at = 0; at < 40; at += 1) {
      await writeFile(computer.path(`home/Documents/${at}.bin`), Buffer.alloc(4_000_000, `${at} some text `));
    }
    const { runId } = await client.runs.backUp({ planId });
    await until((signal) => client.runs.watch({}, signal), ([run]) => (run?.progress?.bytesDone ?? 0) > 0 || run?.state === 'done');
    await client.runs.cancel({ runId });
    const cancelled = await ended(client, runId);
    expect(['cancelled', 'done']).toContain(cancelled.state);
    expect(await readdir(computer.path('drive/locks'))).toEqual([]);
    const next = await ended(client, (await client.runs.backUp({ planId })).runId);
    expect(next.state).toBe('done');
    const check = await ended(client, (await client.runs.check({ planId, readData: 'all' })).runId);
    expect(check).toMatchObject({ state: 'done', problems: 0 });
  });

  test('stopping ends a run in order; a run that a crash ended is recorded as such', async () => {
    await using computer = await TestComputer.make();
    await computer.write('home/Documents/a.txt', 'a');
    let client = await computer.start();
    const { planId } = await protectDocuments(computer, client);
    for (let at = 0; at < 40; at += 1) {
      await writeFile(computer.path(`home/Documents/${at}.bin`), Buffer.alloc(4_000_000, `${at} other text `));
    }
    const { runId } = await client.runs.backUp({ planId });
    await computer.stop();
    expect(await readdir(computer.path('drive/locks'))).toEqual([]);
    const history = computer.path('profile/runs.json');
    const stored = JSON.parse(await readFile(history, 'utf8')) as { content: { runs: { id: string; state: string }[] } };
    expect(stored.content.runs.find((run) => run.id === runId)?.state).not.toBe('running');
    stored.content.runs[0]!.state = 'running';
    await writeFile(history, JSON.stringify(stored));
    client = await computer.start();
    const run = await ended(client, stored.content.runs[0]!.id);
    expect(run).toMatchObject({ state: 'failed', error: { code: 'cancelled', retry: 'later' } });
  });
});

describe('taking over', () => {
  test('a backup is adopted on a fresh profile with its key, its words, or not at all', async () => {
    await using computer = await TestComputer.make();
    await computer.write('home/Documents/a.txt', 'a');
    let client = await computer.start();
    const { planId } = await protectDocuments(computer, client);
    await client.plans.update({ planId, name: 'Papers', excludes: ['*.bak'] });
    const { words } = await client.plans.recoveryKit({ planId });
    const destination = () => computer.app.tokenForPath(computer.path('drive'));
    const adopt = (password: string | null, remember = false) =>
      client.setup.adopt({ destination: destination(), password, remember, sources: [] });
    await client.plans.remove({ planId });
    await computer.stop();
    await rm(computer.path('profile'), { recursive: true });

    client = await computer.start();
    expect(await client.setup.inspectDestination({ token: destination() }))
      .toMatchObject({ state: 'repository', keyKnown: true });
    await expect(adopt('nonsense')).rejects.toMatchObject({ code: 'wrong-password' });
    const taken = await adopt(null);
    expect(taken.planId).toBe(planId);
    expect(await planOf(client)).toMatchObject({ name: 'Papers', excludes: ['*.bak'], sources: [], health: expect.any(String) });
    expect(await versionsOf(client, planId)).toHaveLength(1);
    await client.plans.remove({ planId });

    computer.keychain.entries.clear();
    await expect(adopt(null)).rejects.toMatchObject({ code: 'key-not-found' });
    await adopt(words.join(' '), true);
    expect([...computer.keychain.entries.keys()].some((name) => name.startsWith('device:'))).toBe(true);
    await expect(client.setup.adopt({
      destination: computer.app.tokenForPath(computer.path('home')), password: 'x', remember: false, sources: [],
    })).rejects.toMatchObject({ code: 'no-repository' });
  });
});
