import { AppError } from '../../../shared/errors.ts';
import { jsonString } from './go-json.ts';
import { isId, isTimeText } from './node-fields.ts';
import type { ExtraField } from './node.ts';
import { damagedJson, membersOf, parseJson, type RawMember, skipSpace, textOf } from './raw-json.ts';
import { parseTime } from './time.ts';

/** Counters of the run that made a snapshot (format section 11); other programs may leave out any of them. */
export interface SnapshotSummary {
  readonly backupStart?: string;
  readonly backupEnd?: string;
  readonly filesNew?: number;
  readonly filesChanged?: number;
  readonly filesUnmodified?: number;
  readonly dirsNew?: number;
  readonly dirsChanged?: number;
  readonly dirsUnmodified?: number;
  readonly dataBlobs?: number;
  readonly treeBlobs?: number;
  /** Bytes before compression. */
  readonly dataAdded?: number;
  /** Bytes as stored. */
  readonly dataAddedPacked?: number;
  readonly totalFilesProcessed?: number;
  readonly totalBytesProcessed?: number;
  readonly extra?: readonly ExtraField[];
}

/** The content of a snapshot file (format section 11): `time` is RFC 3339 text with the client's zone offset. */
export interface Snapshot {
  readonly time: string;
  readonly parent?: string;
  readonly tree: string;
  readonly paths: readonly string[];
  readonly hostname: string;
  readonly username: string;
  readonly uid: number;
  readonly gid: number;
  readonly excludes: readonly string[];
  readonly tags: readonly string[];
  readonly original?: string;
  readonly programVersion?: string;
  readonly summary?: SnapshotSummary;
  /** Unknown fields, kept as they came. */
  readonly extra?: readonly ExtraField[];
}

/** A snapshot that is in the repository: its id and its time as an instant in nanoseconds since 1970. */
export interface StoredSnapshot extends Snapshot {
  readonly id: string;
  readonly timeNs: bigint;
}

type Draft<T> = { -readonly [Key in keyof T]: T[Key] };

type SummaryKey = Exclude<keyof SnapshotSummary, 'extra'>;

const summaryTimes = [['backup_start', 'backupStart'], ['backup_end', 'backupEnd']] as const;
const summaryCounts = [
  ['files_new', 'filesNew'], ['files_changed', 'filesChanged'], ['files_unmodified', 'filesUnmodified'],
  ['dirs_new', 'dirsNew'], ['dirs_changed', 'dirsChanged'], ['dirs_unmodified', 'dirsUnmodified'],
  ['data_blobs', 'dataBlobs'], ['tree_blobs', 'treeBlobs'],
  ['data_added', 'dataAdded'], ['data_added_packed', 'dataAddedPacked'],
  ['total_files_processed', 'totalFilesProcessed'], ['total_bytes_processed', 'totalBytesProcessed'],
] as const;
const maximumSnapshotSize = 64 * 1024 * 1024;

/** Compact JSON bytes of a snapshot: known fields in restic's order, empty ones left out, unknown ones last. */
export function encodeSnapshot(snapshot: Snapshot): Buffer {
  const fields = [
    `"time":${jsonString(snapshot.time)}`,
    ...optional('parent', snapshot.parent),
    `"tree":${jsonString(snapshot.tree)}`,
    `"paths":${listJson(snapshot.paths)}`,
    ...optional('hostname', snapshot.hostname),
    ...optional('username', snapshot.username),
    ...(snapshot.uid === 0 ? [] : [`"uid":${snapshot.uid}`]),
    ...(snapshot.gid === 0 ? [] : [`"gid":${snapshot.gid}`]),
    ...(snapshot.excludes.length === 0 ? [] : [`"excludes":${listJson(snapshot.excludes)}`]),
    ...(snapshot.tags.length === 0 ? [] : [`"tags":${listJson(snapshot.tags)}`]),
    ...optional('original', snapshot.original),
    ...optional('program_version', snapshot.programVersion),
    ...(snapshot.summary === undefined ? [] : [`"summary":${summaryJson(snapshot.summary)}`]),
    ...extraJson(snapshot.extra),
  ];
  return Buffer.from(`{${fields.join(',')}}`, 'utf8');
}

/** Reads a snapshot file's plaintext; throws AppError `damaged` when it is none, `too-large` above 64 MiB. */
export function decodeSnapshot(json: Uint8Array, id: string): StoredSnapshot {
  try {
    return readSnapshot(json, id);
  } catch (error) {
    if (error instanceof AppError && error.code === 'damaged') {
      throw new AppError('damaged', `Snapshot ${id.slice(0, 8)} is damaged.`, {
        hint: 'Run a check of the repository.', context: { id }, cause: error,
      });
    }
    throw error;
  }
}

