import { AppError } from '../../../shared/errors.ts';
import type { BlobType, PackEntry, RepositoryVersion } from '../repository/types.ts';
import type { PruneAmount, PruneOptions, PrunePlan, PruneSummary } from './prune-types.ts';
import type { UsedBlobs } from './used-blobs.ts';

/** Everything a prune decides on; see format section 17.1. Sizes in bytes, ids as 64 hex digits. */
export interface PruneFacts {
  readonly version: RepositoryVersion;
  readonly used: UsedBlobs;
  /** What the index says, one item a pack; read several times. */
  readonly indexed: () => Iterable<{ readonly id: string; readonly entries: readonly PackEntry[] }>;
  /** The pack files that exist. */
  readonly listed: ReadonlyMap<string, number>;
  /** Size at which new packs are closed. */
  readonly packSize: number;
}

interface PackState {
  readonly id: string;
  type: BlobType | 'mixed';
  usedBytes: number;
  usedBlobs: number;
  unusedBytes: number;
  unusedBlobs: number;
  duplicateBlobs: number;
  uncompressed: boolean;
}

/** The key of a blob in `PrunePlan.keepBlobs`. */
export function blobKey(type: BlobType, id: string): string {
  return `${type}:${id}`;
}

const smallestTarget = 4 * 1024 * 1024;
const fewSmallPacks = 10;
const sizeRebuildHint = 'Run "tidemark repair index" first. Nothing has been changed.';

function isUsed(used: UsedBlobs, { type, id }: Pick<PackEntry, 'type' | 'id'>): boolean {
  return type === 'tree' ? used.trees.has(id) : used.data.has(id);
}

/** Copies of each used blob in packs that exist. Throws `missing-data` when one has none. */
function countCopies(facts: PruneFacts): Map<string, number> {
  const copies = new Map<string, number>();
  for (const id of facts.used.trees) copies.set(blobKey('tree', id), 0);
  for (const id of facts.used.data) copies.set(blobKey('data', id), 0);
  for (const { id, entries } of facts.indexed()) {
    if (!facts.listed.has(id)) continue;
    for (const entry of entries) {
      const key = blobKey(entry.type, entry.id);
      const count = copies.get(key);
      if (count !== undefined) copies.set(key, count + 1);
    }
  }
  for (const [key, count] of copies) {
    if (count > 0) continue;
    throw new AppError('missing-data', `Data that snapshots need is missing (${key.slice(0, 13)}).`, {
      hint: 'Run "tidemark check" and repair the repository before removing anything. Nothing has been changed.',
      context: { blob: key },
    });
  }
  return copies;
}

function headerBytes(entries: readonly PackEntry[]): number {
  return entries.reduce((sum, entry) => sum + (entry.uncompressedLength === 0 ? 37 : 41), 36);
}

/** First look at a pack: copies of blobs that exist elsewhere too count as unused for now. */
function firstState(id: string, entries: readonly PackEntry[], copies: ReadonlyMap<string, number>): PackState {
  const state: PackState = {
    id,
    type: entries[0]?.type ?? 'data',
    usedBytes: headerBytes(entries),
    usedBlobs: 0,
    unusedBytes: 0,
    unusedBlobs: 0,
    duplicateBlobs: 0,
    uncompressed: false,
  };
  for (const entry of entries) {
    if (entry.type !== state.type) state.type = 'mixed';
    if (entry.uncompressedLength === 0) state.uncompressed = true;
    const count = copies.get(blobKey(entry.type, entry.id)) ?? 0;
    if (count === 1) {
      state.usedBytes += entry.length;
      state.usedBlobs += 1;
    } else {
      state.unusedBytes += entry.length;
      state.unusedBlobs += 1;
      if (count > 1) state.duplicateBlobs += 1;
    }
  }
  return state;
}

/**
 * Chooses the copy that counts as used for every blob with several: one beside other used blobs or in a pack of nothing
 * but duplicates (left by an interrupted prune, whose work is used again), else the last.
 */
