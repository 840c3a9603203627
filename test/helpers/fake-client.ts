import type { TidemarkClient } from '../../shared/contract/contract.ts';
import type { Capabilities, Notice, Settings } from '../../shared/contract/app.ts';
import type { Plan } from '../../shared/contract/plans.ts';
import type { Run } from '../../shared/contract/runs.ts';
import type { Proposal } from '../../shared/contract/setup.ts';
import { AppError } from '../../shared/errors.ts';
import { fakeFolders } from './fake-folders.ts';
import { fakePlan, fakeProposal, fakeRuns, kitWords } from './fake-data.ts';
import { fakeRunner } from './fake-runner.ts';
import { fakeVersions } from './fake-versions.ts';
import { createFakeWorld } from './fake-world.ts';
import { Watched } from './watched.ts';

export type Scenario = 'first-use' | 'no-keychain' | 'empty' | 'home' | 'trouble' | 'huge' | 'first-run';

export interface FakeOptions {
  readonly scenario: Scenario;
  readonly now: number;
  /** Milliseconds between steps of a run. */
  readonly pace?: number;
}

/** What a fake holds, so that tests can look behind it. */
export interface Fake {
  readonly client: TidemarkClient;
  readonly plans: Watched<Plan[]>;
  readonly runs: Watched<Run[]>;
  readonly notices: Watched<Notice[]>;
  /** Every call that changes something, by name, in order. */
  readonly calls: { readonly name: string; readonly input: unknown }[];
}

