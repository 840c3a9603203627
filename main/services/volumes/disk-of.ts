import path from 'node:path';
import { fs } from '../../engine/platform/native-fs.ts';

/**
 * Names of the physical disks a path lies on, as far as the system tells: on Linux the whole disks below partitions and
 * mapped devices, elsewhere the file system's device number. Empty when nothing is known.
 */
export async function disksOf(place: string): Promise<ReadonlySet<string>> {
  const stat = await fs.promises.stat(place, { bigint: true }).catch(() => undefined);
  if (stat === undefined) return new Set();
  if (process.platform !== 'linux') return new Set([`dev:${stat.dev}`]);
  const major = ((stat.dev >> 8n) & 0xfffn) | ((stat.dev >> 32n) & ~0xfffn);
  const minor = (stat.dev & 0xffn) | ((stat.dev >> 12n) & ~0xffn);
  const disks = new Set([`dev:${stat.dev}`]);
  await collect(`/sys/dev/block/${major}:${minor}`, disks, 0);
  return disks;
}

/** Whether two paths share a disk, so that one failure takes both. */
export async function shareDisk(one: string, other: string): Promise<boolean> {
  const [a, b] = await Promise.all([disksOf(one), disksOf(other)]);
  return [...a].some((disk) => b.has(disk));
}

async function collect(device: string, disks: Set<string>, depth: number): Promise<void> {
  const real = await fs.promises.realpath(device).catch(() => undefined);
  if (real === undefined || depth > 4) return;
  const partition = await fs.promises.stat(path.join(real, 'partition')).then(() => true, () => false);
  disks.add(path.basename(partition ? path.dirname(real) : real));
  const below = await fs.promises.readdir(path.join(real, 'slaves')).catch(() => []);
  for (const name of below) await collect(path.join(real, 'slaves', name), disks, depth + 1);
}
