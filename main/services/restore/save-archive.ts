import path from 'node:path';
import { AppError } from '../../../shared/errors.ts';
import { isFailure } from '../../../shared/model/problem.ts';
import { fs } from '../../engine/platform/native-fs.ts';
import { writeNewFile } from '../../engine/platform/new-file.ts';
import { withLock } from '../../engine/repository/with-lock.ts';
import type { LockOptions } from '../../engine/repository/repository-lock.ts';
import { dumpTar } from '../../engine/restorer/tar.ts';
import type { StoredSnapshot } from '../../engine/snapshot/snapshot-codec.ts';
import type { RunContext, RunOutcome } from '../jobs/run-record.ts';
import { joinPath, pathText } from '../paths.ts';
import type { Session } from '../repositories/session.ts';
import { codeOf } from '../store/atomic-file.ts';

/** A tar file about to be written: its name is taken, its content comes in one step at the end. */
export interface ArchiveFile {
  readonly path: string;
  write(session: Session, places: readonly (readonly Buffer[])[], context: RunContext): Promise<RunOutcome>;
}

const maxCopies = 1_000;

/** Reserves `<name> <date>.tar` in a folder, or the same with a number; never a file that is there. */
export async function saveArchiveFile(folder: Buffer, name: Buffer, snapshot: StoredSnapshot): Promise<ArchiveFile> {
  const clean = pathText(name).replaceAll(/[\p{Cc}/\\:*?"<>|\ufffd]/gu, '_').slice(0, 100);
  const stem = `${clean} ${snapshot.time.slice(0, 16).replace('T', ' ').replaceAll(':', '-')}`;
  for (let copy = 1; copy <= maxCopies; copy += 1) {
    const file = joinPath(folder, Buffer.from(copy === 1 ? `${stem}.tar` : `${stem} (${copy}).tar`));
    try {
      await (await fs.promises.open(file, 'wx', 0o600)).close();
      return { path: pathText(file), write: (session, places, context) => write(file, session, snapshot, places, context) };
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw folderError(folder, error);
    }
  }
  throw new AppError('conflict', 'There are too many archives of this name.', { hint: 'Choose another folder.' });
}

/** The lock of what only reads the backup. */
export function readLock({ signal }: RunContext): LockOptions {
  return { exclusive: false, signal, retryFor: 60_000 };
}

async function write(
  file: Buffer,
  session: Session,
  snapshot: StoredSnapshot,
  places: readonly (readonly Buffer[])[],
  context: RunContext,
): Promise<RunOutcome> {
  const partial = Buffer.concat([file, Buffer.from('.partial')]);
  let bytes = 0;
  const onBytes = (more: number) => {
    bytes += more;
    context.progress({
      phase: 'working', bytesDone: bytes, bytesTotal: null, filesDone: 0, filesTotal: null, currentItems: [],
    });
  };
  try {
    const report = await writeNewFile(partial, 0o600, (output) =>
      withLock(session.repository, readLock(context), (signal) =>
        dumpTar(session.repository, snapshot.tree, places, output, { signal, onBytes })));
    for (const problem of report.problems) context.problem(problem);
    await fs.promises.rename(partial, file).catch(async (error: unknown) => {
      await fs.promises.rm(partial, { force: true }).catch(() => undefined);
      throw error;
    });
    return {
      title: `Saved ${path.basename(pathText(file))}`,
      warning: report.problems.some(isFailure),
      summary: {
        filesNew: report.entries, filesChanged: 0, filesUnmodified: 0, files: report.entries, bytes: report.bytes,
        bytesAdded: 0, bytesStored: 0,
      },
    };
  } catch (error) {
    await fs.promises.rm(file, { force: true }).catch(() => undefined);
    throw writeError(partial, error);
  }
}

function writeError(partial: Buffer, cause: unknown): unknown {
  const name = path.basename(pathText(partial));
  switch (codeOf(cause)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new AppError('no-space', 'There is no space left for the archive.', {
        hint: 'Choose a folder on another disk.', retry: 'after-action', cause,
      });
    case 'EEXIST':
      return new AppError('conflict', `${name} is there already.`, {
        hint: 'Move it away, or choose another folder.', retry: 'after-action', cause,
      });
    default:
      return cause;
  }
}

function folderError(folder: Buffer, cause: unknown): AppError {
  const name = path.basename(pathText(folder));
  const context = { folder: pathText(folder) };
  switch (codeOf(cause)) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new AppError('not-found', `${name} is not a folder.`, { hint: 'Choose another folder.', context, cause });
    case 'ENOSPC':
      return new AppError('no-space', `There is no space left in ${name}.`, { hint: 'Choose another folder.', context, cause });
    case 'EROFS':
      return new AppError('read-only', `${name} is read-only.`, { hint: 'Choose another folder.', context, cause });
    default:
      return new AppError('permission-denied', `${name} cannot be written to.`, {
        hint: 'Choose another folder.', retry: 'after-action', context, cause,
      });
  }
}