function readSnapshot(json: Uint8Array, id: string): StoredSnapshot {
  if (json.length > maximumSnapshotSize) {
    throw new AppError('too-large', `Snapshot ${id.slice(0, 8)} is too large to be read.`, { context: { id } });
  }
  const draft: Draft<StoredSnapshot> = {
    id, time: '', timeNs: 0n, tree: '', paths: [], hostname: '', username: '', uid: 0, gid: 0, excludes: [], tags: [],
  };
  const extra: ExtraField[] = [];
  for (const member of membersOf(json, skipSpace(json, 0))) {
    const value = parseJson(json, member.start, member.end);
    if (!readField(draft, member, value, json)) {
      extra.push({ key: member.key, json: textOf(json, member.start, member.end) });
    }
  }
  if (!isTimeText(draft.time) || !isId(draft.tree)) {
    throw damagedJson('a snapshot has no time or no tree');
  }
  draft.timeNs = parseTime(draft.time);
  if (extra.length > 0) {
    draft.extra = extra;
  }
  return draft;
}

/** Puts a known field where it belongs; false for an unknown one. `null` means absent, as in Go. */
function readField(draft: Draft<StoredSnapshot>, member: RawMember, value: unknown, json: Uint8Array): boolean {
  switch (member.key) {
    case 'time': draft.time = text(value); return true;
    case 'tree': draft.tree = text(value); return true;
    case 'parent': assignId(draft, 'parent', value); return true;
    case 'original': assignId(draft, 'original', value); return true;
    case 'paths': draft.paths = list(value); return true;
    case 'hostname': draft.hostname = text(value); return true;
    case 'username': draft.username = text(value); return true;
    case 'uid': draft.uid = count(value); return true;
    case 'gid': draft.gid = count(value); return true;
    case 'excludes': draft.excludes = list(value); return true;
    case 'tags': draft.tags = list(value); return true;
    case 'program_version':
      if (text(value) !== '') {
        draft.programVersion = text(value);
      }
      return true;
    case 'summary':
      if (value !== null) {
        draft.summary = readSummary(json, member.start);
      }
      return true;
    default: return false;
  }
}

function readSummary(json: Uint8Array, start: number): SnapshotSummary {
  const times = new Map<string, SummaryKey>(summaryTimes);
  const counts = new Map<string, SummaryKey>(summaryCounts);
  const extra: ExtraField[] = [];
  const draft: Record<string, unknown> = {};
  for (const member of membersOf(json, start)) {
    const value = parseJson(json, member.start, member.end);
    const time = times.get(member.key);
    const counter = counts.get(member.key);
    if (time !== undefined && value !== null) {
      draft[time] = text(value);
    } else if (counter !== undefined && value !== null) {
      draft[counter] = count(value);
    } else if (time === undefined && counter === undefined) {
      extra.push({ key: member.key, json: textOf(json, member.start, member.end) });
    }
  }
  return extra.length > 0 ? { ...draft, extra } : draft;
}

function summaryJson(summary: SnapshotSummary): string {
  const fields: string[] = [];
  for (const [key, field] of summaryTimes) {
    fields.push(...(summary[field] === undefined ? [] : [`"${key}":${jsonString(summary[field])}`]));
  }
  for (const [key, field] of summaryCounts) {
    fields.push(...(summary[field] === undefined ? [] : [`"${key}":${summary[field]}`]));
  }
  return `{${[...fields, ...extraJson(summary.extra)].join(',')}}`;
}

function optional(key: string, value: string | undefined): string[] {
  return value === undefined || value === '' ? [] : [`"${key}":${jsonString(value)}`];
}

function listJson(values: readonly string[]): string {
  return `[${values.map(jsonString).join(',')}]`;
}

function extraJson(extra: readonly ExtraField[] | undefined): string[] {
  return (extra ?? []).map(({ key, json }) => `${jsonString(key)}:${json}`);
}

function assignId(draft: Draft<StoredSnapshot>, key: 'parent' | 'original', value: unknown): void {
  if (value !== null && value !== '') {
    if (!isId(text(value))) {
      throw damagedJson('an id is not valid');
    }
    draft[key] = text(value);
  }
}

function text(value: unknown): string {
  if (value === null) {
    return '';
  }
  if (typeof value !== 'string') {
    throw damagedJson('a string is expected');
  }
  return value;
}

function count(value: unknown): number {
  if (value === null) {
    return 0;
  }
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0) {
    throw damagedJson('a count is expected');
  }
  return value;
}

function list(value: unknown): string[] {
  if (value === null) {
    return [];
  }
  if (!Array.isArray(value) || !value.every((element) => typeof element === 'string')) {
    throw damagedJson('a list of strings is expected');
  }
  return value;
}
