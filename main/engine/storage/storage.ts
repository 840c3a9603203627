/** What a file is; decides its folder. `extra` files live below `tidemark/` and are ignored by other programs. */
export type FileType = 'config' | 'key' | 'lock' | 'snapshot' | 'index' | 'pack' | 'extra';

/** One file of a repository. `name` is 64 hex digits, `''` for the config, or a relative path for `extra`. */
export interface FileHandle {
  readonly type: FileType;
  readonly name: string;
}

/** One listed file with its size in bytes. */
export interface ListedFile {
  readonly name: string;
  readonly size: number;
}

/** Part of a file, in bytes. */
export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

/** What a storage can do. */
export interface StorageProperties {
  readonly kind: 'local' | 'memory';
  /** How many operations should run at once. */
  readonly connections: number;
  /** Whether `save` with `replace` swaps the content in one step. */
  readonly atomicReplace: boolean;
}

/**
 * Where the files of one repository live. All methods may run concurrently. Errors are AppErrors: `not-found`,
 * `no-space`, `permission-denied`, `read-only`, `destination-unavailable`, `conflict` (file exists), `damaged` (shorter
 * than asked, or larger than any file of its type may be), `storage-failed`.
 */
export interface Storage {
  /** The location text, without secrets. */
  readonly location: string;
  readonly properties: StorageProperties;

  /** Makes the folders of an empty repository; harmless when they exist. */
  create(): Promise<void>;

  /**
   * Writes a whole file made of `parts`. When resolved it is complete, durable and visible under its name; when
   * rejected nothing is. Without `replace` an existing config or extra file is not overwritten (`conflict`).
   */
  save(handle: FileHandle, parts: readonly Uint8Array[], options?: { readonly replace?: boolean }): Promise<void>;

  /** The file, or exactly the bytes of `range`; a range beyond the end is an error. */
  load(handle: FileHandle, range?: ByteRange): Promise<Buffer>;

  stat(handle: FileHandle): Promise<{ readonly size: number }>;

  exists(handle: FileHandle): Promise<boolean>;

  /** All files of a type in no order; names that do not belong are left out. A missing folder is an empty list. */
  list(type: FileType): AsyncIterable<ListedFile>;

  /** Removes a file; `not-found` when it is not there. */
  remove(handle: FileHandle): Promise<void>;

  /** The file's path when other threads of this machine can open it themselves. */
  localPath(handle: FileHandle): string | undefined;

  /** Throws `unsupported` when the folders have a layout that this program does not read. */
  checkLayout(): Promise<void>;
}
