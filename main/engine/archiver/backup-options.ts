import type { FileProblem } from '../../../shared/model/problem.ts';
import type { BackupProgress } from '../../../shared/model/progress.ts';
import type { Clock } from '../platform/clock.ts';
import type { RandomSource } from '../platform/random.ts';
import type { SnapshotSummary } from '../snapshot/snapshot-codec.ts';
import type { SelectOptions } from './select.ts';

/** `auto` is zstd 3, `max` zstd 11, `off` stores data as it is. */
export type Compression = 'auto' | 'off' | 'max';

/** Everything one backup is told. Sizes in bytes, times in milliseconds. */
export interface BackupOptions {
  /** Files and folders; relative ones are below `cwd`. Empty when `stdin` is given. */
  readonly targets: readonly (string | Uint8Array)[];
  readonly select: SelectOptions;
  readonly hostname: string;
  readonly username: string;
  readonly tags: readonly string[];
  /** Of the new snapshot, in milliseconds since 1970; default: now. */
  readonly time?: number;
  /** What to compare with: the newest fitting snapshot, nothing, or one by (the start of) its id or `latest`. */
  readonly parent: 'auto' | 'none' | (string & {});
  /** Read everything anew, as with parent `none`. */
  readonly force: boolean;
  /** Write nothing at all, take no lock, only report what would be done. */
  readonly dryRun: boolean;
  readonly oneFileSystem: boolean;
  readonly withAtime: boolean;
  /** Take files with other inode numbers (and change times) for unchanged. */
  readonly ignoreInode: boolean;
  readonly ignoreCtime: boolean;
  /** Make no snapshot when its tree would be the parent's. */
  readonly skipIfUnchanged: boolean;
  readonly compression: Compression;
  /** For example `0.1.0`. */
  readonly programVersion: string;
  readonly clock: Clock;
  readonly random: RandomSource;
  /** Default: the process's. */
  readonly cwd?: string;
  /** Threads; default: the number of cores, at least 2. */
  readonly workers?: number;
  /** In bytes; default 16 MiB. */
  readonly packSize?: number;
  /** How long to wait for a lock somebody else holds, in milliseconds; default: not at all. */
  readonly retryLock?: number;
  /** Count files and bytes beforehand, for totals in the progress; default: when there is `onProgress`. */
  readonly estimate?: boolean;
  /** Back up what this stream yields as one file of that name (a path; `/` in front does not count). */
  readonly stdin?: { readonly name: string; readonly stream: AsyncIterable<Uint8Array> };
  readonly onProgress?: (progress: BackupProgress) => void;
  /** Called for each problem as soon as it is known, also beyond those kept in the report. */
  readonly onProblem?: (problem: FileProblem) => void;
  readonly signal?: AbortSignal;
}

/** What a backup did: a plain value for the page, the command line and the run history. */
export interface BackupReport {
  /** Null in a dry run and when nothing changed and that was to be skipped. */
  readonly snapshotId: string | null;
  readonly treeId: string;
  readonly parentId: string | null;
  /** All fields are set. */
  readonly summary: Required<Omit<SnapshotSummary, 'extra'>>;
  /** The first 10,000. */
  readonly problems: readonly FileProblem[];
  readonly problemsTotal: number;
  /** Whether a problem is a failure (`isFailure`): the command line then exits with 3. */
  readonly incomplete: boolean;
  /** Entries that rules left out; an excluded folder counts once. */
  readonly excluded: number;
}
