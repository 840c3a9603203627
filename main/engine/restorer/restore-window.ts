import type { AppError } from '../../../shared/errors.ts';
import type { BlobIndex } from '../repository/blob-index.ts';
import type { Node } from '../snapshot/node.ts';
import { locateBlob, plainLength } from './blob-reads.ts';
import { pathText, type JobMetadata, type RestoreJob, type RestoreSegment } from './restore-jobs.ts';
import { parentPath } from './target-names.ts';
import type { TargetState } from './target-state.ts';

/** Files whose content is larger are written in segments of about this size, by several workers at once. */
export const segmentBytes = 16 * 1024 * 1024;
/** A batch ends at whichever comes first. Few open files each, since all files with several blobs are open at once. */
const batchBytes = 8 * 1024 * 1024;
const batchFiles = 2048;
const batchOpenFiles = 64;

/** An entry that will be written: where, and over what. */
export interface PlannedFile {
  readonly node: Node;
  readonly target: Buffer;
  /** The name in the same folder that it has until it is complete. */
  readonly temp: string;
  readonly expected: TargetState | undefined;
  readonly action: 'create' | 'replace' | 'keep-both';
}

/** A large file and its parts. */
export interface LargeFile {
  readonly job: RestoreJob;
  readonly segments: readonly RestoreSegment[];
  readonly size: number;
}

/** What a window of files becomes. */
export interface WindowPlan {
  readonly batches: readonly (readonly RestoreJob[])[];
  readonly large: readonly LargeFile[];
}

/** The job that makes an entry; `linkTo` makes it another name of that path. */
export function jobOf(file: PlannedFile, options: { readonly written?: boolean; readonly linkTo?: Buffer } = {}): RestoreJob {
  const { node } = file;
  const paths = pathsOf(file);
  const kind = options.linkTo === undefined ? node.type : 'link';
  return {
    kind: kind as RestoreJob['kind'],
    ...paths,
    expected: file.expected,
    metadata: metadataOf(node),
    content: kind === 'file' ? (node.content ?? []) : [],
    linkTarget: pathText(options.linkTo ?? node.linkTarget ?? Buffer.alloc(0)),
    device: node.device,
    written: options.written === true,
  };
}

function pathsOf({ target, temp }: PlannedFile): Pick<RestoreJob, 'folder' | 'target' | 'temp'> {
  const text = pathText(target);
  const end = parentPath(target).length;
  const start = text.slice(0, text.length - nameOf(text, end).length);
  return { folder: text.slice(0, end), target: text, temp: start + temp };
}

/** What follows the folder of `end` characters and its separator. */
function nameOf(path: string, end: number): string {
  const isSeparator = path[end] === '/' || path[end] === '\\';
  return path.slice(isSeparator ? end + 1 : end);
}

/** A node's metadata as it crosses threads. */
export function metadataOf(node: Node): JobMetadata {
  return {
    mode: node.mode,
    uid: node.uid,
    gid: node.gid,
    mtime: node.mtime,
    atime: node.atime,
    xattrs: node.xattrs.map(({ name, value }) => ({ name, value: value.toString('base64') })),
  };
}

/**
 * Cuts a window of files into batches for workers, in order of the packs that are needed first and of the places in them,
 * so that neighbours in a pack are read together. Files with missing blobs go to `onFailure`.
 */
export function planWindow(
  index: BlobIndex,
  files: readonly PlannedFile[],
  onFailure: (file: PlannedFile, error: AppError) => void,
): WindowPlan {
  const packOrder = new Map<string, number>();
  const small: { readonly job: RestoreJob; readonly pack: number; readonly offset: number; readonly size: number }[] = [];
  const large: LargeFile[] = [];
  for (const file of files) {
    const content = file.node.type === 'file' ? (file.node.content ?? []) : [];
    try {
      const lengths = content.map((id) => plainLength(locateBlob(index, id)));
      const size = lengths.reduce((sum, length) => sum + length, 0);
      const [id] = content;
      const first = id === undefined ? undefined : locateBlob(index, id);
      if (first !== undefined && !packOrder.has(first.packId)) packOrder.set(first.packId, packOrder.size);
      if (content.length > 1 && size > segmentBytes) {
        large.push({ job: jobOf(file, { written: true }), segments: segmentsOf(file, content, lengths), size });
      } else {
        const pack = first === undefined ? -1 : (packOrder.get(first.packId) ?? 0);
        small.push({ job: jobOf(file), pack, offset: first?.offset ?? 0, size });
      }
    } catch (error) {
      onFailure(file, error as AppError);
    }
  }
  small.sort((a, b) => a.pack - b.pack || a.offset - b.offset);
  return { batches: batchesOf(small), large };
}

function batchesOf(jobs: readonly { readonly job: RestoreJob; readonly size: number }[]): RestoreJob[][] {
  const batches: RestoreJob[][] = [];
  let batch: RestoreJob[] = [];
  let bytes = 0;
  let open = 0;
  for (const { job, size } of jobs) {
    const opens = job.content.length > 1 ? 1 : 0;
    if (batch.length > 0 && (batch.length >= batchFiles || bytes + size > batchBytes || open + opens > batchOpenFiles)) {
      batches.push(batch);
      batch = [];
      bytes = 0;
      open = 0;
    }
    batch.push(job);
    bytes += size;
    open += opens;
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
}

function segmentsOf(file: PlannedFile, content: readonly string[], lengths: readonly number[]): RestoreSegment[] {
  const segments: RestoreSegment[] = [];
  const { target, temp } = pathsOf(file);
  let start = 0;
  let offset = 0;
  let bytes = 0;
  for (let i = 0; i < content.length; i++) {
    bytes += lengths[i] ?? 0;
    if (bytes < segmentBytes && i + 1 < content.length) continue;
    segments.push({ target, temp, offset, content: content.slice(start, i + 1) });
    start = i + 1;
    offset += bytes;
    bytes = 0;
  }
  return segments;
}
