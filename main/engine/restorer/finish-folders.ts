import type { FileProblem } from '../../../shared/model/problem.ts';
import { setMetadata } from './finish-jobs.ts';
import type { FolderState } from './folders.ts';
import { pathBytes, pathText, type FolderJob, type WriteSettings } from './restore-jobs.ts';
import { metadataOf } from './restore-window.ts';
import { lookAt } from './target-state.ts';
import { appendJournal, type JournalRecord } from './undo-journal.ts';

/** What a worker needs to give folders, children before parents, their metadata. */
export function folderJobs(folders: readonly FolderState[]): FolderJob[] {
  return folders.flatMap(({ path, node, exists, created, present }) =>
    exists && node !== undefined
      ? [{ path: pathText(path), metadata: metadataOf(node), before: created ? undefined : present }]
      : [],
  );
}

/**
 * Gives folders their metadata in the order given; those that are none any more are left out. With undo, the journal tells
 * durably what folders had that were there before. Returns what could not be set.
 */
export function finishFolders(jobs: readonly FolderJob[], settings: WriteSettings, writer: string): FileProblem[] {
  const ready = jobs
    .map((job) => ({ ...job, path: pathBytes(job.path) }))
    .filter(({ path }) => lookAt(path)?.type === 'dir');
  if (settings.undo !== undefined) appendJournal(settings.undo, writer, ready.flatMap(changeRecord));
  const targets = ready.map(({ path, metadata }) => ({
    path, shown: path, kind: 'dir' as const, metadata, ownerAndModeDone: false, fresh: false,
  }));
  return targets.length === 0 ? [] : setMetadata(targets, settings);
}

function changeRecord({ path, before }: Omit<FolderJob, 'path'> & { readonly path: Buffer }): JournalRecord[] {
  if (before === undefined) return [];
  const { mode, uid, gid, mtimeNs } = before;
  return [{ op: 'folder', path: path.toString('base64'), mode, uid, gid, mtimeNs: String(mtimeNs) }];
}
