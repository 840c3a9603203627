import type { EntryFacts, FolderItem, Version } from '../../shared/contract/versions.ts';

/** One name in the made-up history: from which version on it is there, until which, and when it changed. */
interface FakeEntry {
  readonly path: string;
  readonly type: 'file' | 'dir' | 'symlink';
  readonly from: number;
  /** The first version in which it is gone; undefined while it is there. */
  readonly until?: number;
  readonly changes: readonly number[];
  readonly size: number;
  /** Changed or made after the newest version. */
  readonly now?: 'changed' | 'added';
}

export interface FakeWorld {
  readonly versions: readonly Version[];
  readonly items: (path: string, at: number) => readonly FolderItem[];
  readonly entries: readonly FakeEntry[];
  readonly factsAt: (entry: FakeEntry, at: number) => EntryFacts | null;
}

const hour = 3_600_000;
const day = 24 * hour;

/** A person's documents over five months, the same for every `now`: nothing in it is random. */
export function createFakeWorld(now: number): FakeWorld {
  const times = [
    ...Array.from({ length: 12 }, (_, index) => now - (150 - index * 9) * day - 5 * hour),
    ...Array.from({ length: 26 }, (_, index) => now - (38 - index) * day - ((index * 7) % 9) * hour).filter(
      (_, index) => index !== 11 && index !== 17,
    ),
    ...Array.from({ length: 16 }, (_, index) => now - (11 - index * 0.68) * day),
    now - 7 * hour,
    now - 4 * hour,
    now - 2.2 * hour,
    now - 4 * 60_000,
  ].sort((a, b) => a - b);
  const last = times.length - 1;
  const entries = fakeEntries(last);
  const versions = times.map((time, index): Version => ({
    id: versionId(index),
    time: new Date(time).toISOString(),
    hostname: 'harbour',
    paths: ['/home/anna/Documents', '/home/anna/Pictures', '/home/anna/Projects'],
    tags: [],
    program: 'tidemark 0.1.0',
    bytesAdded: Math.round(
      index === 0 ? 184e9 : 40_000 * (1 + ((index * 37) % 23)) ** 3 + (index % 11 === 3 ? 9e8 : 0),
    ),
    filesNew: (index * 5) % 13,
    filesChanged: (index * 3) % 7,
    files: 48_211 + index * 9,
    bytes: 184e9 + index * 21e6,
  }));
  const factsAt = (entry: FakeEntry, at: number): EntryFacts | null => {
    if (entry.from > at || (entry.until !== undefined && entry.until <= at) || entry.now === 'added') return null;
    const changed = [entry.from, ...entry.changes.filter((change) => change <= at)].at(-1) ?? 0;
    return facts(entry, entry.size + changed * 731, (times[changed] ?? now) - 20 * 60_000);
  };
  const items = (path: string, at: number): readonly FolderItem[] => {
    const inside = entries.filter((entry) => parentOf(entry.path) === path);
    return inside
      .map((entry) => item(entry, factsAt(entry, at), nowFacts(entry, factsAt(entry, last), now)))
      .filter((candidate) => candidate.past !== null || candidate.now !== null)
      .sort((a, b) => Number(isFolder(b)) - Number(isFolder(a)) || a.name.localeCompare(b.name));
  };
  return { versions, items, entries, factsAt };
}

/** The id of the version at an index: 64 hexadecimal digits. */
export function versionId(index: number): string {
  return index.toString(16).padStart(2, '0').repeat(32);
}

function item(entry: FakeEntry, past: EntryFacts | null, now: EntryFacts | null): FolderItem {
  const relation =
    past === null
      ? 'only-now'
      : now === null
        ? 'only-past'
        : past.type === 'dir' || (past.size === now.size && past.modified === now.modified)
          ? 'same'
          : 'changed';
  return { place: entry.path, name: entry.path.slice(entry.path.lastIndexOf('/') + 1), past, now, relation };
}

function nowFacts(entry: FakeEntry, newest: EntryFacts | null, now: number): EntryFacts | null {
  if (entry.now === undefined) return newest;
  return facts(entry, entry.size + 99_321, now - 60_000);
}

function facts(entry: FakeEntry, size: number, time: number): EntryFacts {
  return {
    type: entry.type,
    size: entry.type === 'file' ? size : 0,
    modified: new Date(time).toISOString(),
    permissions: entry.type === 'dir' ? 'rwxr-xr-x' : 'rw-r--r--',
    owner: 'anna:anna',
    linkTarget: entry.type === 'symlink' ? '../shared/cover.png' : '',
  };
}

function isFolder(candidate: FolderItem): boolean {
  return (candidate.past ?? candidate.now)?.type === 'dir';
}

export function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

function fakeEntries(last: number): readonly FakeEntry[] {
  const dir = (path: string, from = 0): FakeEntry => ({ path, type: 'dir', from, changes: [], size: 0 });
  const file = (path: string, size: number, more: Partial<FakeEntry> = {}): FakeEntry => ({
    path,
    type: 'file',
    from: 0,
    changes: [],
    size,
    ...more,
  });
  return [
    dir('Documents'),
    dir('Pictures'),
    dir('Projects'),
    dir('Projects/novel'),
    dir('Projects/garden', 8),
    dir('Projects/novel/notes'),
    dir('Projects/novel/drafts', 4),
    file('Projects/novel/chapter-1.md', 12_400, { changes: [3, 9, 21, 40, last - 6], now: 'changed' }),
    file('Projects/novel/chapter-2.md', 31_020, { until: last - 3, changes: [12, 30] }),
    file('Projects/novel/chapter-3.md', 28_700, { from: 10, changes: [18, 33, last - 1] }),
    file('Projects/novel/chapter-4.md', 22_110, { from: 20, changes: [26, 44, last] }),
    file('Projects/novel/chapter-5 (the one with the very long working title that nobody will ever keep).md', 9_210, {
      from: 31,
      changes: [45],
    }),
    file('Projects/novel/outline.md', 6_010, { changes: [6, 14] }),
    { path: 'Projects/novel/cover.png', type: 'symlink', from: 5, changes: [], size: 0 },
    file('Projects/novel/characters.ods', 184_320, { changes: [8, 27] }),
    file('Projects/novel/export.pdf', 2_411_000, { from: 28, until: last }),
    file('Projects/novel/letter to the publisher.odt', 48_000, { now: 'added' }),
    file('Projects/garden/plan.svg', 77_000, { from: 8, changes: [15] }),
    file('Documents/tax 2025.pdf', 412_000),
    file('Documents/insurance.pdf', 1_204_000, { changes: [30] }),
    file('Documents/passwords old.txt', 2_100, { until: 22 }),
    file('Pictures/2026-01 Lisbon.jpg', 6_204_000, { from: 12 }),
    file('Pictures/2026-02 harbour.jpg', 5_904_000, { from: 19 }),
    ...Array.from({ length: 40 }, (_, index) =>
      file(`Projects/novel/notes/note ${String(index + 1).padStart(2, '0')}.md`, 900 + index * 310, {
        from: index % 20,
      }),
    ),
  ];
}