function settleDuplicates(facts: PruneFacts, copies: ReadonlyMap<string, number>, states: ReadonlyMap<string, PackState>): void {
  const open = new Map<string, number>();
  for (const [key, count] of copies) if (count > 1) open.set(key, count);
  if (open.size === 0) return;
  for (const { id, entries } of facts.indexed()) {
    const state = states.get(id);
    if (state === undefined) continue;
    for (const entry of entries) {
      const key = blobKey(entry.type, entry.id);
      const left = open.get(key);
      if (left === undefined) continue;
      if (state.usedBlobs > 0 || state.duplicateBlobs === state.unusedBlobs || left === 1) {
        state.usedBytes += entry.length;
        state.usedBlobs += 1;
        state.unusedBytes -= entry.length;
        state.unusedBlobs -= 1;
        open.delete(key);
      } else {
        open.set(key, left - 1);
      }
    }
  }
}

function smallPackLimit(facts: PruneFacts, options: PruneOptions): number {
  if (options.repackSmallerThan !== undefined) return options.repackSmallerThan;
  if (options.repackSmall === true) return facts.packSize * 0.8;
  const sizes = [...facts.listed.values()].sort((a, b) => a - b);
  return 0.8 * Math.max(smallestTarget, sizes[Math.floor(sizes.length * 0.03)] ?? 0);
}

function allowedUnused(options: PruneOptions, usedBytes: number): number {
  const { maxUnused } = options;
  if (maxUnused.kind === 'bytes') return maxUnused.bytes;
  if (maxUnused.kind === 'unlimited' || maxUnused.percent >= 100) return Number.POSITIVE_INFINITY;
  return (usedBytes * maxUnused.percent) / (100 - maxUnused.percent);
}

interface Sorted {
  readonly remove: PackState[];
  readonly keep: PackState[];
  readonly candidates: PackState[];
}

function mustCompress(state: PackState, facts: PruneFacts, options: PruneOptions): boolean {
  return facts.version >= 2 && state.uncompressed && (state.type !== 'data' || options.repackUncompressed === true);
}

function sortPacks(facts: PruneFacts, options: PruneOptions, states: Iterable<PackState>, limit: number): Sorted {
  const sorted: Sorted = { remove: [], keep: [], candidates: [] };
  const small: PackState[] = [];
  for (const state of states) {
    const size = facts.listed.get(state.id) ?? 0;
    if (state.usedBlobs > 0 && state.usedBytes + state.unusedBytes !== size) {
      throw new AppError('damaged', `Pack ${state.id.slice(0, 8)} has another size than the index says.`, {
        hint: sizeRebuildHint,
        context: { pack: state.id, size },
      });
    }
    if (state.usedBlobs === 0) sorted.remove.push(state);
    else if (options.repackCacheableOnly === true && state.type === 'data') sorted.keep.push(state);
    else if (state.unusedBlobs > 0 || state.type === 'mixed' || mustCompress(state, facts, options)) sorted.candidates.push(state);
    else if (size < limit) small.push(state);
    else sorted.keep.push(state);
  }
  (small.length < fewSmallPacks ? sorted.keep : sorted.candidates).push(...small);
  return sorted;
}

function compareCandidates(limit: number): (a: PackState, b: PackState) => number {
  const rank = (state: PackState): number => {
    if (state.type !== 'data') return 0;
    return state.usedBytes + state.unusedBytes < limit ? 1 : 2;
  };
  return (a, b) =>
    rank(a) - rank(b) || b.unusedBytes / b.usedBytes - a.unusedBytes / a.usedBytes || (a.id < b.id ? -1 : 1);
}

function sum(states: readonly PackState[], of: (state: PackState) => PruneAmount): PruneAmount {
  return states.map(of).reduce((a, b) => ({ blobs: a.blobs + b.blobs, bytes: a.bytes + b.bytes }), { blobs: 0, bytes: 0 });
}

const usedOf = (state: PackState): PruneAmount => ({ blobs: state.usedBlobs, bytes: state.usedBytes });
const unusedOf = (state: PackState): PruneAmount => ({ blobs: state.unusedBlobs, bytes: state.unusedBytes });
const allOf = (state: PackState): PruneAmount => ({
  blobs: state.usedBlobs + state.unusedBlobs,
  bytes: state.usedBytes + state.unusedBytes,
});

