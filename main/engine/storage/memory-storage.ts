import { AppError } from '../../../shared/errors.ts';
import { alreadyThere, filePath, hasFixedName, isFileName, largestFile, tooLarge, tooShort } from './file-layout.ts';
import type { ByteRange, FileHandle, FileType, ListedFile, Storage, StorageProperties } from './storage.ts';

/** A repository's files in memory, for tests and trials; gone with the object. */
export class MemoryStorage implements Storage {
  readonly location = 'memory:';
  readonly properties: StorageProperties = { kind: 'memory', connections: 4, atomicReplace: true };
  readonly #files = new Map<string, { readonly handle: FileHandle; readonly bytes: Buffer }>();

  async create(): Promise<void> {
    // There are no folders to make.
  }

  async save(
    handle: FileHandle,
    parts: readonly Uint8Array[],
    options: { readonly replace?: boolean } = {},
  ): Promise<void> {
    const path = this.#path(handle);
    if (this.#files.has(path) && hasFixedName(handle.type) && options.replace !== true) throw alreadyThere(handle);
    this.#files.set(path, { handle, bytes: Buffer.concat(parts) });
  }

  async load(handle: FileHandle, range?: ByteRange): Promise<Buffer> {
    const { bytes } = this.#file(handle);
    if (range === undefined) {
      if (bytes.length > largestFile[handle.type]) throw tooLarge(handle, bytes.length);
      return Buffer.from(bytes);
    }
    if (range.offset < 0 || range.offset + range.length > bytes.length) throw tooShort(handle, bytes.length);
    return Buffer.from(bytes.subarray(range.offset, range.offset + range.length));
  }

  async stat(handle: FileHandle): Promise<{ readonly size: number }> {
    return { size: this.#file(handle).bytes.length };
  }

  async exists(handle: FileHandle): Promise<boolean> {
    return this.#files.has(this.#path(handle));
  }

  async *list(type: FileType): AsyncIterable<ListedFile> {
    for (const { handle, bytes } of Array.from(this.#files.values())) {
      if (handle.type === type && isFileName(type, handle.name)) yield { name: handle.name, size: bytes.length };
    }
  }

  async remove(handle: FileHandle): Promise<void> {
    this.#file(handle);
    this.#files.delete(this.#path(handle));
  }

  localPath(): undefined {
    return undefined;
  }

  async checkLayout(): Promise<void> {
    // There is only one layout in memory.
  }

  #path(handle: FileHandle): string {
    return filePath(handle).join('/');
  }

  #file(handle: FileHandle): { readonly bytes: Buffer } {
    const file = this.#files.get(this.#path(handle));
    if (file !== undefined) return file;
    throw new AppError('not-found', 'The file is not there.', {
      hint: 'Run "tidemark check" to see what is affected.',
      context: { type: handle.type, name: handle.name },
    });
  }
}
