import { lookAt } from './target-state.ts';
import { changedMeanwhile } from './write-errors.ts';

/**
 * Throws unless every folder from below `root` down to `folder` is a real folder now, not a link. Paths as latin1 text.
 * `known` holds those found good a moment ago.
 */
export function assertFolders(root: string, folder: string, known: Set<string>): void {
  if (folder === root || known.has(folder)) return;
  const inside = folder.startsWith(root.endsWith('/') || root.endsWith('\\') ? root : `${root}${separator}`);
  if (!inside) throw changedMeanwhile('The folder is outside of the place to restore to.');
  const parent = folder.slice(0, Math.max(folder.lastIndexOf(separator), root.length));
  if (parent.length < folder.length) assertFolders(root, parent, known);
  if (lookAt(Buffer.from(folder, 'latin1'))?.type !== 'dir') {
    throw changedMeanwhile('A folder on the way was replaced while the restore ran.');
  }
  known.add(folder);
}

const separator = process.platform === 'win32' ? '\\' : '/';
