import type { TidemarkClient } from '../../shared/contract/contract.ts';
import type { FolderItem, Moment } from '../../shared/contract/versions.ts';
import type { Scenario } from './fake-client.ts';
import type { FakeRunner } from './fake-runner.ts';
import { parentOf, versionId } from './fake-world.ts';
import type { FakeWorld } from './fake-world.ts';
import { Watched } from './watched.ts';

export interface FakeVersionsOptions {
  readonly world: FakeWorld;
  readonly scenario: Scenario;
  readonly runner: FakeRunner;
  readonly record: (name: string, input: unknown) => void;
}

const hugeCount = 200_000;
const pageSize = 5_000;

export function fakeVersions(options: FakeVersionsOptions): Pick<TidemarkClient, 'versions' | 'restore'> {
  const { world, scenario, runner, record } = options;
  const timeline = new Watched(scenario === 'first-run' ? [] : [...world.versions]);
  const indexOf = (id: string | null): number =>
    id === null ? world.versions.length - 1 : world.versions.findIndex((version) => version.id === id);
  return {
    versions: {
      timeline: (_input, signal) => timeline.follow(signal),
      folder: async ({ versionId: id, place, offset }) => {
        const path = place ?? '';
        const all = scenario === 'huge' && path !== '' ? undefined : world.items(path, indexOf(id));
        const total = all?.length ?? hugeCount;
        const items = all?.slice(offset, offset + pageSize) ?? hugePage(offset);
        const parts = path === '' ? [] : path.split('/');
        return {
          place: path === '' ? 'top' : path,
          path: `/home/anna/${path}`,
          crumbs: parts.map((name, index) => ({ place: parts.slice(0, index + 1).join('/'), name })),
          inPast: items.some((item) => item.past !== null),
          inNow: true,
          nowProblem: '',
          items,
          total,
        };
      },
      history: async ({ place }) => moments(world, place),
      changes: async () => ({
        items: [
          {
            place: 'a',
            path: 'Projects/novel/chapter-4.md',
            kind: 'changed',
            type: 'file',
            sizeBefore: 22_110,
            sizeAfter: 24_900,
          },
          {
            place: 'b',
            path: 'Projects/novel/export.pdf',
            kind: 'removed',
            type: 'file',
            sizeBefore: 2_411_000,
            sizeAfter: 0,
          },
          {
            place: 'Projects/novel/drafts',
            path: 'Projects/novel/drafts',
            kind: 'added',
            type: 'dir',
            sizeBefore: 0,
            sizeAfter: 0,
          },
          {
            place: 'd',
            path: 'Pictures/2026-02 harbour.jpg',
            kind: 'metadata',
            type: 'file',
            sizeBefore: 5,
            sizeAfter: 5,
          },
        ],
        truncated: false,
        added: 1,
        removed: 1,
        changed: 2,
        bytesAdded: 2_790,
        bytesRemoved: 2_411_000,
      }),
      search: async ({ text }) => {
        const found = world.entries.filter(
          (entry) => entry.path.toLowerCase().includes(text.toLowerCase()) && entry.now !== 'added',
        );
        return {
          truncated: false,
          items: found.slice(0, 60).map((entry) => {
            const at = entry.until === undefined ? world.versions.length - 1 : entry.until - 1;
            const facts = world.factsAt(entry, at);
            return {
              place: entry.path,
              folder: parentOf(entry.path) || 'top',
              name: entry.path.slice(entry.path.lastIndexOf('/') + 1),
              path: `/home/anna/${entry.path}`,
              type: entry.type,
              size: facts?.size ?? 0,
              modified: facts?.modified ?? '',
              versionId: versionId(at),
              time: world.versions[at]?.time ?? '',
              inNewest: entry.until === undefined,
            };
          }),
        };
      },
    },
    restore: {
      plan: async (input) => {
        record('restore.plan', input);
        const { places } = input;
        const conflicts = world
          .items(parentOf(places[0] ?? ''), indexOf(input.versionId))
          .filter((item) => places.includes(item.place) && item.relation === 'changed');
        const files = places.length;
        const fresh = files - conflicts.length;
        const effect = (policy: 'only-missing' | 'keep-both' | 'replace-if-newer' | 'replace-all') => ({
          policy,
          create: fresh,
          replace: policy === 'replace-all' ? conflicts.length : 0,
          keepBoth: policy === 'keep-both' ? conflicts.length : 0,
          skip: policy === 'only-missing' || policy === 'replace-if-newer' ? conflicts.length : 0,
          bytes: 31_020 * files,
        });
        return {
          sessionId: 'session-1',
          landings: places.slice(0, 100).map((place) => ({
            name: place.slice(place.lastIndexOf('/') + 1),
            path: input.target.kind === 'folder' ? `/srv/restored/${place}` : `/home/anna/${place}`,
            conflict: conflicts.some((item) => item.place === place),
          })),
          files,
          folders: 0,
          bytes: 31_020 * files,
          identical: 0,
          conflicts: {
            total: conflicts.length,
            sample: conflicts.map((item) => ({
              path: `/home/anna/${item.place}`,
              pastSize: item.past?.size ?? 0,
              nowSize: item.now?.size ?? 0,
              versionIsNewer: false,
            })),
          },
          effects: [effect('only-missing'), effect('keep-both'), effect('replace-if-newer'), effect('replace-all')],
          refused: [],
          freeBytes: 311e9,
        };
      },
      execute: async (input) => {
        record('restore.execute', input);
        return { runId: runner.start('restore', 'Restoring to novel') };
      },
      discard: async () => ({}),
      undo: async (input) => {
        record('restore.undo', input);
        return { runId: runner.start('undo', 'Undoing the restore') };
      },
      saveArchive: async (input) => {
        record('restore.saveArchive', input);
        return { runId: runner.start('archive', 'Saving an archive'), path: '/srv/novel.tar' };
      },
    },
  };
}

