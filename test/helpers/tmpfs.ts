import { spawnSync } from 'node:child_process';
import { onTestFinished } from 'vitest';
import { tempDir } from './temp-dir.ts';

/** Whether this process may mount file systems. */
export function canMount(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  return spawnSync('unshare', ['-m', 'sh', '-c', 'mount -t tmpfs tmpfs /mnt']).status === 0;
}

/** A small file system of its own, unmounted when the running test ends. */
export function tmpfs(options: string): string {
  const path = tempDir('tidemark-tmpfs-');
  const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', path], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`mount failed: ${stderr}`);
  onTestFinished(() => {
    spawnSync('umount', ['-l', path]);
  });
  return path;
}

/** Mounts the file system at `path` again with other options, such as `ro`. */
export function remount(path: string, options: string): void {
  const { status, stderr } = spawnSync('mount', ['-o', `remount,${options}`, path], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`remount failed: ${stderr}`);
}
