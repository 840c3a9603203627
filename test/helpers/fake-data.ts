import type { Plan } from '../../shared/contract/plans.ts';
import type { Run } from '../../shared/contract/runs.ts';
import type { Proposal } from '../../shared/contract/setup.ts';
import type { Scenario } from './fake-client.ts';
import type { FakeWorld } from './fake-world.ts';

export const kitWords: readonly string[] = (
  'harbour velvet onion giraffe tunnel oxygen meadow basket crystal ribbon planet lemon ' +
  'anchor whisper copper engine saddle maple orbit silver thunder violin window yellow'
).split(' ');

const home = '/home/anna';

export function fakePlan(world: FakeWorld, scenario: Scenario, now: number): Plan {
  const trouble = scenario === 'trouble';
  const first = scenario === 'first-run';
  const newest = world.versions.at(-1);
  return {
    id: 'plan-1',
    name: 'Documents, Pictures and Projects',
    sources: ['Documents', 'Pictures', 'Projects'].map((name) => ({
      token: `token:${home}/${name}`,
      place: name,
      path: `${home}/${name}`,
      name,
      present: !(trouble && name === 'Pictures'),
    })),
    destination: {
      path: '/media/anna/Blue SSD/Tidemark',
      name: 'Blue SSD',
      state: 'ready',
      error: null,
      freeBytes: 1.2e12,
      repositoryBytes: 121e9,
    },
    excludes: ['node_modules', '*.tmp', '/home/anna/Projects/site/cache'],
    excludeCaches: true,
    excludeLargerThan: null,
    oneFileSystem: false,
    schedule: { everyHours: 1, deadlineHours: 24 },
    health: trouble ? 'attention' : first ? 'working' : 'safe',
    sentence: trouble
      ? '2 files could not be backed up.'
      : first
        ? 'The first backup is under way.'
        : 'Everything is safe.',
    reason: trouble ? 'Everything else is safe.' : first ? 'What matters most goes first.' : '',
    lastRun: first
      ? null
      : {
          runId: 'run-1',
          finished: new Date(now - 4 * 60_000).toISOString(),
          outcome: trouble ? 'warning' : 'done',
          problems: trouble ? 2 : 0,
        },
    versions: first ? 0 : world.versions.length,
    lastVersion: first ? null : (newest?.time ?? null),
    kit: trouble || first ? 'unconfirmed' : 'confirmed',
    activeRun: null,
  };
}

export function fakeRuns(world: FakeWorld, scenario: Scenario, now: number): Run[] {
  if (scenario === 'first-run') return [];
  const backups = [...world.versions]
    .reverse()
    .slice(0, 24)
    .map((version, index): Run => {
      const warning = scenario === 'trouble' && index === 0;
      const problems = warning ? 2 : 0;
      return {
        ...blank,
        id: `run-${index + 1}`,
        kind: 'backup',
        state: warning ? 'warning' : 'done',
        title: 'Backed up Documents, Pictures and Projects',
        started: new Date(Date.parse(version.time) - 41_000).toISOString(),
        finished: version.time,
        versionId: version.id,
        problems,
        summary: {
          filesNew: version.filesNew ?? 0,
          filesChanged: version.filesChanged ?? 0,
          filesUnmodified: 48_000,
          files: version.files ?? 0,
          bytes: version.bytes ?? 0,
          bytesAdded: version.bytesAdded ?? 0,
          bytesStored: Math.round((version.bytesAdded ?? 0) * 0.7),
        },
      };
    });
  const others: Run[] = [
    {
      ...blank,
      id: 'run-restore',
      kind: 'restore',
      state: 'done',
      title: 'Restored “chapter-2.md” to novel',
      started: new Date(now - 3 * 3_600_000).toISOString(),
      finished: new Date(now - 3 * 3_600_000 + 900).toISOString(),
      summary: {
        filesNew: 1,
        filesChanged: 0,
        filesUnmodified: 0,
        files: 1,
        bytes: 31_020,
        bytesAdded: 0,
        bytesStored: 0,
      },
      undoable: true,
    },
    {
      ...blank,
      id: 'run-failed',
      kind: 'backup',
      state: 'failed',
      title: 'Backing up Documents, Pictures and Projects',
      started: new Date(now - 26 * 3_600_000).toISOString(),
      finished: new Date(now - 26 * 3_600_000 + 12_000).toISOString(),
      error: {
        code: 'destination-unavailable',
        message: 'Blue SSD was taken away while the backup was running.',
        hint: 'Plug it in again; the backup goes on by itself.',
        retry: 'after-action',
      },
    },
    {
      ...blank,
      id: 'run-check',
      kind: 'check',
      state: 'done',
      title: 'Checked the backup with a sample',
      started: new Date(now - 50 * 3_600_000).toISOString(),
      finished: new Date(now - 50 * 3_600_000 + 95_000).toISOString(),
    },
  ];
  return [...backups, ...others].sort((a, b) => b.started.localeCompare(a.started));
}

const blank = {
  planId: 'plan-1',
  progress: null,
  summary: null,
  versionId: null,
  problems: 0,
  error: null,
  undoable: false,
} satisfies Partial<Run>;

export function fakeProposal(scenario: Scenario, now: number): Proposal {
  if (scenario === 'empty') {
    return { folders: [], destinations: [], repositories: [], presets: [], estimateSeconds: null };
  }
  const folder = (name: string, bytes: number, selected = true, counting = false) => ({
    token: `token:${home}/${name}`,
    name,
    path: `${home}/${name}`,
    bytes,
    files: Math.round(bytes / 400_000),
    counting,
    selected,
  });
  return {
    folders: [
      folder('Documents', 31e9),
      folder('Desktop', 2.1e9),
      folder('Pictures', 92e9),
      folder('Projects', 90e9, true, true),
      folder('Downloads', 61e9, false),
    ],
    destinations: [
      {
        token: 'token:/media/anna/Blue SSD',
        name: 'Blue SSD',
        path: '/media/anna/Blue SSD',
        kind: 'drive',
        freeBytes: 1.2e12,
        totalBytes: 2e12,
        warning: '',
      },
      {
        token: 'token:/home/anna/Backup',
        name: 'Backup folder',
        path: '/home/anna/Backup',
        kind: 'folder',
        freeBytes: 311e9,
        totalBytes: 1e12,
        warning: 'This is on the same disk as your folders: if the disk breaks, both are gone.',
      },
    ],
    repositories: [
      {
        token: 'token:/media/anna/Blue SSD/old-laptop',
        name: 'old-laptop',
        path: '/media/anna/Blue SSD/old-laptop',
        keyKnown: false,
        versions: 214,
        lastChanged: new Date(now - 40 * 86_400_000).toISOString(),
      },
    ],
    presets: [
      { id: 'node-modules', label: 'node_modules', bytes: 22e9, selected: true },
      { id: 'caches', label: 'caches', bytes: 9.1e9, selected: true },
      { id: 'trash', label: 'the trash', bytes: 1.4e9, selected: false },
    ],
    estimateSeconds: [1_800, 2_460],
  };
}
