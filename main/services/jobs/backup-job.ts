import { AppError, errorFacts } from '../../../shared/errors.ts';
import type { Run } from '../../../shared/contract/runs.ts';
import { isFailure } from '../../../shared/model/problem.ts';
import { backup } from '../../engine/archiver/archiver.ts';
import type { BackupReport } from '../../engine/archiver/backup-options.ts';
import type { Clock } from '../../engine/platform/clock.ts';
import { fs } from '../../engine/platform/native-fs.ts';
import type { RandomSource } from '../../engine/platform/random.ts';
import type { Logger } from '../../ports/logger.ts';
import type { Identity } from '../identity.ts';
import { isInside, pathText } from '../paths.ts';
import { saveSealedPlan } from '../repositories/sealed-plans.ts';
import type { Session } from '../repositories/session.ts';
import type { Sessions } from '../repositories/sessions.ts';
import { refuseNesting } from '../setup/source-guard.ts';
import { locationPath } from '../repositories/destination-presence.ts';
import { settingsOf, storedPathBytes } from '../store/plan-record.ts';
import type { PlanRecord } from '../store/plan-record.ts';
import type { PlanStore } from '../store/plan-store.ts';
import type { RunContext, RunOutcome } from './run-record.ts';

export interface BackupJobOptions {
  readonly plans: PlanStore;
  readonly sessions: Sessions;
  readonly identity: Identity;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly logger: Logger;
  readonly programVersion: string;
}

/** How long another program may hold the destination before the run gives up for now. */
const lockPatience = 5 * 60_000;

/**
 * Backs up a plan's folders once. Folders that are away are reported and left out; when all are, `source-missing`.
 * `onlyIfChanged` makes no version when nothing changed.
 */
export async function runBackup(
  planId: string,
  onlyIfChanged: boolean,
  context: RunContext,
  options: BackupJobOptions,
): Promise<RunOutcome> {
  const { plans, sessions, identity, clock, random } = options;
  const plan = plans.get(planId);
  const present = await presentSources(plan, context);
  await refuseNesting(present, locationPath(plan.location));
  const session = await sessions.of(plan);
  await session.refresh();
  const report = await backup(session.repository, {
    targets: present,
    select: {
      excludes: plan.excludes,
      iexcludes: [],
      excludeFiles: [],
      iexcludeFiles: [],
      excludeCaches: plan.excludeCaches,
      excludeIfPresent: [],
      ...(plan.excludeLargerThan === null ? {} : { excludeLargerThan: plan.excludeLargerThan }),
    },
    ...identity,
    tags: [],
    parent: await parentOf(plan, session, identity.hostname, clock.now()),
    force: false,
    dryRun: false,
    oneFileSystem: plan.oneFileSystem,
    withAtime: false,
    ignoreInode: false,
    ignoreCtime: false,
    skipIfUnchanged: onlyIfChanged && present.length === plan.sources.length,
    compression: 'auto',
    programVersion: options.programVersion,
    clock,
    random,
    retryLock: lockPatience,
    signal: context.signal,
    onProgress: (progress) => context.progress(progress),
    onProblem: (problem) => context.problem(problem),
  });
  await afterBackup(plan, session, options);
  return {
    summary: summaryOf(report),
    ...(report.snapshotId === null ? {} : { versionId: report.snapshotId }),
    warning: report.incomplete || report.problems.some(isFailure),
  };
}

async function presentSources(plan: PlanRecord, context: RunContext): Promise<Buffer[]> {
  if (plan.sources.length === 0) {
    throw new AppError('nothing-to-do', 'No folder is chosen for this plan.', {
      hint: 'Add folders to the plan.', retry: 'after-action',
    });
  }
  const present: Buffer[] = [];
  for (const stored of plan.sources) {
    const source = storedPathBytes(stored);
    const stat = await fs.promises.lstat(source).catch(() => undefined);
    if (stat === undefined) {
      context.problem({
        path: pathText(source),
        kind: 'unreadable',
        message: 'This folder is not there.',
        hint: 'Connect its drive, or take it out of the plan. What was backed up of it is kept.',
      });
    } else {
      present.push(source);
    }
  }
  if (present.length === 0) {
    throw new AppError('source-missing', 'None of the folders of this plan is there.', {
      hint: 'Connect their drive. What was backed up before is kept.', retry: 'later',
    });
  }
  return present;
}

/**
 * The newest version of this computer that holds some of the same folders, also after folders were added or removed.
 * One from the future (the clock was set back) would stay the newest for ever.
 */
async function parentOf(plan: PlanRecord, session: Session, hostname: string, now: number): Promise<string> {
  const sources = plan.sources.map((stored) => pathText(storedPathBytes(stored)));
  const candidates = (await session.snapshots()).filter((snapshot) =>
    snapshot.hostname === hostname
    && snapshot.timeNs <= BigInt(now) * 1_000_000n
    && snapshot.paths.some((kept) => sources.some((source) => isInside(source, kept) || isInside(kept, source))));
  return candidates.at(-1)?.id ?? 'auto';
}

async function afterBackup(plan: PlanRecord, session: Session, options: BackupJobOptions): Promise<void> {
  const { plans, clock, random, logger } = options;
  try {
    await session.refresh();
    const snapshots = await session.snapshots();
    let repositoryBytes = 0;
    for await (const { size } of session.repository.storage.list('pack')) repositoryBytes += size;
    const updated = await plans.update(plan.id, (current) => ({
      ...current,
      known: { versions: snapshots.length, lastVersion: newestTime(snapshots), repositoryBytes },
    }));
    await saveSealedPlan(session.repository, plan.id, settingsOf(updated), { clock, random });
  } catch (error) {
    // The version itself is safe; what is known about it is brought up to date by the next run.
    logger.warn('After a backup something could not be noted.', { planId: plan.id, message: errorFacts(error).message });
  }
}

function newestTime(snapshots: readonly { readonly timeNs: bigint }[]): string | null {
  const newest = snapshots.at(-1);
  return newest === undefined ? null : new Date(Number(newest.timeNs / 1_000_000n)).toISOString();
}

function summaryOf({ summary }: BackupReport): NonNullable<Run['summary']> {
  return {
    filesNew: summary.filesNew,
    filesChanged: summary.filesChanged,
    filesUnmodified: summary.filesUnmodified,
    files: summary.totalFilesProcessed,
    bytes: summary.totalBytesProcessed,
    bytesAdded: summary.dataAdded,
    bytesStored: summary.dataAddedPacked,
  };
}
