import type { DirectoryMark, Hole, OpenPart } from './archive-protocol.ts';

const comma = 0x2c;
const treeHead = '{"nodes":[';
const treeTail = ']}\n';

/** Collects encoded nodes, in name order, with holes for what is not ready. */
export class PartBuilder {
  #bytes = Buffer.allocUnsafeSlow(4096);
  #length = 0;
  /** Where the run of nodes since the last hole began. */
  #runStart = 0;
  readonly #holes: Hole[] = [];

  get holes(): number {
    return this.#holes.length;
  }

  /** Adds the JSON of one complete node. */
  add(node: string): void {
    if (this.#length > this.#runStart) this.#append(',');
    this.#append(node);
  }

  /** Adds a hole; `prefix` is the beginning of the node that it completes (of directories), else empty. */
  addHole(by: Hole['by'], prefix = '', directory?: DirectoryMark): void {
    const at = this.#length;
    this.#append(prefix);
    this.#holes.push({ at, end: this.#length, by, directory });
    this.#runStart = this.#length;
  }

  /** The nodes joined by commas; only without holes. Memory of its own. */
  nodes(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#bytes.subarray(0, this.#length));
  }

  /** The complete tree blob; only without holes. */
  tree(): Uint8Array<ArrayBuffer> {
    return joinTree([this.#bytes.subarray(0, this.#length)]);
  }

  /** Nodes and holes as they are. */
  part(): OpenPart {
    return { bytes: this.nodes(), holes: this.#holes };
  }

  #append(text: string): void {
    const most = this.#length + text.length * 3;
    if (most > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(most, this.#bytes.length * 2));
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = larger;
    }
    this.#length += this.#bytes.write(text, this.#length, 'utf8');
  }
}

/** Runs of nodes (each already joined inside; empty ones do not count) joined by commas. */
export function joinNodes(runs: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return join(runs, '', '');
}

/** The tree blob of runs of nodes. */
export function joinTree(runs: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return join(runs, treeHead, treeTail);
}

function join(runs: readonly Uint8Array[], head: string, tail: string): Uint8Array<ArrayBuffer> {
  const filled = runs.filter((run) => run.length > 0);
  const commas = Math.max(0, filled.length - 1);
  const size = filled.reduce((sum, run) => sum + run.length, head.length + tail.length + commas);
  const joined = new Uint8Array(size);
  const text = Buffer.from(joined.buffer);
  let at = text.write(head, 'latin1');
  for (const [index, run] of filled.entries()) {
    if (index > 0) {
      joined[at] = comma;
      at += 1;
    }
    joined.set(run, at);
    at += run.length;
  }
  text.write(tail, at, 'latin1');
  return joined;
}