/** Which candidates are repacked and which stay, in the order of format section 17.1 steps 7 and 8. */
function chooseRepack(facts: PruneFacts, options: PruneOptions, sorted: Sorted, limit: number): PackState[] {
  const everything = [...sorted.remove, ...sorted.keep, ...sorted.candidates];
  const allowed = allowedUnused(options, sum(everything, usedOf).bytes);
  let remaining = sum([...sorted.keep, ...sorted.candidates], unusedOf).bytes;
  let repackBytes = 0;
  const repack: PackState[] = [];
  for (const state of sorted.candidates.toSorted(compareCandidates(limit))) {
    const size = allOf(state).bytes;
    const tooMuch = repackBytes + size >= (options.maxRepackBytes ?? Number.POSITIVE_INFINITY);
    const forced = state.type !== 'data' || mustCompress(state, facts, options);
    if (tooMuch || (!forced && remaining < allowed && size >= limit)) {
      sorted.keep.push(state);
      continue;
    }
    repack.push(state);
    repackBytes += size;
    remaining -= state.unusedBytes;
  }
  return repack;
}

/**
 * Decides what a prune does, changing nothing. Pure. Throws `missing-data` when a used blob is in no existing pack and
 * `damaged` when a pack with used blobs has another size than the index says.
 */
export function planPrune(facts: PruneFacts, options: PruneOptions): Omit<PrunePlan, 'basis'> {
  const copies = countCopies(facts);
  const states = new Map<string, PackState>();
  const missingPacks: string[] = [];
  for (const { id, entries } of facts.indexed()) {
    if (facts.listed.has(id)) states.set(id, firstState(id, entries, copies));
    else missingPacks.push(id);
  }
  const duplicateBefore = sum([...states.values()], (state) => ({ blobs: state.duplicateBlobs, bytes: 0 })).blobs;
  settleDuplicates(facts, copies, states);
  const limit = smallPackLimit(facts, options);
  const sorted = sortPacks(facts, options, states.values(), limit);
  const repack = chooseRepack(facts, options, sorted, limit);
  const unindexedPacks = [...facts.listed.keys()].filter((id) => !states.has(id));
  const removePacks = sorted.remove.map(({ id }) => id);
  return {
    options,
    unindexedPacks,
    removePacks,
    repackPacks: repack.map(({ id }) => id),
    missingPacks,
    keepBlobs: blobsToKeep(facts, repack, sorted),
    summary: summarise(facts, sorted, repack, unindexedPacks, duplicateBefore),
  };
}

/** The used blobs of repacked packs that no kept pack holds. */
function blobsToKeep(facts: PruneFacts, repack: readonly PackState[], sorted: Sorted): ReadonlySet<string> {
  const keep = new Set<string>();
  if (repack.length === 0) return keep;
  const repacked = new Set(repack.map(({ id }) => id));
  const kept = new Set(sorted.keep.map(({ id }) => id));
  for (const { id, entries } of facts.indexed()) {
    if (!repacked.has(id)) continue;
    for (const entry of entries) if (isUsed(facts.used, entry)) keep.add(blobKey(entry.type, entry.id));
  }
  for (const { id, entries } of facts.indexed()) {
    if (kept.has(id)) for (const entry of entries) keep.delete(blobKey(entry.type, entry.id));
  }
  return keep;
}

function summarise(
  facts: PruneFacts,
  sorted: Sorted,
  repack: readonly PackState[],
  unindexed: readonly string[],
  duplicateBlobs: number,
): PruneSummary {
  const all = [...sorted.remove, ...sorted.keep, ...repack];
  const total = sum(all, allOf);
  const removed = sum(sorted.remove, allOf);
  const repackRemoved = sum(repack, unusedOf);
  const unreferencedBytes = unindexed.reduce((bytes, id) => bytes + (facts.listed.get(id) ?? 0), 0);
  const freed = removed.bytes + repackRemoved.bytes;
  return {
    used: sum(all, usedOf),
    duplicateBlobs,
    unused: sum(all, unusedOf),
    unreferencedBytes,
    total: { blobs: total.blobs, bytes: total.bytes + unreferencedBytes },
    repack: sum(repack, allOf),
    repackRemoved,
    removed,
    freedBytes: freed + unreferencedBytes,
    remaining: { blobs: total.blobs - removed.blobs - repackRemoved.blobs, bytes: total.bytes - freed },
    remainingUnusedBytes: sum(sorted.keep, unusedOf).bytes,
    packs: {
      kept: sorted.keep.length,
      repacked: repack.length,
      removed: sorted.remove.length,
      unindexed: unindexed.length,
      total: facts.listed.size,
    },
  };
}
