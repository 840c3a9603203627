import { AppError } from '../../../shared/errors.ts';
import { fs } from '../platform/native-fs.ts';
import { parseTime } from '../snapshot/time.ts';
import type { BlobSource } from '../snapshot/tree-reader.ts';
import { compareWithTarget, decide, type Comparison } from './decide.ts';
import {
  restorePolicies,
  type Landing,
  type Refusal,
  type RestoreConflict,
  type RestoreDestination,
  type RestorePlan,
  type RestorePolicy,
  type RestoreRequest,
} from './restore-plan.ts';
import { lookAt } from './target-state.ts';
import { walkRestore, type Place, type RestoreVisitor, type Visit, type WalkOptions } from './walk.ts';

/** Facts kept as samples; totals are exact beyond them. */
const sampleSize = 1000;

/** One entry of a plan and how it compares with what is there; see {@link listPlan}. */
export interface PlannedEntry {
  readonly path: Buffer;
  readonly target: Buffer;
  readonly type: Visit['node']['type'];
  readonly size: number;
  readonly comparison: Comparison;
}

/** Options of {@link planRestore}; `platform` decides which names are possible (this system's unless given). */
export interface PlanOptions extends WalkOptions {
  /** Called now and then with the number of entries looked at. */
  readonly onProgress?: (entries: number) => void;
  /** Gets every entry, for a listing (`--dry-run --verbose`); nothing of it is kept. */
  readonly onEntry?: (entry: PlannedEntry) => void;
}

interface PolicyCount {
  create: number;
  replace: number;
  keepBoth: number;
  skip: number;
  bytes: number;
}

/** What the policies do below a folder: under those in `skipped` its place is taken, so nothing below it is restored. */
interface Below {
  readonly skipped: ReadonlySet<RestorePolicy>;
}

/**
 * Looks at the tree and at the destination and says what a restore would do; writes nothing. See {@link RestorePlan} for
 * why it stays small. Throws `not-found` for an item that is not in the tree, `cancelled`, `invalid-input` when the
 * destination is there but is not a folder. Damaged folders of the version are listed in the plan.
 */
export async function planRestore(
  source: BlobSource,
  request: RestoreRequest,
  options: PlanOptions = {},
): Promise<RestorePlan> {
  const root = destinationRoot(request.destination);
  const planner = new Planner(request, options);
  const place = { path: root.path, exists: root.exists, data: { skipped: new Set<RestorePolicy>() } };
  await walkRestore(source, request, place, planner, options);
  return planner.plan(root.path);
}

/** The destination folder with its own links resolved, and whether it exists; `invalid-input` when it is no folder. */
export function destinationRoot(destination: RestoreDestination): { readonly path: Buffer; readonly exists: boolean } {
  if (destination.kind === 'original') return { path: Buffer.from('/'), exists: true };
  const path = Buffer.from(destination.path);
  try {
    const resolved = fs.realpathSync(path, { encoding: 'buffer' });
    if (fs.statSync(resolved).isDirectory()) return { path: resolved, exists: true };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' && lookAt(path) === undefined) return { path, exists: false };
    throw new AppError('destination-unavailable', `${path.toString('utf8')} cannot be used as a folder.`, {
      hint: 'Choose another folder.',
      retry: 'after-action',
      cause: error,
    });
  }
  throw new AppError('invalid-input', `${path.toString('utf8')} is not a folder.`, { hint: 'Choose a folder.' });
}

class Planner implements RestoreVisitor<Below> {
  private readonly request: RestoreRequest;
  private readonly options: PlanOptions;
  private readonly landings: Landing[] = [];
  private readonly conflictSample: RestoreConflict[] = [];
  private readonly refusedSample: Refusal[] = [];
  private readonly unreadableFolders: { path: Buffer; error: AppError }[] = [];
  private readonly counts = new Map<RestorePolicy, PolicyCount>(
    restorePolicies.map((policy) => [policy, { create: 0, replace: 0, keepBoth: 0, skip: 0, bytes: 0 }]),
  );
  private files = 0;
  private folders = 0;
  private bytes = 0;
  private identical = 0;
  private conflicts = 0;
  private refused = 0;

