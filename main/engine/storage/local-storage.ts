import { dirname, join } from 'node:path';
import { AppError } from '../../../shared/errors.ts';
import { fs } from '../platform/native-fs.ts';
import { systemRandom, type RandomSource } from '../platform/random.ts';
import { syncFolder, writeFileDurably, type FileModes } from './durable-write.ts';
import {
  alreadyThere,
  filePath,
  folders,
  hasFixedName,
  isFileName,
  largestFile,
  packFolders,
  tooLarge,
  tooShort,
} from './file-layout.ts';
import { storageError, systemCode, type StorageAction } from './storage-errors.ts';
import type { ByteRange, FileHandle, FileType, ListedFile, Storage, StorageProperties } from './storage.ts';

const privateModes: FileModes = { folder: 0o700, file: 0o600, final: 0o400 };
const groupModes: FileModes = { folder: 0o770, file: 0o660, final: 0o440 };
const groupRead = 0o040;
const statsAtOnce = 32;

/** A repository in a folder of this machine (or of a mounted network drive), by the rules of format section 2. */
export class LocalStorage implements Storage {
  readonly location: string;
  readonly properties: StorageProperties = { kind: 'local', connections: 2, atomicReplace: true };
  readonly #root: string;
  readonly #random: RandomSource;
  #modes: FileModes | undefined;

  /** `root` is an absolute path. `random` only names temporary files. */
  constructor(root: string, random: RandomSource = systemRandom) {
    this.#root = root;
    this.location = root;
    this.#random = random;
  }

