import type { EntryFacts } from '../../../shared/contract/versions.ts';
import type { EntryFacts as SystemFacts } from '../../engine/platform/os-metadata.ts';
import type { OwnerNames } from '../../engine/platform/owner-names.ts';
import { modeText, goModeOf } from '../../engine/snapshot/go-mode.ts';
import type { Node } from '../../engine/snapshot/node.ts';
import { parseTime } from '../../engine/snapshot/time.ts';
import { pathText } from '../paths.ts';

/** An entry as it is on this computer. */
export interface PresentEntry {
  readonly name: Buffer;
  readonly facts: SystemFacts;
  readonly linkTarget: Buffer | undefined;
}

/** An instant in nanoseconds as the contract writes it. */
export function instantOf(ns: bigint): string {
  const milliseconds = Number(ns / 1_000_000n);
  return new Date(Math.min(Math.max(milliseconds, -62_135_596_800_000), 253_402_300_799_999)).toISOString();
}

/** A size as the contract counts it. */
export function countOf(size: bigint): number {
  return size > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(size < 0n ? 0n : size);
}

/** What a version says of an entry. */
export function pastFacts(node: Node): EntryFacts {
  return {
    type: node.type,
    size: node.type === 'file' ? countOf(node.size) : 0,
    modified: instantOf(parseTime(node.mtime)),
    permissions: permissionsOf(node.mode),
    owner: ownerText(node.user, node.group, node.uid, node.gid),
    linkTarget: node.linkTarget === undefined ? '' : pathText(node.linkTarget),
  };
}

/** What the system says of an entry. */
export function nowFacts(entry: PresentEntry, owners: OwnerNames): EntryFacts {
  const { facts } = entry;
  return {
    type: facts.type,
    size: facts.type === 'file' ? countOf(facts.size) : 0,
    modified: instantOf(facts.mtimeNs),
    permissions: permissionsOf(goModeOf(facts.mode)),
    owner: ownerText(owners.user(facts.uid), owners.group(facts.gid), facts.uid, facts.gid),
    linkTarget: entry.linkTarget === undefined ? '' : pathText(entry.linkTarget),
  };
}

/** How the two sides of a name relate: by type, size and time; folders by presence; links by target. */
export function relationOf(
  past: Node | undefined,
  now: PresentEntry | undefined,
): 'same' | 'changed' | 'only-past' | 'only-now' {
  if (now === undefined) return 'only-past';
  if (past === undefined) return 'only-now';
  if (past.type !== now.facts.type) return 'changed';
  switch (past.type) {
    case 'dir':
      return 'same';
    case 'symlink':
      return past.linkTarget?.equals(now.linkTarget ?? Buffer.alloc(0)) === true ? 'same' : 'changed';
    case 'file':
      return past.size === now.facts.size && parseTime(past.mtime) === now.facts.mtimeNs ? 'same' : 'changed';
    default:
      return past.device === now.facts.device ? 'same' : 'changed';
  }
}

function permissionsOf(goMode: number): string {
  return modeText(goMode).slice(-9);
}

function ownerText(user: string, group: string, uid: number, gid: number): string {
  return `${user === '' ? uid : user}:${group === '' ? gid : group}`;
}
