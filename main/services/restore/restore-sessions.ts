import path from 'node:path';
import { AppError } from '../../../shared/errors.ts';
import type { Policy, RestorePlan as PlanView } from '../../../shared/contract/restore.ts';
import { isFailure } from '../../../shared/model/problem.ts';
import type { Clock } from '../../engine/platform/clock.ts';
import { fs } from '../../engine/platform/native-fs.ts';
import type { RandomSource } from '../../engine/platform/random.ts';
import { withLock } from '../../engine/repository/with-lock.ts';
import { executeRestore } from '../../engine/restorer/execute.ts';
import { planRestore } from '../../engine/restorer/plan.ts';
import type { RestoreDestination, RestorePlan } from '../../engine/restorer/restore-plan.ts';
import { undoRestore } from '../../engine/restorer/undo.ts';
import type { Runs } from '../jobs/runs.ts';
import type { RunContext, RunOutcome } from '../jobs/run-record.ts';
import { rootsAt, snapshotOf } from '../browse/browser.ts';
import type { History } from '../browse/browser.ts';
import { presentPath } from '../browse/roots.ts';
import type { Root } from '../browse/roots.ts';
import { baseName, joinNames, parentPath, pathText, systemPath } from '../paths.ts';
import type { UndoRecords } from './undo-records.ts';
import { readLock, saveArchiveFile } from './save-archive.ts';

/** Where restored items are wanted, with tokens and places read. */
export type Target =
  | { readonly kind: 'original' }
  | { readonly kind: 'place'; readonly names: readonly Buffer[] }
  | { readonly kind: 'folder'; readonly path: Buffer };

interface RestoreSession {
  readonly history: History;
  readonly plan: RestorePlan;
  readonly what: string;
  readonly where: string;
  readonly touched: number;
}

export interface RestoreSessionsOptions {
  readonly runs: Runs;
  readonly undo: UndoRecords;
  readonly clock: Clock;
  readonly random: RandomSource;
  /** Called when files of this computer changed. */
  onChanged(): void;
}

const keptMs = 60 * 60_000;
const maxSessions = 20;
const maxShown = 100;
const maxConflicts = 500;

/** Restores in two steps: a plan somebody looks at, then its execution; plans wait an hour at most. */
export class RestoreSessions {
  readonly #options: RestoreSessionsOptions;
  readonly #sessions = new Map<string, RestoreSession>();

  constructor(options: RestoreSessionsOptions) {
    this.#options = options;
  }

