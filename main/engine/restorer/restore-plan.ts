import type { AppError } from '../../../shared/errors.ts';

/** What to do with a file that is already there and differs. */
export type RestorePolicy = 'only-missing' | 'keep-both' | 'replace-if-newer' | 'replace-all';

/** All policies, in the order in which they are offered. */
export const restorePolicies: readonly RestorePolicy[] = [
  'only-missing',
  'keep-both',
  'replace-if-newer',
  'replace-all',
];

/** One chosen file or folder: the names from the root of the tree; no names at all means everything in the tree. */
export interface RestoreItem {
  readonly path: readonly Buffer[];
}

/**
 * Where items land. `root`: the whole path of the item below `path` (restic's `--target`). `into`: the item by its own
 * name in the folder `path`. `original`: where the path of the item says, from the root of this computer; folders above a
 * chosen item are taken as they are there, also through links. In `root` and `into` the folder `path` itself may be a
 * link (the person named it), nothing below it.
 */
export type RestoreDestination =
  | { readonly kind: 'root'; readonly path: string | Buffer }
  | { readonly kind: 'into'; readonly path: string | Buffer }
  | { readonly kind: 'original' };

/** Whether an entry is wanted, and whether wanted ones may be below it. */
export interface Selection {
  readonly take: boolean;
  readonly descend: boolean;
}

/** What {@link RestorePlan} is made for. */
export interface RestoreRequest {
  readonly treeId: string;
  readonly items: readonly RestoreItem[];
  readonly destination: RestoreDestination;
  /** RFC 3339 time of the version; names the second copy where both are kept. */
  readonly versionTime: string;
  /** Include and exclude rules over the path in the tree (`/a/b`, raw bytes). Everything unless given. */
  readonly select?: (path: Buffer, isDirectory: boolean) => Selection;
  /** Take files of equal type, size and time as equal (default true); false writes them again. */
  readonly trustTimes?: boolean;
}

/** Where a chosen item lands, and whether something different is there. */
export interface Landing {
  readonly item: RestoreItem;
  readonly path: Buffer;
  readonly conflict: boolean;
}

/** A file that is there and differs; sizes in bytes. */
export interface RestoreConflict {
  readonly path: Buffer;
  readonly pastSize: number;
  readonly nowSize: number;
  readonly versionIsNewer: boolean;
}

/** An entry that is not restored, and why in plain words. */
export interface Refusal {
  readonly path: Buffer;
  readonly reason: string;
}

/** What a policy would do, in entries other than folders; `bytes` is what it would write. */
export interface PolicyEffect {
  readonly policy: RestorePolicy;
  readonly create: number;
  readonly replace: number;
  readonly keepBoth: number;
  readonly skip: number;
  readonly bytes: number;
}

/**
 * What a restore would do: a plain value that is shown before anything is written. It holds counts and samples, never a
 * record per file, so a million files take no memory here; {@link RestoreRequest} and the tree produce the entries again,
 * one after the other, when the plan is listed or executed. Everything is judged again at that time.
 */
export interface RestorePlan {
  readonly request: RestoreRequest;
  /** The destination folder with its own links resolved; '/' for `original`. */
  readonly root: Buffer;
  readonly landings: readonly Landing[];
  /** Entries other than folders. */
  readonly files: number;
  readonly folders: number;
  readonly bytes: number;
  /** There already and equal in type, size and time. */
  readonly identical: number;
  readonly conflicts: { readonly total: number; readonly sample: readonly RestoreConflict[] };
  readonly effects: readonly PolicyEffect[];
  readonly refused: { readonly total: number; readonly sample: readonly Refusal[] };
  /** Folders of the version that cannot be read, with the error. */
  readonly unreadable: readonly { readonly path: Buffer; readonly error: AppError }[];
  /** Free bytes at the destination, or null when the system does not say. */
  readonly freeBytes: number | null;
}
