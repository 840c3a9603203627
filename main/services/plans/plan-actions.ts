import { AppError, errorFacts } from '../../../shared/errors.ts';
import type { Plan } from '../../../shared/contract/plans.ts';
import { compileSelect } from '../../engine/archiver/select.ts';
import { deduplicationRatio, rawDataStats, restoreSizeStats } from '../../engine/snapshot/stats.ts';
import type { RunRecord } from '../jobs/run-record.ts';
import { runBackup } from '../jobs/backup-job.ts';
import type { BackupJobOptions } from '../jobs/backup-job.ts';
import { runCheck } from '../jobs/check-job.ts';
import type { Runs } from '../jobs/runs.ts';
import { locationPath } from '../repositories/destination-presence.ts';
import { saveSealedPlan } from '../repositories/sealed-plans.ts';
import { countOf } from '../browse/facts.ts';
import { requireFolders } from '../setup/create-plan.ts';
import { refuseNesting } from '../setup/source-guard.ts';
import { settingsOf, storePath } from '../store/plan-record.ts';
import type { PlanRecord } from '../store/plan-record.ts';
import type { PlanMonitor } from './plan-monitor.ts';

export interface PlanActionsOptions extends BackupJobOptions {
  readonly runs: Runs;
  readonly monitor: PlanMonitor;
}

/** What may change of a plan; what is absent stays. */
export interface PlanChange {
  readonly name?: string | undefined;
  readonly sources?: readonly Buffer[] | undefined;
  readonly excludes?: readonly string[] | undefined;
  readonly excludeCaches?: boolean | undefined;
  readonly excludeLargerThan?: number | null | undefined;
  readonly oneFileSystem?: boolean | undefined;
  readonly schedule?: Plan['schedule'] | undefined;
}

export interface PlanStats {
  readonly versions: number;
  readonly restoreBytes: number;
  readonly restoreFiles: number;
  readonly rawBytes: number;
  readonly uncompressedBytes: number;
  readonly compressionRatio: number;
  readonly deduplicationRatio: number;
  readonly blobs: number;
}

/** What can be done with a plan. */
export class PlanActions {
  readonly #options: PlanActionsOptions;

  constructor(options: PlanActionsOptions) {
    this.#options = options;
  }

  /** Starts a backup, or answers the one that is running. */
  async backUp(planId: string, onlyIfChanged = false): Promise<{ readonly runId: string; readonly ended: Promise<RunRecord> }> {
    const { plans, runs } = this.#options;
    const plan = plans.get(planId);
    const active = runs.activeOf(planId, 'backup');
    if (active !== undefined) return { runId: active.id, ended: runs.ended(active.id) };
    return await runs.start({
      planId,
      kind: 'backup',
      title: `Backing up ${plan.name}`,
      lane: plan.location,
      work: (context) => runBackup(planId, onlyIfChanged, context, this.#options),
    });
  }

  async check(planId: string, readData: 'none' | 'sample' | 'all'): Promise<{ readonly runId: string }> {
    const { plans, runs, sessions } = this.#options;
    const plan = plans.get(planId);
    return await runs.start({
      planId,
      kind: 'check',
      title: `Checking ${plan.name}`,
      lane: plan.location,
      work: async (context) => await runCheck(await sessions.of(plan), readData, context),
    });
  }

  /** Changes settings, here and in the destination's own copy (there when it can be reached, else with the next run). */
  async update(planId: string, change: PlanChange): Promise<void> {
    const { plans, monitor } = this.#options;
    const before = plans.get(planId);
    if (change.sources !== undefined) {
      const kept = new Set(before.sources);
      await requireFolders(change.sources.filter((source) => !kept.has(storePath(source))));
      await refuseNesting(change.sources, locationPath(before.location));
    }
    if (change.excludes !== undefined) {
      const platform = process.platform;
      compileSelect({ excludes: change.excludes, iexcludes: [], tags: [], excludeLargerThan: undefined, platform });
    }
    const plan = await plans.update(planId, (current) => ({
      ...current,
      name: change.name?.trim() || current.name,
      sources: change.sources === undefined ? current.sources : [...new Set(change.sources.map(storePath))],
      excludes: change.excludes === undefined ? current.excludes : [...change.excludes],
      excludeCaches: change.excludeCaches ?? current.excludeCaches,
      excludeLargerThan: change.excludeLargerThan === undefined ? current.excludeLargerThan : change.excludeLargerThan,
      oneFileSystem: change.oneFileSystem ?? current.oneFileSystem,
      schedule: change.schedule ?? current.schedule,
    }));
    await this.#saveCopy(plan);
    await monitor.refresh(planId);
  }

  /** Forgets the plan on this computer; what is in the destination stays, its keys too, so that it can be taken over. */
  async remove(planId: string): Promise<void> {
    const { plans, runs, sessions } = this.#options;
    plans.get(planId);
    await runs.cancelPlan(planId);
    await plans.remove(planId);
    sessions.forget(planId);
  }

  async unlock(planId: string, passphrase: string, remember: boolean): Promise<void> {
    const { plans, sessions, monitor } = this.#options;
    await sessions.unlock(plans.get(planId), passphrase, remember);
    await monitor.refresh(planId);
  }

  /** Sums over all versions; reads every folder list once. */
  async stats(planId: string, signal: AbortSignal): Promise<PlanStats> {
    const { plans, sessions } = this.#options;
    const session = await sessions.of(plans.get(planId));
    const trees = (await session.snapshots()).map((snapshot) => snapshot.tree);
    if (trees.length === 0) throw new AppError('nothing-to-do', 'There is no version yet.', { hint: 'Back up first.' });
    const restored = await restoreSizeStats(session.repository, trees, signal);
    const raw = await rawDataStats(session.repository, trees, signal);
    return {
      versions: trees.length,
      restoreBytes: countOf(restored.totalSize),
      restoreFiles: restored.totalFileCount,
      rawBytes: countOf(raw.totalSize),
      uncompressedBytes: countOf(raw.totalUncompressedSize),
      compressionRatio: finite(raw.compressionRatio),
      deduplicationRatio: finite(deduplicationRatio(restored, raw)),
      blobs: raw.totalBlobCount,
    };
  }

  async #saveCopy(plan: PlanRecord): Promise<void> {
    const { sessions, clock, random, logger } = this.#options;
    try {
      const session = await sessions.peek(plan.id);
      if (session !== undefined) await saveSealedPlan(session.repository, plan.id, settingsOf(plan), { clock, random });
    } catch (error) {
      logger.warn('Settings are saved here; the copy in the destination follows with the next run.', {
        planId: plan.id, code: errorFacts(error).code,
      });
    }
  }
}

function finite(ratio: number): number {
  return Number.isFinite(ratio) ? ratio : 1;
}
