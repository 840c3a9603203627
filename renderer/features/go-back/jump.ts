import type { Moment, Version } from '../../../shared/contract/versions.ts';

export interface Jumps {
  readonly previous: string | undefined;
  readonly next: string | undefined;
}

/**
 * The nearest versions at which this folder was different: the last one of the span before, the first one of the span
 * after. Without a history (`undefined`) every version counts as a change.
 */
export function jumps(versions: readonly Version[], moments: readonly Moment[] | undefined, at: string): Jumps {
  const index = versions.findIndex((version) => version.id === at);
  if (index === -1) return { previous: undefined, next: undefined };
  if (moments === undefined) return { previous: versions[index - 1]?.id, next: versions[index + 1]?.id };
  const order = new Map(versions.map((version, position) => [version.id, position]));
  let previous: string | undefined;
  let next: string | undefined;
  for (const moment of moments) {
    const first = order.get(moment.versionId);
    const last = order.get(moment.lastVersionId);
    if (first === undefined || last === undefined) continue;
    if (last < index) previous = moment.lastVersionId;
    if (first > index && next === undefined) next = moment.versionId;
  }
  return { previous, next };
}

/** The versions at which something changed here, for marking them on the tide line. */
export function changedVersions(moments: readonly Moment[] | undefined): ReadonlySet<string> {
  return new Set((moments ?? []).map((moment) => moment.versionId));
}
