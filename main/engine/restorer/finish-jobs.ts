import { AppError } from '../../../shared/errors.ts';
import type { FileProblem } from '../../../shared/model/problem.ts';
import { createSha256 } from '../platform/crypto.ts';
import { fs } from '../platform/native-fs.ts';
import { applyMetadata, type MetadataOp } from '../platform/posix-helper.ts';
import type { BlobIndex } from '../repository/blob-index.ts';
import { posixPermissions } from '../snapshot/go-mode.ts';
import { parseTime } from '../snapshot/time.ts';
import { locateBlob, plainLength } from './blob-reads.ts';
import { pathBytes, type JobMetadata, type RestoreJob, type WriteSettings } from './restore-jobs.ts';
import { codeOf, shownPath, throwIfFatal } from './write-errors.ts';

/** Metadata to be set on one entry at `path`; problems are told about `shown`. */
export interface MetadataTarget {
  readonly path: Buffer;
  readonly shown: Buffer;
  readonly kind: RestoreJob['kind'] | 'dir';
  readonly metadata: JobMetadata;
  /** Owner and mode were set while the file was open. */
  readonly ownerAndModeDone: boolean;
  /** Made by this restore in the visit that asks for this. */
  readonly fresh: boolean;
}

/** Sets owner and mode on an open file. Returns whether the mode is final (see {@link needsLateMode}). */
export function finishOpenFile(file: number, metadata: JobMetadata, settings: WriteSettings): void {
  if (settings.ownership) ignoreRefusal(() => fs.fchownSync(file, metadata.uid, metadata.gid));
  if (!needsLateMode(metadata)) ignoreRefusal(() => fs.fchmodSync(file, posixPermissions(metadata.mode)));
}

/** Who is not root may set attributes only while the file is writable, so then the mode comes last. */
function needsLateMode(metadata: JobMetadata): boolean {
  return metadata.xattrs.length > 0;
}

/**
 * Owner, extended attributes, times, mode, in this order, for entries that are complete. Returns what could not be set;
 * refusals that come from not being root are silent. Links are not followed.
 */
export function setMetadata(targets: readonly MetadataTarget[], settings: WriteSettings): FileProblem[] {
  const problems: FileProblem[] = [];
  const report = (target: MetadataTarget, error: unknown): void => {
    throwIfFatal(error);
    if (isRefusal(error) && process.geteuid?.() !== 0) return;
    problems.push({
      path: shownPath(target.shown),
      kind: 'metadata',
      message: `Some properties could not be set (${codeOf(error)}).`,
      hint: '',
    });
  };
  for (const target of targets) {
    if (target.ownerAndModeDone || !settings.ownership) continue;
    try {
      fs.lchownSync(target.path, target.metadata.uid, target.metadata.gid);
    } catch (error) {
      if (!isRefusal(error)) report(target, error);
    }
  }
  const ops = targets.flatMap((target) => metadataOps(target, settings).map((op) => ({ op, target })));
  for (const [index, error] of applyMetadata(ops.map(({ op }) => op)).entries()) {
    const target = ops[index]?.target;
    if (error !== null && target !== undefined && codeOf(error) !== 'unavailable') report(target, error);
  }
  for (const target of targets) {
    if (target.kind === 'symlink' || (target.ownerAndModeDone && !needsLateMode(target.metadata))) continue;
    try {
      // Changing a mode follows links, and only here there is no open file.
      if (fs.lstatSync(target.path).isSymbolicLink()) throw new AppError('conflict', 'replaced by a link meanwhile');
      fs.chmodSync(target.path, posixPermissions(target.metadata.mode));
    } catch (error) {
      report(target, error);
    }
  }
  return problems;
}

function metadataOps(target: MetadataTarget, settings: WriteSettings): MetadataOp[] {
  const { metadata, path, fresh } = target;
  const mtimeNs = parseTime(metadata.mtime);
  const atimeNs = metadata.atime === metadata.mtime ? mtimeNs : parseTime(metadata.atime);
  const times: MetadataOp = { kind: 'times', path, atimeNs, mtimeNs };
  if (!settings.xattrs) return [times];
  if (fresh && metadata.xattrs.length === 0) return [{ ...times, fresh }];
  const set = metadata.xattrs.map(({ name, value }) => ({ name, value: Buffer.from(value, 'base64') }));
  return [{ kind: 'xattrs', path, set, remove: [], exact: true }, times];
}

function ignoreRefusal(action: () => void): void {
  try {
    action();
  } catch (error) {
    if (!isRefusal(error)) throw error;
  }
}

function isRefusal(error: unknown): boolean {
  return ['EPERM', 'EACCES', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL'].includes(codeOf(error));
}

/** Reads a written file again and compares every blob with its id; `damaged` when the disk gives back something else. */
export function verifyFile(path: Buffer, content: readonly string[], index: BlobIndex): void {
  const file = fs.openSync(path, 'r');
  const buffer = Buffer.allocUnsafe(1024 * 1024);
  let position = 0;
  try {
    for (const id of content) {
      const hash = createSha256();
      let left = plainLength(locateBlob(index, id));
      while (left > 0) {
        const count = fs.readSync(file, buffer, 0, Math.min(left, buffer.length), position);
        if (count === 0) break;
        hash.update(buffer.subarray(0, count));
        position += count;
        left -= count;
      }
      if (left > 0 || hash.digest().toString('hex') !== id) throw differs();
    }
    if (fs.fstatSync(file).size !== position) throw differs();
  } finally {
    fs.closeSync(file);
  }
}

function differs(): AppError {
  return new AppError('damaged', 'The file read back from the disk differs from what was written.', {
    hint: 'The disk may be failing. Restore to another disk.',
  });
}

/** Makes the entry of a job that has no content: a link, or (through `makeDevices`) a fifo or device. */
export function makeSpecials(
  jobs: readonly { readonly job: RestoreJob; readonly index: number }[],
  onFailure: (index: number, error: unknown) => void,
): void {
  const ops: { readonly op: MetadataOp; readonly index: number }[] = [];
  for (const { job, index } of jobs) {
    const path = pathBytes(job.temp);
    try {
      if (job.kind === 'symlink') fs.symlinkSync(pathBytes(job.linkTarget), path);
      else if (job.kind === 'link') fs.linkSync(pathBytes(job.linkTarget), path);
      else if (job.kind === 'fifo') ops.push({ op: { kind: 'mkfifo', path, mode: 0o600 }, index });
      else if (job.kind === 'dev' || job.kind === 'chardev') {
        const node = job.kind === 'dev' ? 'block' : 'char';
        ops.push({ op: { kind: 'mknod', path, node, mode: 0o600, device: job.device }, index });
      }
    } catch (error) {
      onFailure(index, error);
    }
  }
  if (ops.length === 0) return;
  for (const [position, error] of applyMetadata(ops.map(({ op }) => op)).entries()) {
    const entry = ops[position];
    if (error !== null && entry !== undefined) onFailure(entry.index, error);
  }
}
