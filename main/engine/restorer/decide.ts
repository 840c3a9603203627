import type { Node } from '../snapshot/node.ts';
import { parseTime } from '../snapshot/time.ts';
import type { RestorePolicy } from './restore-plan.ts';
import { hasSameOwnership, isIdentical, type TargetState } from './target-state.ts';

/** What happens to one entry under a policy. */
export type Action = 'create' | 'replace' | 'keep-both' | 'skip' | 'identical';

/** How what is there compares with the node: nothing there, equal (with or without equal mode and owner), or different. */
export type Comparison = 'absent' | 'identical' | 'identical-content' | 'older' | 'newer';

/**
 * Compares a node with what is at its path; `newer` means that the version is newer than what is there. With `trustTimes`
 * false no file counts as identical.
 */
export function compareWithTarget(
  node: Node,
  state: TargetState | undefined,
  path: Buffer,
  trustTimes: boolean,
): Comparison {
  if (state === undefined) return 'absent';
  if ((trustTimes || node.type !== 'file') && isIdentical(node, state, path)) {
    return hasSameOwnership(node, state) ? 'identical' : 'identical-content';
  }
  return parseTime(node.mtime) > state.mtimeNs ? 'newer' : 'older';
}

/** The action of a policy; equal content with another mode or owner is replaced only by `replace-all`. */
export function decide(policy: RestorePolicy, comparison: Comparison): Action {
  switch (comparison) {
    case 'absent':
      return 'create';
    case 'identical':
      return 'identical';
    case 'identical-content':
      return policy === 'replace-all' ? 'replace' : 'identical';
    case 'older':
    case 'newer':
      break;
  }
  switch (policy) {
    case 'only-missing':
      return 'skip';
    case 'keep-both':
      return 'keep-both';
    case 'replace-if-newer':
      return comparison === 'newer' ? 'replace' : 'skip';
    case 'replace-all':
      return 'replace';
  }
}
