/** The two kinds of blobs; each has its own name space of ids. */
export type BlobType = 'data' | 'tree';

/** A blob's id as 64 hex digits or as 32 bytes. */
export type BlobId = string | Uint8Array;

/** One blob of a pack. `length` is the sealed length; `uncompressedLength` 0 means stored plain (length - 32 bytes). */
export interface PackEntry {
  readonly id: string;
  readonly type: BlobType;
  readonly offset: number;
  readonly length: number;
  readonly uncompressedLength: number;
}

/** Where one copy of a blob is. Lengths as in {@link PackEntry}. */
export interface BlobLocation {
  readonly packId: string;
  readonly offset: number;
  readonly length: number;
  readonly uncompressedLength: number;
}

/**
 * A complete pack file, ready to be stored: `parts` in order are its bytes, SHA-256 of them is `id`. Each part has a
 * memory block of its own, so that the pack can be transferred between threads (`packTransferList`).
 */
export interface FinishedPack {
  readonly id: string;
  readonly type: BlobType;
  readonly parts: readonly Uint8Array<ArrayBuffer>[];
  readonly size: number;
  readonly entries: readonly PackEntry[];
}

/** Sealed blobs of one type that do not fill a pack yet: contiguous from offset 0 in `parts`, transferable likewise. */
export interface OpenPack {
  readonly type: BlobType;
  readonly parts: readonly Uint8Array<ArrayBuffer>[];
  readonly size: number;
  readonly entries: readonly PackEntry[];
}

/** What a {@link BlobWriter} had left at its end. */
export interface OpenBlobs {
  readonly packs: readonly OpenPack[];
}

/** Secrets of a repository (or of a password): cloneable to other threads, never logged. */
export interface MasterKey {
  /** 32 bytes, AES-256. */
  readonly encrypt: Uint8Array;
  /** 16 bytes, AES-128 key of Poly1305-AES. */
  readonly macK: Uint8Array;
  /** 16 bytes, r of Poly1305 as stored (clamped or not). */
  readonly macR: Uint8Array;
}

/** Format versions this program reads and writes. */
export type RepositoryVersion = 1 | 2;

/** The decrypted config. `extra` holds fields of other programs, written back unchanged. */
export interface RepositoryConfig {
  readonly version: RepositoryVersion;
  readonly id: string;
  readonly polynomial: bigint;
  readonly extra: Readonly<Record<string, unknown>>;
}

/** The shared memory of a BlobIndex; structured-cloneable, for `workerData`. */
export interface SharedBlobIndex {
  readonly control: SharedArrayBuffer;
  readonly table: SharedArrayBuffer;
  readonly entries: SharedArrayBuffer;
}

/** What a worker thread needs to read and write blobs; structured-cloneable. */
export interface WorkerRepository {
  readonly key: MasterKey;
  readonly version: RepositoryVersion;
  readonly polynomial: bigint;
  readonly index: SharedBlobIndex;
  /** The `data` folder, when packs can be opened as files of this machine. */
  readonly localDataRoot?: string;
}
