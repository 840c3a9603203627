import type { FileProblem } from '../../../shared/model/problem.ts';
import type { FinishedPack, OpenBlobs, SharedBlobIndex } from '../repository/types.ts';
import type { ByteString } from './bytes.ts';
import type { SelectRules } from './select.ts';

/** What stays the same for all work of one run. */
export interface ArchiveSettings {
  readonly select: SelectRules;
  readonly withAtime: boolean;
  readonly ignoreInode: boolean;
  readonly ignoreCtime: boolean;
  /** zstd level of data; undefined stores it plain. Trees are always compressed where the version allows. */
  readonly level: number | undefined;
  readonly packSize: number;
  /** The blobs this run has claimed; apart from the repository's index, which therefore survives a failed run. */
  readonly pending: SharedBlobIndex;
  /** The repository's own folder, which must never be backed up into itself. */
  readonly ownFolder: OwnFolder | undefined;
  /** Store nothing, only count what would be stored. */
  readonly dryRun: boolean;
}

/** A folder of this machine, by its path and by its identity where the system has one. */
export interface OwnFolder {
  readonly path: ByteString;
  readonly deviceId: bigint;
  readonly inode: bigint;
}

/** The same directory in the parent snapshot: the id of its tree, or the tree blob (or the part that matters). */
export type ParentRef = { readonly id: string } | { readonly bytes: Uint8Array<ArrayBuffer> } | undefined;

/**
 * One piece of work, with paths as byte strings. `directory`: list it and everything below. `entries`: these names of a
 * directory that was listed already. `file`: one large file. `device`: stay on this device; undefined means anywhere.
 */
export type Job =
  | {
      readonly kind: 'directory';
      readonly path: ByteString;
      readonly parent: ParentRef;
      readonly device: bigint | undefined;
    }
  | {
      readonly kind: 'entries';
      readonly path: ByteString;
      readonly names: readonly ByteString[];
      /** The name in the tree, when it is not the name on disk; only with exactly one name. */
      readonly rename: ByteString | undefined;
      /** The entries are what the person named: what is missing is a failure, not a coincidence. */
      readonly targets: boolean;
      readonly parent: ParentRef;
      readonly device: bigint | undefined;
    }
  | {
      readonly kind: 'file';
      readonly path: ByteString;
      readonly name: ByteString;
      /** Whether the parent snapshot has a node of that name. */
      readonly known: boolean;
    }
  | { readonly kind: 'tree'; readonly bytes: Uint8Array<ArrayBuffer> };

/**
 * Encoded nodes joined by commas, with holes. Each hole owns the bytes `[at, end)`: of a directory everything of its
 * node up to the tree id, of anything else nothing. Holes are in order and do not overlap. Where the bytes of two
 * neighbours meet a hole there is no comma: whoever fills holes joins what is there.
 */
export interface OpenPart {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly holes: readonly Hole[];
}

/** A gap in an {@link OpenPart}: where it is, what will fill it, and how a directory there is counted. */
export interface Hole {
  readonly at: number;
  readonly end: number;
  /** What fills it: work still to do, or a part that is itself waiting for work. */
  readonly by: Job | { readonly kind: 'open'; readonly part: OpenPart };
  /** Of directories: how to count it once its tree is known. */
  readonly directory: DirectoryMark | undefined;
}

/** What the parent snapshot knows of a directory whose tree is not ready. */
export interface DirectoryMark {
  readonly known: boolean;
  /** The parent's tree id when all other fields are equal. */
  readonly unmodifiedWith: string | undefined;
}

/**
 * What became of a job. `tree`: a directory (or tree) is saved. `nodes`: finished entries. `open`: entries or a
 * directory with holes. `gone`: leave the directory out. `deferred`: not begun, the budget was used up.
 */
export type JobResult =
  | { readonly kind: 'tree'; readonly id: string }
  | { readonly kind: 'nodes'; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'open'; readonly part: OpenPart }
  | { readonly kind: 'gone' }
  | { readonly kind: 'deferred' };

/** Sums of one task or of a whole run. */
export interface ArchiveCounts {
  filesNew: number;
  filesChanged: number;
  filesUnmodified: number;
  dirsNew: number;
  dirsChanged: number;
  dirsUnmodified: number;
  dataBlobs: number;
  treeBlobs: number;
  bytesAdded: number;
  bytesStored: number;
  files: number;
  bytes: number;
  excluded: number;
}

/** All sums at zero; copy it before adding to it. */
export const emptyCounts: Readonly<ArchiveCounts> = {
  filesNew: 0,
  filesChanged: 0,
  filesUnmodified: 0,
  dirsNew: 0,
  dirsChanged: 0,
  dirsUnmodified: 0,
  dataBlobs: 0,
  treeBlobs: 0,
  bytesAdded: 0,
  bytesStored: 0,
  files: 0,
  bytes: 0,
  excluded: 0,
};

/** Adds `from` to `to`. */
export function addCounts(to: ArchiveCounts, from: Readonly<ArchiveCounts>): void {
  for (const key of Object.keys(from) as (keyof ArchiveCounts)[]) to[key] += from[key];
}

/** Limits of one task; whatever exceeds them comes back as holes. */
export interface Budget {
  readonly entries: number;
  readonly bytes: number;
}

/** What the `archive` task can be asked; `start` first, then any number of `work`, then `finish`. */
export type ArchiveInput =
  | { readonly kind: 'start'; readonly settings: ArchiveSettings }
  | { readonly kind: 'work'; readonly jobs: readonly Job[]; readonly budget: Budget }
  | { readonly kind: 'finish' };

/** Answers of `work`; `results` in the order of the jobs. `finish` gives the blobs that fill no pack. */
export interface ArchiveOutput {
  readonly results: readonly JobResult[];
  readonly counts: ArchiveCounts;
  readonly problems: readonly FileProblem[];
  readonly open: OpenBlobs | undefined;
}

/** Posted by workers: a pack to be stored. Costs the worker one credit, which storing it gives back. */
export interface PackEvent {
  readonly kind: 'pack';
  readonly pack: FinishedPack;
}

declare module '../workers/tasks.ts' {
  interface Tasks {
    archive: TaskSignature<ArchiveInput, ArchiveOutput>;
  }
}
