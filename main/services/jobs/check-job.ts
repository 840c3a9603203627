import type { CheckFinding, CheckProgress, ReadData } from '../../engine/maintenance/check-report.ts';
import { checkRepository } from '../../engine/maintenance/check.ts';
import { withLock } from '../../engine/repository/with-lock.ts';
import type { Session } from '../repositories/session.ts';
import type { RunContext, RunOutcome } from './run-record.ts';

const readDataOf: Readonly<Record<'none' | 'sample' | 'all', ReadData>> = {
  none: { kind: 'none' },
  sample: { kind: 'percent', percent: 5 },
  all: { kind: 'all' },
};

/** Checks the destination of a plan: every error is a problem of the run, hints are not. */
export async function runCheck(
  session: Session,
  readData: 'none' | 'sample' | 'all',
  context: RunContext,
): Promise<RunOutcome> {
  const { repository } = session;
  const options = { readData: readDataOf[readData] };
  const onProgress = (progress: CheckProgress) => context.progress(factsOf(progress));
  const report = await withLock(repository, { exclusive: false, signal: context.signal, retryFor: 60_000 }, (signal) =>
    checkRepository(repository, options, onProgress, signal));
  for (const finding of report.errors) context.problem(problemOf(finding));
  return { warning: report.errors.length > 0 };
}

const steps = {
  index: 'Lists of contents',
  packs: 'Stored files',
  snapshots: 'Versions',
  trees: 'Folders',
  data: 'Stored data',
} as const;

function factsOf(progress: CheckProgress): Parameters<RunContext['progress']>[0] {
  return {
    phase: progress.phase === 'index' ? 'scanning' : 'working',
    bytesDone: progress.bytesDone,
    bytesTotal: progress.bytesTotal,
    filesDone: progress.done,
    filesTotal: progress.total,
    currentItems: [steps[progress.phase]],
  };
}

function problemOf(finding: CheckFinding): Parameters<RunContext['problem']>[0] {
  return {
    path: finding.id,
    kind: 'damaged',
    message: finding.message,
    hint: 'The next backup stores again what still exists on this computer.',
  };
}
