import type { Plan } from '../../shared/contract/plans.ts';
import type { Run } from '../../shared/contract/runs.ts';
import type { Watched } from './watched.ts';

export interface FakeRunner {
  readonly start: (
    kind: Run['kind'],
    title: string,
    options?: { readonly keep?: boolean; readonly files?: number },
  ) => string;
  readonly cancel: (runId: string) => void;
}

export interface FakeRunnerOptions {
  readonly plans: Watched<Plan[]>;
  readonly runs: Watched<Run[]>;
  readonly pace: number;
  readonly now: () => number;
}

const total = 184e9;
const files = 48_211;

/** Runs that go through their phases on a timer and end well. `keep` stops one at a third, for looking at it. */
export function fakeRunner({ plans, runs, pace, now }: FakeRunnerOptions): FakeRunner {
  let count = 0;
  const update = (id: string, part: Partial<Run>): void =>
    runs.set(runs.value.map((run) => (run.id === id ? { ...run, ...part } : run)));
  const activate = (id: string | null): void =>
    plans.set(plans.value.map((plan) => ({ ...plan, activeRun: id, ...(id === null ? done(plan, now()) : {}) })));
  return {
    start(kind, title, options = {}) {
      count += 1;
      const id = `new-run-${count}`;
      const big = kind === 'backup' || kind === 'check';
      const bytes = big ? total : 31_020;
      const amount = options.files ?? (big ? files : 1);
      runs.set([newRun(id, kind, title, now()), ...runs.value]);
      if (kind === 'backup') activate(id);
      let step = 0;
      const timer = setInterval(() => {
        step += 1;
        const share = Math.min(1, step / 12);
        if (options.keep === true && step > 4) {
          clearInterval(timer);
        } else if (share < 1) {
          update(id, { progress: progressAt(share, bytes, amount, big) });
        } else {
          clearInterval(timer);
          update(id, {
            state: 'done',
            progress: null,
            finished: new Date(now()).toISOString(),
            undoable: kind === 'restore',
            summary:
              kind === 'check'
                ? null
                : {
                    filesNew: amount,
                    filesChanged: 0,
                    filesUnmodified: 0,
                    files: amount,
                    bytes,
                    bytesAdded: bytes,
                    bytesStored: bytes,
                  },
          });
          if (kind === 'backup') activate(null);
        }
      }, pace);
      return id;
    },
    cancel(runId) {
      update(runId, { state: 'cancelled', progress: null, finished: new Date(now()).toISOString() });
      activate(null);
    },
  };
}

function done(plan: Plan, now: number): Partial<Plan> {
  return {
    health: plan.kit === 'unconfirmed' ? 'attention' : 'safe',
    sentence:
      plan.kit === 'unconfirmed' ? 'Protected, but only this computer can open the backup.' : 'Everything is safe.',
    reason: '',
    versions: plan.versions + 1,
    lastVersion: new Date(now).toISOString(),
  };
}

function newRun(id: string, kind: Run['kind'], title: string, now: number): Run {
  return {
    id,
    planId: 'plan-1',
    kind,
    state: 'running',
    title,
    started: new Date(now).toISOString(),
    finished: null,
    progress: null,
    summary: null,
    versionId: null,
    problems: 0,
    error: null,
    undoable: false,
  };
}

function progressAt(share: number, bytes: number, amount: number, big: boolean): NonNullable<Run['progress']> {
  return {
    phase: share < 0.12 ? 'scanning' : share > 0.92 ? 'finishing' : 'working',
    bytesDone: Math.round(bytes * share),
    bytesTotal: bytes,
    filesDone: Math.round(amount * share),
    filesTotal: amount,
    bytesPerSecond: big ? 121_400_000 : 9_000_000,
    remainingSeconds: big ? [Math.round(1_500 * (1 - share)), Math.round(2_200 * (1 - share))] : null,
    currentItems: big
      ? [
          '/home/anna/Pictures/2026-02 harbour.jpg',
          '/home/anna/Projects/novel/chapter-4.md',
          '/home/anna/Documents/tax 2025.pdf',
        ]
      : [],
    problems: 0,
  };
}
