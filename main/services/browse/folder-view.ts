import type { FolderItem, FolderView } from '../../../shared/contract/versions.ts';
import { AppError } from '../../../shared/errors.ts';
import type { Clock } from '../../engine/platform/clock.ts';
import { createOwnerNames } from '../../engine/platform/owner-names.ts';
import type { OwnerNames } from '../../engine/platform/owner-names.ts';
import type { Node } from '../../engine/snapshot/node.ts';
import { baseName, parentPath, pathText } from '../paths.ts';
import type { Tokens } from '../tokens.ts';
import { rootsAt, snapshotOf } from './browser.ts';
import type { History } from './browser.ts';
import { nowFacts, pastFacts, relationOf } from './facts.ts';
import type { PresentEntry } from './facts.ts';
import { listPresent, lookAtEntry } from './present-folder.ts';
import { presentPath, startsWith } from './roots.ts';
import type { Root } from './roots.ts';

interface Row {
  readonly names: readonly Buffer[];
  readonly label: string;
  readonly past: Node | undefined;
  readonly now: PresentEntry | undefined;
}

interface Listing {
  readonly at: number;
  readonly path: string;
  readonly crumbs: readonly { readonly names: readonly Buffer[]; readonly name: string }[];
  readonly inPast: boolean;
  readonly inNow: boolean;
  readonly nowProblem: string;
  readonly rows: readonly Row[];
}

const pageSize = 5_000;
const freshMs = 3_000;
const pagingMs = 120_000;
const cachedListings = 8;
/** Beyond so many names the language's own order is too slow. */
const collatedRows = 5_000;

/** Folders of a version beside the same folders now. A listing is made once and then served page by page. */
export class FolderViews {
  readonly #tokens: Tokens;
  readonly #clock: Clock;
  readonly #listings = new Map<string, Listing>();
  readonly #collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'variant' });
  #owners: OwnerNames | undefined;

  constructor(tokens: Tokens, clock: Clock) {
    this.#tokens = tokens;
    this.#clock = clock;
  }

  /** One page; `names` null is the top of the plan. `not-found` for a place that is on neither side. */
  async view(
    history: History,
    versionId: string | null,
    names: readonly Buffer[] | null,
    offset: number,
    signal: AbortSignal,
  ): Promise<FolderView> {
    const { plan } = history;
    const key = JSON.stringify([plan.id, versionId, names?.map((name) => name.toString('latin1')) ?? null]);
    const cached = this.#listings.get(key);
    const age = cached === undefined ? Number.POSITIVE_INFINITY : this.#clock.now() - cached.at;
    const usable = cached !== undefined && age >= 0 && age < (offset === 0 ? freshMs : pagingMs);
    const listing = usable ? cached : await this.#list(history, versionId, names, signal);
    this.#listings.delete(key);
    this.#listings.set(key, listing);
    for (const oldest of this.#listings.keys()) {
      if (this.#listings.size <= cachedListings) break;
      this.#listings.delete(oldest);
    }
    return {
      place: this.#tokens.place(plan.id, names ?? []),
      path: listing.path,
      crumbs: listing.crumbs.map((crumb) => ({ place: this.#tokens.place(plan.id, crumb.names), name: crumb.name })),
      inPast: listing.inPast,
      inNow: listing.inNow,
      nowProblem: listing.nowProblem,
      items: listing.rows.slice(offset, offset + pageSize).map((row) => this.#item(plan.id, row)),
      total: listing.rows.length,
    };
  }

  /** Forgets what was listed, because a restore or backup changed it. */
  clear(): void {
    this.#listings.clear();
    this.#owners = undefined;
  }

  async #list(
    history: History,
    versionId: string | null,
    names: readonly Buffer[] | null,
    signal: AbortSignal,
  ): Promise<Listing> {
    const snapshot = versionId === null ? undefined : await snapshotOf(history.session, versionId);
    const roots = await rootsAt(history, snapshot);
    const trees = history.session.trees;
    if (names === null || names.length === 0) {
      // A version whose targets lie directly at the top has that folder itself as its top.
      const whole = roots.find((root) => root.names.length === 0);
      if (whole === undefined) return this.#sort(await this.#top(history, snapshot?.tree, roots));
    }
    const at = names ?? [];
    const node = snapshot === undefined || at.length === 0 ? undefined : await trees.find(snapshot.tree, at);
    const tree = at.length === 0 ? snapshot?.tree : node?.type === 'dir' ? node.subtree : undefined;
    const past = tree === undefined ? [] : await trees.load(tree);
    const folder = presentPath(at, roots);
    const now = folder === undefined
      ? { exists: false, problem: '', entries: [] }
      : await listPresent(folder, signal);
    if (tree === undefined && !now.exists) {
      const covered = roots.some((root) => startsWith(at, root.names) || startsWith(root.names, at));
      if (!covered || versionId === null) {
        throw new AppError('not-found', 'This folder is neither in the version nor on this computer.', {
          hint: 'Go back to the folder above.', retry: 'after-action',
        });
      }
    }
    return this.#sort({
      at: this.#clock.now(),
      path: folder === undefined ? pathText(Buffer.concat(at.flatMap((name) => [Buffer.from('/'), name]))) : pathText(folder),
      crumbs: crumbsOf(at, roots),
      inPast: tree !== undefined,
      inNow: now.exists,
      nowProblem: now.problem,
      rows: unite(at, past, now.entries),
    });
  }

  async #top(history: History, tree: string | undefined, roots: readonly Root[]): Promise<Listing> {
    const rows: Row[] = [];
    const labels = roots.map((root) => pathText(root.names.at(-1) ?? root.present));
    for (const [at, root] of roots.entries()) {
      const past = tree === undefined ? undefined : await history.session.trees.find(tree, root.names);
      const now = lookAtEntry(parentPath(root.present), baseName(root.present));
      const label = labels[at] ?? '';
      const unique = labels.filter((other) => other === label).length === 1;
      if (past !== undefined || now !== undefined) {
        rows.push({ names: root.names, label: unique ? label : pathText(root.present), past, now });
      }
    }
    return {
      at: this.#clock.now(),
      path: '',
      crumbs: [],
      inPast: tree !== undefined,
      inNow: rows.some((row) => row.now !== undefined),
      nowProblem: '',
      rows,
    };
  }

  #sort(listing: Listing): Listing {
    const order = listing.rows.length > collatedRows ? compareKeys : this.#collator.compare.bind(this.#collator);
    const keyOf = listing.rows.length > collatedRows ? sortKey : (label: string) => label;
    const keyed = listing.rows.map((row) => ({ row, folder: isFolder(row), key: keyOf(row.label) }));
    keyed.sort((a, b) => Number(b.folder) - Number(a.folder) || order(a.key, b.key));
    return { ...listing, rows: keyed.map(({ row }) => row) };
  }

