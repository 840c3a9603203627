import type { FileProblem } from '../../../shared/model/problem.ts';
import type { TargetState } from './target-state.ts';

/** Metadata as it crosses threads; texts of times as in the tree, attribute values in base64. */
export interface JobMetadata {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: string;
  readonly atime: string;
  readonly xattrs: readonly { readonly name: string; readonly value: string }[];
}

/**
 * One entry to be made under `temp`, finished, and put in the place `target`. Paths are bytes as latin1 text (views of
 * buffers would be cloned with everything around them). `expected` is what was at the target when it was decided.
 * `link` makes another name of `linkTarget`; for a symlink `linkTarget` is what it points to.
 */
export interface RestoreJob {
  readonly kind: 'file' | 'symlink' | 'fifo' | 'dev' | 'chardev' | 'link';
  readonly folder: string;
  readonly target: string;
  readonly temp: string;
  readonly expected: TargetState | undefined;
  readonly metadata: JobMetadata;
  readonly content: readonly string[];
  readonly linkTarget: string;
  readonly device: bigint;
  /** The content was written in segments before. */
  readonly written: boolean;
}

/** A part of a large file: these blobs, one after the other, from `offset` on, into the file `temp` that exists. */
export interface RestoreSegment {
  readonly target: string;
  readonly temp: string;
  readonly offset: number;
  readonly content: readonly string[];
}

/** A folder that gets its metadata; `before` is what it was when the restore did not make it. */
export interface FolderJob {
  readonly path: string;
  readonly metadata: JobMetadata;
  readonly before: TargetState | undefined;
}

/** Where replaced entries are kept; see undo-journal.ts. */
export interface UndoSettings {
  /** The folder for the journal and, on the same file system, for replaced entries. */
  readonly directory: string;
  readonly root: string;
  /** Names the hidden folders for replaced entries on other file systems. */
  readonly id: string;
}

/** How entries are written. */
export interface WriteSettings {
  /** Nothing is written outside of this folder. */
  readonly root: string;
  readonly verify: boolean;
  readonly sparse: boolean;
  readonly ownership: boolean;
  readonly xattrs: boolean;
  readonly undo: UndoSettings | undefined;
}

/** Bytes of a pack, handed over where a worker cannot read the storage. */
export interface SuppliedRange {
  readonly packId: string;
  readonly offset: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** One visit of a worker: everything here is written and put in place before it answers. Folders come last, in their order. */
export interface RestoreBatch {
  readonly settings: WriteSettings;
  readonly jobs: readonly RestoreJob[];
  readonly segments: readonly RestoreSegment[];
  readonly folders: readonly FolderJob[];
  /** A path whose file system is written to disk when all else is done. */
  readonly sync?: string;
  readonly supplied: readonly SuppliedRange[] | undefined;
}

/** A job or segment that failed; `cannotLink`: the file system makes no further name, the file itself may be written. */
export interface JobFailure {
  readonly index: number;
  readonly problem: FileProblem;
  readonly cannotLink: boolean;
}

/** What came of a batch: everything that is not listed as failed is in place. */
export interface RestoreBatchResult {
  readonly failedJobs: readonly JobFailure[];
  readonly failedSegments: readonly JobFailure[];
  /** Metadata that could not be set on entries that are in place. */
  readonly warnings: readonly FileProblem[];
  readonly bytesWritten: number;
}

declare module '../workers/tasks.ts' {
  interface Tasks {
    restore: TaskSignature<RestoreBatch, RestoreBatchResult>;
  }
}

/** The bytes of a path that crossed threads as latin1 text. */
export function pathBytes(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

/** A path as text for {@link pathBytes}. */
export function pathText(path: Buffer): string {
  return path.toString('latin1');
}
