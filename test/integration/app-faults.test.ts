import { rm, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../main/engine/platform/clock.ts';
import type { TidemarkClient } from '../../shared/contract/contract.ts';
import { canMount, remount, tmpfs } from '../helpers/tmpfs.ts';
import { noise } from '../helpers/tidemark-cli.ts';
import { TestComputer, ended, until } from './app-fixture.ts';

/** Protects Documents on a destination and waits for the first backup. */
async function protect(computer: TestComputer, client: TidemarkClient, destination: string) {
  const { planId, runId } = await client.setup.start({
    sources: [computer.app.tokenForPath(computer.path('home/Documents'))],
    destination: computer.app.tokenForPath(destination),
    presets: [],
    protection: { kind: 'device-key' },
  });
  return { planId, run: await ended(client, runId) };
}

async function backUp(client: TidemarkClient, planId: string) {
  return await ended(client, (await client.runs.backUp({ planId })).runId);
}

async function expectSound(client: TidemarkClient, planId: string): Promise<void> {
  const check = await ended(client, (await client.runs.check({ planId, readData: 'all' })).runId);
  expect(check).toMatchObject({ state: 'done', problems: 0 });
}

describe('in the app', () => {
  test.runIf(canMount())('a full and then a read-only destination fail the run by name, and it recovers', async () => {
    await using computer = await TestComputer.make();
    const drive = tmpfs('size=8m');
    await computer.write('home/Documents/a.txt', 'a');
    const client = await computer.start();
    const { planId, run } = await protect(computer, client, drive);
    expect(run.state).toBe('done');
    for (let at = 0; at < 14; at += 1) await writeFile(computer.path(`home/Documents/${at}.bin`), noise(1_000_000, at + 1));
    const full = await backUp(client, planId);
    expect(full).toMatchObject({ state: 'failed', error: { code: 'no-space', hint: expect.stringMatching(/./) } });
    remount(drive, 'ro');
    const locked = await backUp(client, planId);
    expect(locked).toMatchObject({ state: 'failed', error: { code: 'read-only', hint: expect.stringMatching(/./) } });
    const [plan] = await until((signal) => client.plans.watch({}, signal), (plans) => plans[0]?.health !== 'working');
    expect(plan).toMatchObject({ versions: 1 });
    expect(['attention', 'risk', 'waiting']).toContain(plan?.health);
    remount(drive, 'rw,size=64m');
    expect((await backUp(client, planId)).state).toBe('done');
    await expectSound(client, planId);
  });

  test('a clock that was set back loses no version and compares with none from the future', async () => {
    await using computer = await TestComputer.make();
    await computer.write('home/Documents/a.txt', 'a');
    await computer.write('home/Documents/b.txt', 'b');
    const ahead = 5 * 365 * 24 * 3_600_000;
    computer.clock = { now: () => systemClock.now() + ahead };
    let client = await computer.start();
    const { planId } = await protect(computer, client, computer.path('drive'));
    await computer.stop();
    computer.clock = systemClock;
    client = await computer.start();
    // A plan whose last run lies in the future is due, so one may have begun by itself.
    expect((await backUp(client, planId)).state).toBe('done');
    await computer.write('home/Documents/a.txt', 'changed');
    expect((await backUp(client, planId)).summary).toMatchObject({ filesChanged: 1, filesUnmodified: 1 });
    const unchanged = await backUp(client, planId);
    expect(unchanged).toMatchObject({ state: 'done', problems: 0, summary: { filesChanged: 0, filesUnmodified: 2 } });
    const versions = await until((signal) => client.versions.timeline({ planId }, signal), (state) => state.length >= 3);
    expect(versions.some(({ time }) => Date.parse(time) > Date.now())).toBe(true);
    await expectSound(client, planId);
  });

  test('a source that is gone before, or taken away during the run, is never a green run', async () => {
    await using computer = await TestComputer.make();
    await computer.write('home/Documents/a.txt', 'a');
    const client = await computer.start();
    const { planId } = await protect(computer, client, computer.path('drive'));
    for (let at = 0; at < 30; at += 1) await computer.write(`home/Documents/d${at}/${at}.bin`, 'x'.repeat(at * 100_000));
    const { runId } = await client.runs.backUp({ planId });
    await rm(computer.path('home/Documents'), { recursive: true });
    const run = await ended(client, runId);
    expect(['warning', 'failed']).toContain(run.state);
    if (run.state === 'failed') expect(run.error).toMatchObject({ code: 'source-missing' });
    else expect((await client.runs.problems({ runId, offset: 0 })).total).toBeGreaterThan(0);
    await expectSound(client, planId);
    expect((await client.versions.timeline({ planId }, AbortSignal.timeout(60_000))[Symbol.asyncIterator]().next()).value).not.toEqual([]);
  });
});