/** A TidemarkClient in memory that behaves like main on realistic data: for developing and testing the page alone. */
export function createFake({ scenario, now, pace = 350 }: FakeOptions): Fake {
  const world = createFakeWorld(now);
  const fresh = scenario === 'first-use' || scenario === 'no-keychain' || scenario === 'empty';
  const plans = new Watched<Plan[]>(fresh ? [] : [fakePlan(world, scenario, now)]);
  const runs = new Watched<Run[]>(fresh ? [] : fakeRuns(world, scenario, now));
  const settings = new Watched<Settings>({ theme: 'system' });
  const notices = new Watched<Notice[]>(scenario === 'trouble' ? [settingsNotice] : []);
  const proposal = new Watched<Proposal>(fakeProposal(scenario, now));
  const calls: { name: string; input: unknown }[] = [];
  const runner = fakeRunner({ plans, runs, pace, now: () => Date.now() });
  const record = (name: string, input: unknown): void => void calls.push({ name, input });
  const change = (planId: string, part: Partial<Plan>): void => {
    if (plans.value.every((plan) => plan.id !== planId))
      throw new AppError('not-found', 'That plan is not there any more.');
    plans.set(plans.value.map((plan) => (plan.id === planId ? { ...plan, ...part } : plan)));
  };
  const folders = fakeFolders();
  if (scenario === 'first-run') runner.start('backup', 'Backing up Documents, Pictures and Projects', { keep: true });

  const client: TidemarkClient = {
    app: {
      capabilities: async () => fakeCapabilities(scenario),
      settings: (_input, signal) => settings.follow(signal),
      updateSettings: async (part) => {
        record('app.updateSettings', part);
        settings.set({ theme: part.theme ?? settings.value.theme });
        return {};
      },
      notices: (_input, signal) => notices.follow(signal),
      dismissNotice: async ({ id }) => {
        notices.set(notices.value.filter((notice) => notice.id !== id));
        return {};
      },
      reportPageError: async (problem) => {
        record('app.reportPageError', problem);
        return {};
      },
    },
    folders: folders.service,
    setup: {
      propose: (_input, signal) => proposal.follow(signal),
      inspectDestination: async ({ token }) => ({
        state: 'empty',
        path: folders.pathOf(token),
        repositoryPath: folders.pathOf(token),
        freeBytes: 311e9,
        keyKnown: false,
      }),
      start: async (input) => {
        record('setup.start', input);
        plans.set([{ ...fakePlan(world, 'first-run', now), versions: 0, lastVersion: null, lastRun: null }]);
        return { planId: 'plan-1', runId: runner.start('backup', 'Backing up Documents, Pictures and Projects') };
      },
      adopt: async (input) => {
        record('setup.adopt', input);
        if (input.password !== null && input.password.length < 4) {
          throw new AppError('wrong-password', 'This password does not open the backup.', {
            hint: 'Check it and try again, or use the words of the recovery kit.',
            retry: 'after-action',
          });
        }
        plans.set([{ ...fakePlan(world, 'home', now), sources: [], kit: 'none', name: 'Old laptop' }]);
        return { planId: 'plan-1' };
      },
    },
    plans: {
      watch: (_input, signal) => plans.follow(signal),
      update: async ({ planId, sources, ...part }) => {
        record('plans.update', { planId, sources, ...part });
        const defined = Object.fromEntries(Object.entries(part).filter(([, value]) => value !== undefined));
        change(planId, defined);
        if (sources !== undefined) change(planId, { sources: sources.map((token) => folders.source(token)) });
        return {};
      },
      remove: async ({ planId }) => {
        record('plans.remove', { planId });
        plans.set(plans.value.filter((plan) => plan.id !== planId));
        return {};
      },
      unlock: async ({ planId, passphrase }) => {
        if (passphrase.length < 4) throw new AppError('wrong-password', 'This passphrase does not open the backup.');
        const plan = plans.value.find((candidate) => candidate.id === planId);
        if (plan !== undefined) change(planId, { destination: { ...plan.destination, state: 'ready' } });
        return {};
      },
      recoveryKit: async () => ({
        words: [...kitWords],
        location: '/media/anna/Blue SSD/Tidemark',
        repositoryId: '5d2f0c9be1a74c0e9d3b7a16f04e8a52c7716b0f4d3a9e58b2c60d17f8a3e941',
        created: new Date(now - 3 * 60_000).toISOString(),
      }),
      confirmRecoveryKit: async ({ planId, words }) => {
        record('plans.confirmRecoveryKit', words);
        if (words.some(({ position, word }) => kitWords[position] !== word)) {
          throw new AppError('invalid-input', 'These are not the words of the kit.', {
            hint: 'Look at the numbers beside them.',
          });
        }
        change(planId, { kit: 'confirmed', health: 'safe', sentence: 'Everything is safe.', reason: '' });
        return {};
      },
      stats: async () => ({
        versions: world.versions.length,
        restoreBytes: 9.9e12,
        restoreFiles: 2_610_400,
        rawBytes: 121e9,
        uncompressedBytes: 190e9,
        compressionRatio: 1.57,
        deduplicationRatio: 52.4,
        blobs: 412_330,
      }),
    },
    runs: {
      watch: (_input, signal) => runs.follow(signal),
      backUp: async (input) => {
        record('runs.backUp', input);
        return { runId: runner.start('backup', 'Backing up Documents, Pictures and Projects') };
      },
      check: async (input) => {
        record('runs.check', input);
        return { runId: runner.start('check', 'Checking the backup with a sample') };
      },
      cancel: async ({ runId }) => {
        record('runs.cancel', { runId });
        runner.cancel(runId);
        return {};
      },
      problems: async ({ offset }) => ({
        items: problems.slice(offset, offset + 100),
        total: problems.length,
      }),
    },
    ...fakeVersions({ world, scenario, record, runner }),
  };
  return { client, plans, runs, notices, calls };
}

const settingsNotice: Notice = {
  id: 'settings-rebuilt',
  severity: 'attention',
  title: 'The settings were damaged.',
  detail: 'They were put together again from the copy in the backup. Please look through them once.',
  dismissable: true,
};

const problems = [
  {
    path: '/home/anna/Documents/mail.lock',
    kind: 'unreadable' as const,
    message: 'This file belongs to someone else and could not be read.',
    hint: 'Give yourself the right to read it, or leave it out.',
  },
  {
    path: '/home/anna/Projects/site/render.mp4',
    kind: 'changed-while-read' as const,
    message: 'This file kept changing while it was read.',
    hint: 'It is tried again in the next run.',
  },
];

function fakeCapabilities(scenario: Scenario): Capabilities {
  return {
    shell: 'headless',
    platform: 'linux',
    version: '0.1.0',
    hostname: 'harbour',
    nativeDialogs: false,
    keychain: scenario === 'no-keychain' ? 'unavailable' : 'available',
    keychainName: 'Passwords and Keys',
  };
}
