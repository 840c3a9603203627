import type { Policy, RestorePlan } from '../../../shared/contract/restore.ts';
import { plural } from '../../../shared/format/plural.ts';

export interface PolicyText {
  readonly policy: Policy;
  readonly title: string;
  readonly detail: string;
}

/** The four answers to "what if it is there already?", the careful ones first. */
export const policyTexts: readonly PolicyText[] = [
  { policy: 'only-missing', title: 'Only what is missing', detail: 'Everything that is there stays as it is.' },
  {
    policy: 'keep-both',
    title: 'Keep both',
    detail: 'The version lands beside the file that is there, with its date in the name.',
  },
  {
    policy: 'replace-if-newer',
    title: 'Replace if the version is newer',
    detail: 'Files that were changed later stay as they are.',
  },
  { policy: 'replace-all', title: 'Replace all', detail: 'What is replaced can be brought back with Undo.' },
];

type Effect = RestorePlan['effects'][number];

/** What a policy would do, in files: `9 new, 3 kept beside`. */
export function effectText(effect: Effect): string {
  const parts = [
    effect.create > 0 ? `${effect.create} new` : '',
    effect.replace > 0 ? `${effect.replace} replaced` : '',
    effect.keepBoth > 0 ? `${effect.keepBoth} kept beside` : '',
    effect.skip > 0 ? `${effect.skip} left alone` : '',
  ].filter((part) => part !== '');
  return parts.length === 0 ? 'nothing to do' : parts.join(', ');
}

/** Files that a policy would write. */
export function filesWritten(effect: Effect | undefined): number {
  return effect === undefined ? 0 : effect.create + effect.replace + effect.keepBoth;
}

/** The button that starts the restore. */
export function restoreLabel(plan: RestorePlan, effect: Effect | undefined): string {
  const files = filesWritten(effect);
  if (files > 0) return `Restore ${plural(files, 'file')}`;
  return plan.folders > 0 ? `Restore ${plural(plan.folders, 'folder')}` : 'Restore';
}

/** Whether there is anything to write at all. */
export function nothingToRestore(plan: RestorePlan): boolean {
  return plan.conflicts.total === 0 && plan.identical > 0 && plan.identical >= plan.files && plan.folders === 0;
}
