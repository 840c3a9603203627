import type { EntryFacts } from '../platform/os-metadata.ts';
import { createOwnerNames, type OwnerNames } from '../platform/owner-names.ts';
import type { Xattr } from '../platform/posix-helper.ts';
import { localZone } from '../platform/time-zone.ts';
import { goModeOf } from '../snapshot/go-mode.ts';
import { emptyTreeId, encodeNode } from '../snapshot/tree-codec.ts';
import type { Node } from '../snapshot/node.ts';
import { createTimeFormatter, sameInstant } from '../snapshot/time.ts';

/** What a node holds besides the facts of its entry. */
export interface NodeParts {
  readonly xattrs: readonly Xattr[];
  readonly content?: readonly string[];
  /** Bytes read, of files. */
  readonly size?: bigint;
  readonly linkTarget?: Buffer;
  readonly subtree?: string;
}

/** Turns facts into nodes, in the local zone and with the names of owners. Keeps caches: one a worker and run. */
export class NodeBuilder {
  readonly #withAtime: boolean;
  readonly #time: (ns: bigint) => string;
  readonly #owners: OwnerNames;

  constructor(withAtime: boolean) {
    this.#withAtime = withAtime;
    this.#time = createTimeFormatter(localZone());
    this.#owners = createOwnerNames();
  }

  /** The node of one entry, as format section 10.2 wants it. */
  build(name: Buffer, facts: EntryFacts, parts: NodeParts): Node {
    const mtime = this.#time(facts.mtimeNs);
    const { type } = facts;
    return {
      name,
      type,
      mode: goModeOf(facts.mode),
      mtime,
      atime: this.#withAtime ? this.#time(facts.atimeNs) : mtime,
      ctime: facts.ctimeNs === facts.mtimeNs ? mtime : this.#time(facts.ctimeNs),
      uid: facts.uid,
      gid: facts.gid,
      user: this.#owners.user(facts.uid),
      group: this.#owners.group(facts.gid),
      inode: facts.inode,
      deviceId: facts.deviceId,
      size: type === 'file' ? (parts.size ?? facts.size) : 0n,
      links: type === 'dir' || type === 'fifo' ? 0n : facts.links,
      linkTarget: parts.linkTarget,
      xattrs: parts.xattrs,
      genericAttributes: undefined,
      device: facts.device,
      content: type === 'file' ? (parts.content ?? []) : null,
      subtree: parts.subtree,
    };
  }

  /** Whether a node's time is that instant, in whichever zone it was written. */
  isTime(text: string, ns: bigint): boolean {
    const own = this.#time(ns);
    return text === own || sameInstant(text, own);
  }
}

/** The JSON of a directory's node up to its tree id; {@link nodeAfterTreeId} completes it. */
export function nodeUpToTreeId(node: Node): string {
  const text = encodeNode({ ...node, subtree: emptyTreeId });
  return text.slice(0, text.length - emptyTreeId.length - nodeAfterTreeId.length);
}

/** What follows the tree id in the JSON of a directory's node. */
export const nodeAfterTreeId = '"}';
