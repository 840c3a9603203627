import { AppError } from '../../../shared/errors.ts';
import { countDirectory } from './save-directory.ts';
import type { ArchiveCounts, DirectoryMark, Job, JobResult, OpenPart } from './archive-protocol.ts';
import { toBytes } from './bytes.ts';
import { nodeAfterTreeId } from './node-builder.ts';
import { joinNodes, joinTree } from './part-builder.ts';

/** Where the result of a piece of work belongs. */
export type Place = HolePlace | 'root';

interface HolePlace {
  readonly part: PendingPart;
  readonly hole: number;
}

/** A directory (`tree`) or some entries of one (`nodes`) that wait for their holes to be filled. */
interface PendingPart {
  readonly kind: 'tree' | 'nodes';
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly holes: PendingHole[];
  missing: number;
  readonly place: Place;
}

interface PendingHole {
  readonly at: number;
  readonly end: number;
  readonly directory: DirectoryMark | undefined;
  /** What belongs there; undefined while waiting; empty when nothing is left of it. */
  fill: Uint8Array | undefined;
}

/** A job and where its result belongs. */
export interface PlacedJob {
  readonly job: Job;
  readonly place: Place;
}

const nothing = new Uint8Array(0);

/**
 * The unfinished directories of a run, on the main thread. Results of jobs go in, further jobs come out; a directory
 * whose last hole is filled becomes a job that saves its tree. Memory follows the unfinished directories only.
 */
export class PartTree {
  readonly #counts: ArchiveCounts;
  readonly #emit: (job: PlacedJob) => void;
  #rootId: string | undefined;

  /** `emit` takes the jobs that come out, in byte order of their paths for each result. */
  constructor(counts: ArchiveCounts, emit: (job: PlacedJob) => void) {
    this.#counts = counts;
    this.#emit = emit;
  }

  /** The id of the root tree, once everything is saved. */
  get rootId(): string | undefined {
    return this.#rootId;
  }

  /** Begins with the root directory. */
  begin(root: OpenPart): void {
    this.#open('tree', root, 'root');
  }

  /** Takes the result of a job that came out of here. */
  finish({ job, place }: PlacedJob, result: JobResult): void {
    switch (result.kind) {
      case 'deferred':
        this.#emit({ job, place });
        return;
      case 'open':
        this.#open(job.kind === 'directory' ? 'tree' : 'nodes', result.part, place);
        return;
      case 'nodes':
        this.#fill(place, result.bytes);
        return;
      case 'gone':
        this.#fill(place, nothing);
        return;
      case 'tree':
        this.#fillTree(place, result.id);
    }
  }

  #open(kind: 'tree' | 'nodes', part: OpenPart, place: Place): void {
    const pending: PendingPart = { kind, bytes: part.bytes, holes: [], missing: part.holes.length, place };
    for (const { at, end, directory } of part.holes) pending.holes.push({ at, end, directory, fill: undefined });
    for (const [hole, { by }] of part.holes.entries()) {
      const inner: Place = { part: pending, hole };
      if (by.kind === 'open') this.#open('tree', by.part, inner);
      else this.#emit({ job: by, place: inner });
    }
    if (pending.missing === 0) this.#complete(pending);
  }

  #fillTree(place: Place, id: string): void {
    if (place === 'root') {
      this.#rootId = id;
      return;
    }
    const { part, hole } = place;
    const pending = part.holes[hole];
    if (pending?.directory === undefined) throw new AppError('internal', 'A tree was saved for a place that has none.');
    countDirectory(this.#counts, pending.directory, id);
    const prefix = part.bytes.subarray(pending.at, pending.end);
    this.#fill(place, Buffer.concat([prefix, toBytes(id + nodeAfterTreeId)]));
  }

  #fill(place: Place, bytes: Uint8Array): void {
    if (place === 'root') throw new AppError('internal', 'The root of a version must be a folder.');
    const hole = place.part.holes[place.hole];
    if (hole === undefined || hole.fill !== undefined) throw new AppError('internal', 'A result came twice.');
    hole.fill = bytes;
    place.part.missing -= 1;
    if (place.part.missing === 0) this.#complete(place.part);
  }

  #complete(part: PendingPart): void {
    const runs: Uint8Array[] = [];
    let at = 0;
    for (const hole of part.holes) {
      runs.push(part.bytes.subarray(at, hole.at), hole.fill ?? nothing);
      at = hole.end;
    }
    runs.push(part.bytes.subarray(at));
    if (part.kind === 'nodes') this.#fill(part.place, joinNodes(runs));
    else this.#emit({ job: { kind: 'tree', bytes: joinTree(runs) }, place: part.place });
  }
}