  #item(planId: string, { names, label, past, now }: Row): FolderItem {
    this.#owners ??= createOwnerNames();
    return {
      place: this.#tokens.place(planId, names),
      name: label,
      past: past === undefined ? null : pastFacts(past),
      now: now === undefined ? null : nowFacts(now, this.#owners),
      relation: relationOf(past, now),
    };
  }
}

function isFolder({ past, now }: Row): boolean {
  return past?.type === 'dir' || now?.facts.type === 'dir';
}

/** Sorts nearly as the language does, with plain comparisons: a collator takes seconds over a large folder. */
function sortKey(label: string): string {
  return label.normalize('NFKD').toLowerCase().replaceAll(/\d+/g, (digits) => digits.padStart(12, '0'));
}

function compareKeys(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function unite(at: readonly Buffer[], past: readonly Node[], now: readonly PresentEntry[]): Row[] {
  const rows = new Map<string, Row>();
  for (const node of past) {
    const names = [...at, node.name];
    rows.set(node.name.toString('latin1'), { names, label: pathText(node.name), past: node, now: undefined });
  }
  for (const entry of now) {
    const key = entry.name.toString('latin1');
    const known = rows.get(key);
    rows.set(key, {
      names: known?.names ?? [...at, entry.name],
      label: known?.label ?? pathText(entry.name),
      past: known?.past,
      now: entry,
    });
  }
  return [...rows.values()];
}

/** From the root a folder belongs to down to itself; from the very top where it lies above all roots. */
function crumbsOf(
  at: readonly Buffer[],
  roots: readonly Root[],
): { readonly names: readonly Buffer[]; readonly name: string }[] {
  const root = roots.find((candidate) => startsWith(at, candidate.names));
  const first = Math.max(1, root?.names.length ?? 1);
  const crumbs = [];
  for (let length = first; length <= at.length; length += 1) {
    const names = at.slice(0, length);
    crumbs.push({ names, name: pathText(names.at(-1) ?? Buffer.alloc(0)) });
  }
  return crumbs;
}
