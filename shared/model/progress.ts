/** Where a run is. `scanning`: totals not known yet; `finishing`: packs, index and version are written. */
export type RunPhase = 'starting' | 'scanning' | 'working' | 'finishing';

/**
 * State of a running backup, at most ten times a second. Sizes in bytes. Totals are null until something honest can
 * be said; from then on they are never below what is done. `currentItems` holds at most one path a worker.
 */
export interface BackupProgress {
  readonly phase: RunPhase;
  readonly bytesDone: number;
  readonly bytesTotal: number | null;
  readonly filesDone: number;
  readonly filesTotal: number | null;
  readonly currentItems: readonly string[];
  readonly problems: number;
  /** Plain bytes of new blobs so far. */
  readonly bytesAdded: number;
  /** What they take in the destination. */
  readonly bytesStored: number;
}
