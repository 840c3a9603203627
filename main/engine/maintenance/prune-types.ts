/**
 * How much unused data may stay, as in restic: a percentage of the resulting size (0 <= percent < 100),
 * a number of bytes, or any amount.
 */
export type MaxUnused =
  | { readonly kind: 'percent'; readonly percent: number }
  | { readonly kind: 'bytes'; readonly bytes: number }
  | { readonly kind: 'unlimited' };

/** What a prune may do. `maxRepackBytes` bounds the bytes read and written again; sizes in bytes. */
export interface PruneOptions {
  readonly maxUnused: MaxUnused;
  readonly maxRepackBytes?: number;
  readonly repackSmall?: boolean;
  readonly repackSmallerThan?: number;
  readonly repackUncompressed?: boolean;
  readonly repackCacheableOnly?: boolean;
  /** Size at which new packs are closed; 16 MiB unless given. */
  readonly packSize?: number;
  /** Snapshots (64 hex digits) to be forgotten in the same run: what only they use counts as unused. */
  readonly ignoreSnapshots?: readonly string[];
}

/** Default of restic: five percent may stay unused. */
export const defaultPruneOptions: PruneOptions = { maxUnused: { kind: 'percent', percent: 5 } };

/** Numbers of blobs and their bytes (stored size, with pack headers counted as used). */
export interface PruneAmount {
  readonly blobs: number;
  readonly bytes: number;
}

/** What a plan would do, in the categories restic prints; bytes as stored. */
export interface PruneSummary {
  readonly used: PruneAmount;
  /** Copies of used blobs that exist in several packs. */
  readonly duplicateBlobs: number;
  readonly unused: PruneAmount;
  readonly unreferencedBytes: number;
  readonly total: PruneAmount;
  readonly repack: PruneAmount;
  readonly repackRemoved: PruneAmount;
  readonly removed: PruneAmount;
  /** Bytes that become free: removed, removed by repacking, and unreferenced. */
  readonly freedBytes: number;
  readonly remaining: PruneAmount;
  readonly remainingUnusedBytes: number;
  readonly packs: {
    readonly kept: number;
    readonly repacked: number;
    readonly removed: number;
    readonly unindexed: number;
    readonly total: number;
  };
}

/**
 * A prune as a plain value (format section 17.1): nothing has been changed when it exists, and it may be shown first.
 * Pack ids are 64 hex digits. `keepBlobs` are the keys (`blobKey`) of used blobs that live in no kept pack.
 */
export interface PrunePlan {
  readonly options: PruneOptions;
  readonly unindexedPacks: readonly string[];
  readonly removePacks: readonly string[];
  readonly repackPacks: readonly string[];
  /** In the index, not in the listing, and not needed. */
  readonly missingPacks: readonly string[];
  readonly keepBlobs: ReadonlySet<string>;
  readonly summary: PruneSummary;
  /** What the repository looked like; a plan is only carried out while it still does. */
  readonly basis: { readonly snapshotIds: readonly string[]; readonly indexIds: readonly string[] };
}

/** Where planning or executing is; counts are trees or packs, `total` is null while unknown. */
export interface PruneProgress {
  readonly phase: 'trees' | 'repack' | 'index' | 'delete';
  readonly done: number;
  readonly total: number | null;
}

/** What executing a plan did. Packs that could not be deleted are in no index any more; the next prune tries again. */
export interface PruneReport {
  readonly bytesWritten: number;
  readonly packsDeleted: number;
  readonly packsNotDeleted: number;
}
