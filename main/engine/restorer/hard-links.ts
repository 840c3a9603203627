import type { Node } from '../snapshot/node.ts';
import type { PlannedFile } from './restore-window.ts';

/** One file with several names in the tree. `path` is set once a name of it is in place. */
interface LinkGroup {
  path: Buffer | undefined;
  readonly waiting: PlannedFile[];
  pending: boolean;
}

/**
 * Keeps track of files that have several names (equal inode and device in the tree), over the whole restore. The first
 * name that is restored carries the content; the others become links to it. When it fails, the next one takes its part.
 */
export class HardLinks {
  private readonly groups = new Map<string, LinkGroup>();

  /** Whether the node is one name of several. */
  static isShared(node: Node): boolean {
    return node.type === 'file' && node.links > 1n && node.inode !== 0n;
  }

  /** Registers a name that is in place already, unchanged. */
  found(node: Node, path: Buffer): void {
    this.group(node).path ??= path;
  }

  /** What to do with a name now: write its content, link it to a name that is there, or wait for one. */
  take(file: PlannedFile): { readonly write: true } | { readonly linkTo: Buffer } | { readonly wait: true } {
    const group = this.group(file.node);
    if (group.path !== undefined) return { linkTo: group.path };
    if (group.pending) {
      group.waiting.push(file);
      return { wait: true };
    }
    group.pending = true;
    return { write: true };
  }

  /** Tells how writing a name went. Returns the names that waited for it; take each again. */
  settle(file: PlannedFile, written: boolean): PlannedFile[] {
    const group = this.group(file.node);
    group.pending = false;
    if (written) group.path ??= file.target;
    return group.waiting.splice(0);
  }

  private group(node: Node): LinkGroup {
    const key = `${node.deviceId}:${node.inode}`;
    const group = this.groups.get(key) ?? { path: undefined, waiting: [], pending: false };
    this.groups.set(key, group);
    return group;
  }
}
