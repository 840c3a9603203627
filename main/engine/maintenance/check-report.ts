/** What a check found: an error means data is (or will be) lost, a hint means wasted space or untidiness only. */
export type FindingKind =
  | 'index-unreadable'
  | 'index-split'
  | 'index-duplicate'
  | 'pack-missing'
  | 'pack-size'
  | 'pack-damaged'
  | 'pack-mixed'
  | 'pack-unindexed'
  | 'snapshot-unreadable'
  | 'tree-missing'
  | 'tree-damaged'
  | 'blob-missing'
  | 'node-invalid'
  | 'key-damaged';

/** One finding of a check: the kind, a sentence, and the 64 hex digit id of the object it is about. */
export interface CheckFinding {
  readonly kind: FindingKind;
  readonly message: string;
  readonly id: string;
}

/**
 * Which packs have their data read: none, all, part `n` of `t` (first id byte mod t is n - 1; 1 <= n <= t <= 256),
 * a random percentage (0 < percent <= 100) or a random selection of about `bytes` bytes. Source: format section 18.5.
 */
export type ReadData =
  | { readonly kind: 'none' }
  | { readonly kind: 'all' }
  | { readonly kind: 'part'; readonly part: number; readonly of: number }
  | { readonly kind: 'percent'; readonly percent: number }
  | { readonly kind: 'bytes'; readonly bytes: number };

/** How a check runs: what data it reads and how many worker threads verify it (default: the processors, at most 8). */
export interface CheckOptions {
  readonly readData: ReadData;
  readonly workers?: number;
}

/** Where a check is; `total` is null while unknown. Counts are snapshots, trees or packs, `bytes` only while reading data. */
export interface CheckProgress {
  readonly phase: 'index' | 'packs' | 'snapshots' | 'trees' | 'data';
  readonly done: number;
  readonly total: number | null;
  readonly bytesDone: number;
  readonly bytesTotal: number | null;
}

/** The result of a check: healthy exactly when `errors` is empty. Damaged packs are listed for `repair packs`. */
export interface CheckReport {
  readonly errors: readonly CheckFinding[];
  readonly hints: readonly CheckFinding[];
  readonly damagedPacks: readonly string[];
  readonly suggestRepairIndex: boolean;
  readonly suggestPrune: boolean;
  readonly snapshots: number;
  readonly trees: number;
  readonly packs: number;
  readonly packsRead: number;
  readonly bytesRead: number;
}