  async create(): Promise<void> {
    const modes = await this.#fileModes();
    const names = [folders.key, folders.lock, folders.snapshot, folders.index, folders.pack];
    await this.#run('create', this.#root, async () => {
      for (const name of names) await fs.promises.mkdir(join(this.#root, name), { recursive: true, mode: modes.folder });
      for (const name of packFolders()) {
        await fs.promises.mkdir(join(this.#root, folders.pack, name), { recursive: true, mode: modes.folder });
      }
      for (const path of [join(this.#root, folders.pack), this.#root, dirname(this.#root)]) await syncFolder(path);
    });
  }

  async save(
    handle: FileHandle,
    parts: readonly Uint8Array[],
    options: { readonly replace?: boolean } = {},
  ): Promise<void> {
    const path = this.#path(handle);
    if (hasFixedName(handle.type) && options.replace !== true && (await this.exists(handle))) {
      throw alreadyThere(handle);
    }
    const modes = await this.#fileModes();
    const suffix = this.#random.bytes(6).toString('hex');
    // The root itself is not made here: a folder must not take the place of an absent disk.
    const components = filePath(handle);
    const parents = components.slice(1).map((_, at) => join(this.#root, ...components.slice(0, at + 1)));
    await this.#run('write', path, () => writeFileDurably(path, parts, { modes, suffix, folders: parents }));
  }

  async load(handle: FileHandle, range?: ByteRange): Promise<Buffer> {
    const path = this.#path(handle);
    return this.#run('read', path, async () => {
      const file = await fs.promises.open(path, 'r');
      try {
        const { size } = await file.stat();
        const { offset, length } = range ?? { offset: 0, length: size };
        if (range === undefined && size > largestFile[handle.type]) throw tooLarge(handle, size);
        if (offset < 0 || length < 0 || offset + length > size) throw tooShort(handle, size);
        const buffer = Buffer.allocUnsafeSlow(length);
        let done = 0;
        while (done < length) {
          const { bytesRead } = await file.read(buffer, done, length - done, offset + done);
          if (bytesRead === 0) throw tooShort(handle, offset + done);
          done += bytesRead;
        }
        return buffer;
      } finally {
        await file.close();
      }
    });
  }

  async stat(handle: FileHandle): Promise<{ readonly size: number }> {
    const path = this.#path(handle);
    return this.#run('read', path, async () => ({ size: (await fs.promises.stat(path)).size }));
  }

  async exists(handle: FileHandle): Promise<boolean> {
    const path = this.#path(handle);
    try {
      return (await fs.promises.stat(path)).isFile();
    } catch (error) {
      if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return false;
      throw storageError('read', path, error);
    }
  }

  async *list(type: FileType): AsyncIterable<ListedFile> {
    if (type === 'config') {
      if (await this.exists({ type, name: '' })) yield { name: '', ...(await this.stat({ type, name: '' })) };
    } else if (type === 'pack') {
      for (const name of await this.#names(join(this.#root, folders.pack))) {
        if (/^[0-9a-f]{2}$/.test(name)) yield* this.#listFolder(type, join(this.#root, folders.pack, name), '');
      }
    } else {
      yield* this.#listFolder(type, join(this.#root, folders[type]), '');
    }
  }

  async *#listFolder(type: FileType, folder: string, prefix: string): AsyncGenerator<ListedFile> {
    const names = (await this.#names(folder)).filter((name) => isFileName(type, name));
    for (let start = 0; start < names.length; start += statsAtOnce) {
      const batch = names.slice(start, start + statsAtOnce);
      const facts = await Promise.all(
        batch.map(async (name) => ({ name, fact: await this.#statListed(join(folder, name)) })),
      );
      for (const { name, fact } of facts) {
        if (fact?.isFile() === true) yield { name: `${prefix}${name}`, size: fact.size };
        else if (type === 'extra' && fact?.isDirectory() === true) {
          yield* this.#listFolder(type, join(folder, name), `${prefix}${name}/`);
        }
      }
    }
  }

  async #names(folder: string): Promise<string[]> {
    try {
      return await fs.promises.readdir(folder);
    } catch (error) {
      if (systemCode(error) === 'ENOTDIR') return [];
      if (systemCode(error) === 'ENOENT' && (await this.#hasRoot())) return [];
      throw await this.#explain('list', folder, error);
    }
  }

  /** A file that vanished between listing and looking was removed by another client. */
  async #statListed(path: string) {
    try {
      return await fs.promises.stat(path);
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return undefined;
      throw storageError('list', path, error);
    }
  }

  async remove(handle: FileHandle): Promise<void> {
    const path = this.#path(handle);
    await this.#run('remove', path, async () => {
      // Windows refuses to delete files that are marked read-only.
      if (process.platform === 'win32') await fs.promises.chmod(path, 0o600);
      await fs.promises.unlink(path);
    });
  }

  localPath(handle: FileHandle): string {
    return this.#path(handle);
  }

  async checkLayout(): Promise<void> {
    const names = new Set(await this.#names(this.#root));
    if (names.has('key') && !names.has('keys')) {
      throw new AppError('unsupported', 'This repository has the old layout of restic before version 0.7.', {
        hint: 'Convert it with "restic migrate s3_layout" of restic 0.17 or older, then try again.',
      });
    }
  }

  #path(handle: FileHandle): string {
    return join(this.#root, ...filePath(handle));
  }

  /** Everything is readable by the group when the config is. */
  async #fileModes(): Promise<FileModes> {
    if (this.#modes !== undefined) return this.#modes;
    try {
      const { mode } = await fs.promises.stat(join(this.#root, 'config'));
      this.#modes = (mode & groupRead) === 0 ? privateModes : groupModes;
      return this.#modes;
    } catch {
      return privateModes;
    }
  }

  async #hasRoot(): Promise<boolean> {
    try {
      return (await fs.promises.stat(this.#root)).isDirectory();
    } catch {
      return false;
    }
  }

  async #explain(action: StorageAction, path: string, error: unknown): Promise<AppError> {
    if (systemCode(error) === 'ENOENT' && !(await this.#hasRoot())) {
      return new AppError('destination-unavailable', 'The folder of the destination is not there.', {
        hint: 'Connect the disk or network drive that holds it.',
        retry: 'later',
        context: { path: this.#root },
        cause: error,
      });
    }
    return storageError(action, path, error);
  }

  async #run<T>(action: StorageAction, path: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw await this.#explain(action, path, error);
    }
  }
}