  constructor(request: RestoreRequest, options: PlanOptions) {
    this.request = request;
    this.options = options;
  }

  enter(visit: Visit, parent: Place<Below>): Place<Below> | 'skip' {
    const blocked = visit.state !== undefined && visit.state.type !== 'dir';
    this.land(visit, blocked);
    if (visit.chosen) this.folders += 1;
    if (!blocked) return { path: visit.target, exists: visit.state !== undefined, data: parent.data };
    const comparison = compareWithTarget(visit.node, visit.state, visit.target, true);
    this.conflict(visit, comparison);
    const skipped = new Set(parent.data.skipped);
    for (const policy of restorePolicies) if (decide(policy, comparison) === 'skip') skipped.add(policy);
    return { path: visit.target, exists: false, data: { skipped } };
  }

  leave(): void {
    // Nothing is kept of a folder.
  }

  entry(visit: Visit, parent: Place<Below>): void {
    const { node } = visit;
    const size = node.type === 'file' ? Number(node.size) : 0;
    const comparison = compareWithTarget(node, visit.state, visit.target, this.request.trustTimes !== false);
    const different = comparison === 'older' || comparison === 'newer';
    this.files += 1;
    this.bytes += size;
    this.land(visit, different);
    if (different) this.conflict(visit, comparison);
    else if (comparison !== 'absent') this.identical += 1;
    for (const policy of restorePolicies) this.count(policy, parent.data, comparison, size);
    this.options.onEntry?.({ path: visit.path, target: visit.target, type: node.type, size, comparison });
    if (this.files % 1000 === 0) this.options.onProgress?.(this.files);
  }

  refuse(path: Buffer, reason: string): void {
    this.refused += 1;
    if (this.refusedSample.length < sampleSize) this.refusedSample.push({ path, reason });
  }

  unreadable(path: Buffer, error: AppError): void {
    if (this.unreadableFolders.length < sampleSize) this.unreadableFolders.push({ path, error });
  }

  plan(root: Buffer): RestorePlan {
    return {
      request: this.request,
      root,
      landings: this.landings,
      files: this.files,
      folders: this.folders,
      bytes: this.bytes,
      identical: this.identical,
      conflicts: { total: this.conflicts, sample: this.conflictSample },
      effects: [...this.counts].map(([policy, count]) => ({ policy, ...count })),
      refused: { total: this.refused, sample: this.refusedSample },
      unreadable: this.unreadableFolders,
      freeBytes: freeBytes(root),
    };
  }

  private land(visit: Visit, conflict: boolean): void {
    if (visit.item !== undefined) this.landings.push({ item: visit.item, path: visit.target, conflict });
  }

  private conflict(visit: Visit, comparison: Comparison): void {
    this.conflicts += 1;
    if (visit.state === undefined || this.conflictSample.length >= sampleSize) return;
    this.conflictSample.push({
      path: visit.target,
      pastSize: Number(visit.node.size),
      nowSize: Number(visit.state.size),
      versionIsNewer: comparison === 'newer' || parseTime(visit.node.mtime) > visit.state.mtimeNs,
    });
  }

  private count(policy: RestorePolicy, below: Below, comparison: Comparison, size: number): void {
    const count = this.counts.get(policy);
    if (count === undefined) return;
    const action = below.skipped.has(policy) ? 'skip' : decide(policy, comparison);
    if (action === 'create') count.create += 1;
    else if (action === 'replace') count.replace += 1;
    else if (action === 'keep-both') count.keepBoth += 1;
    else count.skip += 1;
    if (action !== 'skip' && action !== 'identical') count.bytes += size;
  }
}

function freeBytes(root: Buffer): number | null {
  for (let path = root; ; path = path.subarray(0, Math.max(1, path.lastIndexOf(0x2f)))) {
    try {
      const { bavail, bsize } = fs.statfsSync(path);
      return bavail * bsize;
    } catch {
      if (path.length <= 1) return null;
    }
  }
}