function moments(world: FakeWorld, place: string): Moment[] {
  const entry = world.entries.find((candidate) => candidate.path === place);
  const inside = world.entries.filter((candidate) => place === 'top' || candidate.path.startsWith(`${place}/`));
  const last = world.versions.length - 1;
  const changes =
    entry?.type === 'file'
      ? [entry.from, ...entry.changes, ...(entry.until === undefined ? [] : [entry.until])]
      : inside.flatMap((candidate) => [
          candidate.from,
          ...candidate.changes,
          ...(candidate.until === undefined ? [] : [candidate.until]),
        ]);
  const starts = [...new Set([0, ...changes])].filter((start) => start <= last).sort((a, b) => a - b);
  return starts.map((start, index): Moment => {
    const facts = entry === undefined ? null : world.factsAt(entry, start);
    return {
      versionId: versionId(start),
      time: world.versions[start]?.time ?? '',
      lastVersionId: versionId((starts[index + 1] ?? last + 1) - 1),
      present: entry === undefined || facts !== null,
      type: facts?.type ?? (entry === undefined ? 'dir' : null),
      size: facts?.size ?? 0,
      modified: facts?.modified ?? null,
    };
  });
}

function hugePage(offset: number): FolderItem[] {
  return Array.from({ length: Math.min(pageSize, hugeCount - offset) }, (_, index): FolderItem => {
    const number = offset + index;
    const facts = {
      type: 'file' as const,
      size: 1_000 + ((number * 7_919) % 90_000),
      modified: new Date(1_700_000_000_000 + number * 60_000).toISOString(),
      permissions: 'rw-r--r--',
      owner: 'anna:anna',
      linkTarget: '',
    };
    const gone = number % 97 === 0;
    return {
      place: `huge/${number}`,
      name: `IMG_${String(number).padStart(6, '0')}.jpg`,
      past: facts,
      now: gone ? null : facts,
      relation: gone ? 'only-past' : 'same',
    };
  });
}