  /** Says what restoring these places would do; writes nothing. */
  async plan(
    history: History,
    versionId: string,
    places: readonly (readonly Buffer[])[],
    target: Target,
    signal: AbortSignal,
  ): Promise<PlanView> {
    const snapshot = await snapshotOf(history.session, versionId);
    const roots = await rootsAt(history, snapshot);
    const destination = destinationOf(places, target, roots);
    const plan = await planRestore(
      history.session.repository,
      { treeId: snapshot.tree, items: places.map((names) => ({ path: names })), destination, versionTime: snapshot.time },
      { signal },
    );
    const sessionId = this.#options.random.bytes(12).toString('base64url');
    this.#keep(sessionId, {
      history,
      plan,
      what: whatText(places, plan),
      where: whereText(target, destination),
      touched: this.#options.clock.now(),
    });
    return viewOf(sessionId, plan);
  }

  /** Carries a plan out; what it replaces can be brought back. */
  async execute(sessionId: string, policy: Policy, verify: boolean): Promise<{ readonly runId: string }> {
    const session = this.#sessions.get(sessionId);
    if (session === undefined) {
      throw new AppError('not-found', 'This restore was not prepared, or too long ago.', {
        hint: 'Choose the files again.', retry: 'after-action',
      });
    }
    this.#sessions.delete(sessionId);
    const { runId } = await this.#options.runs.start({
      planId: session.history.plan.id,
      kind: 'restore',
      title: `Restoring ${session.what} to ${session.where}`,
      lane: null,
      work: (context) => this.#restore(session, policy, verify, context),
    });
    return { runId };
  }

  discard(sessionId: string): void {
    this.#sessions.delete(sessionId);
  }

  /** Takes a restore back: `not-found` when it cannot be (any more). */
  async undo(runId: string): Promise<{ readonly runId: string }> {
    const { runs, undo } = this.#options;
    const record = runs.get(runId);
    if (record.kind !== 'restore' || !record.undoable || !(await undo.has(runId))) {
      throw new AppError('not-found', 'What this restore replaced is not kept any more.', {
        hint: 'Look for the file in an earlier version.',
      });
    }
    return await runs.start({
      planId: record.planId,
      kind: 'undo',
      title: `Undoing: ${record.title}`,
      lane: `undo:${runId}`,
      work: (context) => this.#undo(runId, context),
    });
  }

  /** Saves places as a tar file in a folder, under a name that is free. */
  async saveArchive(
    history: History,
    versionId: string,
    places: readonly (readonly Buffer[])[],
    folder: Buffer,
  ): Promise<{ readonly runId: string; readonly path: string }> {
    const snapshot = await snapshotOf(history.session, versionId);
    for (const names of places) {
      if (names.length > 0 && (await history.session.trees.find(snapshot.tree, names)) === undefined) {
        throw new AppError('not-found', `${pathText(joinNames(names))} is not in this version.`, { hint: 'Choose again.' });
      }
    }
    const [first = []] = places;
    const archive = await saveArchiveFile(folder, first.at(-1) ?? Buffer.from(history.plan.name), snapshot);
    const { runId } = await this.#options.runs.start({
      planId: history.plan.id,
      kind: 'archive',
      title: `Saving ${itemsText(places)} as ${path.basename(archive.path)}`,
      lane: null,
      work: (context) => archive.write(history.session, places, context),
    });
    return { runId, path: archive.path };
  }

  async #restore(session: RestoreSession, policy: Policy, verify: boolean, context: RunContext): Promise<RunOutcome> {
    const { undo } = this.#options;
    const { repository } = session.history.session;
    const undoDirectory = undo.folderOf(context.runId);
    await fs.promises.mkdir(path.dirname(undoDirectory), { recursive: true, mode: 0o700 });
    try {
      const report = await withLock(repository, readLock(context), (signal) =>
        executeRestore(repository, session.plan, {
          policy,
          verify,
          ownership: process.getuid?.() === 0,
          undoDirectory,
          durable: true,
          signal,
          onProgress: (progress) => context.progress(progress),
        }));
      for (const problem of report.problems) context.problem(problem);
      const written = report.created + report.replaced + report.keptBoth;
      const changed = written + report.foldersCreated > 0;
      if (!changed) await undo.discard(context.runId);
      return {
        title: `Restored ${filesText(written)} to ${session.where}`,
        summary: {
          filesNew: report.created + report.keptBoth,
          filesChanged: report.replaced,
          filesUnmodified: report.identical + report.skipped,
          files: written + report.identical + report.skipped,
          bytes: report.bytesWritten,
          bytesAdded: 0,
          bytesStored: 0,
        },
        undoable: changed,
        warning: report.problems.some(isFailure),
      };
    } catch (error) {
      // Whatever was replaced until then can be put back as well.
      if (await undo.has(context.runId)) queueMicrotask(() => void this.#offerUndo(context.runId));
      throw error;
    } finally {
      this.#options.onChanged();
    }
  }

  async #offerUndo(runId: string): Promise<void> {
    const { runs } = this.#options;
    await runs.ended(runId);
    await runs.setUndoable(runId, true);
  }

  async #undo(runId: string, context: RunContext): Promise<RunOutcome> {
    const { undo, runs } = this.#options;
    const report = await undoRestore(undo.folderOf(runId), {
      signal: context.signal,
      onProgress: (done, total) => context.progress({
        phase: 'working', bytesDone: 0, bytesTotal: null, filesDone: done, filesTotal: total, currentItems: [],
      }),
    });
    for (const problem of report.problems) context.problem(problem);
    if (report.problems.length === 0) {
      await undo.discard(runId);
      await runs.setUndoable(runId, false);
    }
    this.#options.onChanged();
    const files = report.putBack + report.removed;
    return {
      title: `Took a restore back: ${filesText(report.putBack)} put back, ${filesText(report.removed)} removed`,
      summary: {
        filesNew: report.putBack, filesChanged: 0, filesUnmodified: 0, files, bytes: 0, bytesAdded: 0, bytesStored: 0,
      },
    };
  }

  #keep(sessionId: string, session: RestoreSession): void {
    const now = this.#options.clock.now();
    for (const [id, { touched }] of this.#sessions) {
      if (this.#sessions.size >= maxSessions || now - touched > keptMs) this.#sessions.delete(id);
    }
    this.#sessions.set(sessionId, session);
  }
}

