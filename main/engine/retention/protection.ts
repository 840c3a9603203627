import type { Snapshot } from '../snapshot/snapshot-codec.ts';
import { parseTime } from '../snapshot/time.ts';

/**
 * Whether rustic's field `delete` forbids removing a snapshot now: `"Never"`, or `{"After": time}` before that time.
 * What is not understood protects as well. Source: format section 22.
 */
export function isProtected(snapshot: Snapshot, nowNs: bigint): boolean {
  const field = snapshot.extra?.find(({ key }) => key === 'delete');
  const value: unknown = field === undefined ? null : JSON.parse(field.json);
  if (value === null || value === 'NotSet') {
    return false;
  }
  if (typeof value === 'object' && 'After' in value && typeof value.After === 'string') {
    try {
      return nowNs < parseTime(value.After);
    } catch {
      return true;
    }
  }
  return true;
}
