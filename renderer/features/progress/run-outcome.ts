import type { Run } from '../../../shared/contract/runs.ts';
import { plural } from '../../../shared/format/plural.ts';

export interface Outcome {
  readonly tone: 'safe' | 'attention' | 'risk';
  readonly text: string;
  readonly action: 'undo' | 'look' | undefined;
}

/** What to say when a run ends; null where silence is right (a backup that went well, a cancelled one). */
export function runOutcome(run: Run): Outcome | null {
  if (run.state === 'running' || run.state === 'cancelled') return null;
  if (run.state === 'failed') {
    return { tone: 'risk', text: run.error?.message ?? `${run.title} did not work.`, action: 'look' };
  }
  const text = doneText(run);
  if (run.state === 'warning') {
    return {
      tone: 'attention',
      text: `${text ?? run.title}, but ${plural(run.problems, 'file')} had a problem.`,
      action: 'look',
    };
  }
  if (text === null) return null;
  return { tone: 'safe', text: `${text}.`, action: run.undoable ? 'undo' : undefined };
}

function doneText(run: Run): string | null {
  const files = run.summary?.files ?? run.progress?.filesDone ?? null;
  switch (run.kind) {
    case 'backup':
      return run.state === 'warning' ? 'The backup is done' : null;
    case 'restore':
      return files === null ? 'Restored' : `Restored ${plural(files, 'file')}`;
    case 'undo':
      return 'Everything is as it was before the restore';
    case 'check':
      return 'The backup was checked and is in order';
    case 'archive':
      return 'The archive is saved';
  }
}