function destinationOf(
  places: readonly (readonly Buffer[])[],
  target: Target,
  roots: readonly Root[],
): RestoreDestination {
  if (target.kind === 'folder') return { kind: 'into', path: target.path };
  if (target.kind === 'place') {
    const folder = presentPath(target.names, roots);
    if (folder === undefined) throw nowhere();
    return { kind: 'into', path: folder };
  }
  const homes = places.map((names) => presentPath(names, roots));
  if (homes.every((home, at) => home?.equals(systemPath(places[at] ?? [])) === true)) return { kind: 'original' };
  // Versions of relative targets: the tree does not say where it belongs, the folder the items were in does.
  const parents = homes.map((home) => (home === undefined ? undefined : parentPath(home)));
  const [parent] = parents;
  if (parent === undefined || !parents.every((other) => other?.equals(parent) === true)) throw nowhere();
  return { kind: 'into', path: parent };
}

function nowhere(): AppError {
  return new AppError('invalid-input', 'This version does not say where these files belong on this computer.', {
    hint: 'Restore them to a folder you choose.', retry: 'after-action',
  });
}

function viewOf(sessionId: string, plan: RestorePlan): PlanView {
  const unreadable = plan.unreadable.map(({ path: where, error }) => ({ path: pathText(where), reason: error.message }));
  const refused = plan.refused.sample.map(({ path: where, reason }) => ({ path: pathText(where), reason }));
  return {
    sessionId,
    landings: plan.landings.slice(0, maxShown).map((landing) => ({
      name: pathText(landing.item.path.at(-1) ?? baseName(landing.path)),
      path: pathText(landing.path),
      conflict: landing.conflict,
    })),
    files: plan.files,
    folders: plan.folders,
    bytes: plan.bytes,
    identical: plan.identical,
    conflicts: {
      total: plan.conflicts.total,
      sample: plan.conflicts.sample.slice(0, maxConflicts).map((conflict) => ({ ...conflict, path: pathText(conflict.path) })),
    },
    effects: plan.effects.map((effect) => ({ ...effect })),
    refused: [...unreadable, ...refused].slice(0, maxShown),
    freeBytes: plan.freeBytes,
  };
}

function whatText(places: readonly (readonly Buffer[])[], plan: RestorePlan): string {
  return places.length === 1 ? itemsText(places) : filesText(plan.files);
}

function itemsText(places: readonly (readonly Buffer[])[]): string {
  const [first = []] = places;
  return places.length === 1 ? pathText(first.at(-1) ?? Buffer.from('everything')) : `${places.length} items`;
}

function whereText(target: Target, destination: RestoreDestination): string {
  if (target.kind === 'original' || destination.kind === 'original') return 'where it was';
  return path.basename(typeof destination.path === 'string' ? destination.path : pathText(destination.path)) || '/';
}

function filesText(files: number): string {
  return files === 1 ? 'one file' : `${files} files`;
}
