import type { Plan } from '../../../shared/contract/plans.ts';
import { plural } from '../../../shared/format/plural.ts';
import type { RunRecord } from '../jobs/run-record.ts';

/** What the verdict on a plan rests on. Times in milliseconds since 1970. */
export interface HealthFacts {
  readonly now: number;
  readonly created: number;
  readonly hasSources: boolean;
  readonly missingSources: readonly string[];
  readonly destination: Plan['destination'];
  readonly deadlineHours: number;
  /** 0 = only on demand: then no deadline applies. */
  readonly everyHours: number;
  readonly kit: Plan['kit'];
  readonly activeBackup: boolean;
  /** Ended backups, newest first. */
  readonly backups: readonly RunRecord[];
  readonly lastVersion: number | null;
}

export interface Verdict {
  readonly health: Plan['health'];
  readonly sentence: string;
  readonly reason: string;
}

const hour = 3_600_000;
const failuresForRisk = 3;

/** One state, one sentence, one reason; the worst that is true wins, and work never hides it. */
export function judgeHealth(facts: HealthFacts): Verdict {
  const verdict = worst(facts);
  if (!facts.activeBackup || verdict.health === 'risk') return verdict;
  return { health: 'working', sentence: 'Backing up now.', reason: verdict.health === 'safe' ? '' : verdict.reason };
}

function worst(facts: HealthFacts): Verdict {
  const { destination, backups, now } = facts;
  const decided = backups.filter((run) => run.state !== 'cancelled');
  const failures = countFailures(decided);
  const newest = decided[0];
  if (destination.state === 'failed') {
    return {
      health: 'risk',
      sentence: 'The destination has a problem.',
      reason: destination.error?.message ?? 'It could not be opened.',
    };
  }
  if (failures >= failuresForRisk && destination.state === 'ready') {
    return {
      health: 'risk',
      sentence: `The last ${failures} backups failed.`,
      reason: newest?.error?.message ?? '',
    };
  }
  const overdue = overdueHours(facts);
  if (overdue !== null) {
    return {
      health: 'overdue',
      sentence: `No backup for ${spanText(overdue)}.`,
      reason: waitingReason(facts) ?? newest?.error?.message ?? `A backup is due after ${spanText(facts.deadlineHours)} at the latest.`,
    };
  }
  const waiting = waitingReason(facts);
  if (waiting !== null) return { health: 'waiting', sentence: waitingSentence(facts), reason: waiting };
  if (newest?.state === 'failed') {
    return { health: 'attention', sentence: 'The last backup failed.', reason: newest.error?.message ?? '' };
  }
  if (newest?.state === 'warning') {
    const { problems } = newest;
    return {
      health: 'attention',
      sentence: problems === 1 ? 'One file had a problem.' : `${problems} files had problems.`,
      reason: 'Everything else is in the newest version.',
    };
  }
  if (facts.missingSources.length > 0) {
    return {
      health: 'waiting',
      sentence: 'A folder is not there.',
      reason: `${facts.missingSources[0] ?? ''} is away; its versions are kept.`,
    };
  }
  if (facts.lastVersion === null) {
    return facts.hasSources
      ? { health: 'never', sentence: 'Not backed up yet.', reason: '' }
      : { health: 'never', sentence: 'No versions yet.', reason: 'No folder is chosen.' };
  }
  if (facts.kit === 'unconfirmed') {
    return {
      health: 'attention',
      sentence: 'Protected, but only this computer can open the backup.',
      reason: 'The recovery kit is not saved yet.',
    };
  }
  if (!facts.hasSources) {
    return { health: 'safe', sentence: 'For going back only.', reason: 'No folder is backed up here.' };
  }
  return { health: 'safe', sentence: `Everything is safe. Last version ${agoText(now - facts.lastVersion)}.`, reason: '' };
}

function countFailures(runs: readonly RunRecord[]): number {
  const first = runs.findIndex((run) => run.state !== 'failed');
  return first < 0 ? runs.length : first;
}

function overdueHours(facts: HealthFacts): number | null {
  if (!facts.hasSources || facts.everyHours === 0) return null;
  const since = facts.now - (facts.lastVersion ?? facts.created);
  return since > facts.deadlineHours * hour ? since / hour : null;
}

function waitingReason({ destination }: HealthFacts): string | null {
  switch (destination.state) {
    case 'absent':
      return `${destination.name} is not connected.`;
    case 'needs-passphrase':
      return 'Its passphrase is needed once after a start.';
    case 'keychain-locked':
      return 'The keychain is locked.';
    default:
      return null;
  }
}

function waitingSentence({ destination }: HealthFacts): string {
  return destination.state === 'absent' ? 'Waiting for the destination.' : 'Waiting to be unlocked.';
}

/** "just now", "5 min ago", "3 h ago", "2 days ago". */
export function agoText(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ago`;
  return `${Math.floor(hours / 24)} days ago`;
}

function spanText(hours: number): string {
  return hours < 48 ? plural(Math.floor(hours), 'hour') : plural(Math.floor(hours / 24), 'day');
}
