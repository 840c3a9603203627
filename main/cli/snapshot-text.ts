import type { GroupBy, SnapshotGroup } from '../engine/snapshot/snapshots.ts';
import { encodeSnapshot } from '../engine/snapshot/snapshot-codec.ts';
import type { StoredSnapshot } from '../engine/snapshot/snapshot-codec.ts';
import { showBytes } from './sizes.ts';

/** A snapshot as restic writes it in JSON messages: the file's fields with id and short id. */
export function snapshotJson(snapshot: StoredSnapshot): Record<string, unknown> {
  const fields = JSON.parse(encodeSnapshot(snapshot).toString('utf8')) as Record<string, unknown>;
  return { ...fields, id: snapshot.id, short_id: snapshot.id.slice(0, 8) };
}

/** Time of a snapshot in the zone of this process: `2026-11-20 10:41:46`. */
export function shownTime(milliseconds: number): string {
  const date = new Date(milliseconds);
  if (Number.isNaN(date.getTime())) return '?';
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${String(date.getFullYear()).padStart(4, '0')}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

export function snapshotTime(snapshot: StoredSnapshot): string {
  return shownTime(Number(snapshot.timeNs / 1_000_000n));
}

/** Columns of text, each as wide as its widest cell; the last is not padded. */
export function tableLines(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells.map((cell, column) => (column === cells.length - 1 ? cell : cell.padEnd(widths[column] ?? 0))).join('  ').trimEnd();
  const rule = '-'.repeat(Math.min(100, widths.reduce((sum, width) => sum + width + 2, -2)));
  return [line(header), rule, ...rows.map(line), rule];
}

/** A table of snapshots; the reasons column appears when given. */
export function snapshotTable(
  snapshots: readonly StoredSnapshot[],
  name: (text: string) => string,
  options: { readonly compact?: boolean; readonly reasons?: ReadonlyMap<string, readonly string[]> } = {},
): string[] {
  const header = ['ID', 'Time', 'Host', 'Tags', ...(options.reasons ? ['Reasons'] : []), ...(options.compact ? [] : ['Paths', 'Size'])];
  const rows = snapshots.flatMap((snapshot) => {
    const size = snapshot.summary?.totalBytesProcessed;
    const columns = [
      [snapshot.id.slice(0, 8)],
      [snapshotTime(snapshot)],
      [name(snapshot.hostname)],
      [name(snapshot.tags.join(','))],
      ...(options.reasons ? [options.reasons.get(snapshot.id) ?? []] : []),
      ...(options.compact ? [] : [snapshot.paths.map(name), [size === undefined ? '' : showBytes(size)]]),
    ];
    const height = Math.max(1, ...columns.map((column) => column.length));
    return Array.from({ length: height }, (_, row) => columns.map((column) => column[row] ?? ''));
  });
  return [...tableLines(header, rows), `${snapshots.length} ${snapshots.length === 1 ? 'snapshot' : 'snapshots'}`];
}

/** The heading of a group: `snapshots for (host [a], paths [/x])`, or empty without grouping. */
export function groupHeading(group: SnapshotGroup<unknown>, by: readonly GroupBy[], name: (text: string) => string): string {
  if (by.length === 0) return '';
  const parts = [
    ...(group.hostname === undefined ? [] : [`host [${name(group.hostname)}]`]),
    ...(group.tags === undefined ? [] : [`tags [${group.tags.map(name).join(', ')}]`]),
    ...(group.paths === undefined ? [] : [`paths [${group.paths.map(name).join(', ')}]`]),
  ];
  return `snapshots for (${parts.join(', ')}):`;
}
