import type { Proposal, ProposedDestination, ProposedFolder } from '../../../shared/contract/setup.ts';

/** What the person decided against the proposal; everything else follows main. */
export interface Decisions {
  readonly folders: Readonly<Record<string, boolean>>;
  readonly presets: Readonly<Record<string, boolean>>;
  readonly destination: string | null;
  readonly addedFolders: readonly ProposedFolder[];
  readonly addedDestinations: readonly ProposedDestination[];
}

export const noDecisions: Decisions = {
  folders: {},
  presets: {},
  destination: null,
  addedFolders: [],
  addedDestinations: [],
};

/** The one sentence of the first screen as values: what, where, without what, how long. */
export interface SetupChoice {
  readonly folders: readonly ProposedFolder[];
  readonly destinations: readonly ProposedDestination[];
  readonly selected: readonly ProposedFolder[];
  readonly destination: ProposedDestination | undefined;
  readonly presets: readonly {
    readonly id: string;
    readonly label: string;
    readonly bytes: number;
    readonly selected: boolean;
  }[];
  /** Bytes of the selected folders without what is left out. */
  readonly bytes: number;
  readonly leftOut: number;
  /** Whether a selected folder is still being counted, or was never. */
  readonly counting: boolean;
  readonly unknown: boolean;
  readonly estimate: readonly [number, number] | null;
}

export function setupChoice(proposal: Proposal, decisions: Decisions): SetupChoice {
  const folders = [...proposal.folders, ...decisions.addedFolders.filter(isNew(proposal.folders))];
  const destinations = [...proposal.destinations, ...decisions.addedDestinations.filter(isNew(proposal.destinations))];
  const selected = folders.filter((folder) => decisions.folders[folder.token] ?? folder.selected);
  const presets = proposal.presets.map((preset) => ({
    ...preset,
    selected: decisions.presets[preset.id] ?? preset.selected,
  }));
  const leftOut = total(presets.filter((preset) => preset.selected));
  const bytes = Math.max(0, total(selected) - leftOut);
  const proposed = Math.max(
    0,
    total(proposal.folders.filter((folder) => folder.selected)) -
      total(proposal.presets.filter((preset) => preset.selected)),
  );
  return {
    folders,
    destinations,
    selected,
    destination:
      destinations.find((destination) => destination.token === decisions.destination) ??
      destinations.find((destination) => destination.warning === '') ??
      destinations[0],
    presets,
    bytes,
    leftOut,
    counting: selected.some((folder) => folder.counting),
    unknown: selected.some((folder) => folder.bytes === null && !folder.counting),
    estimate: scale(proposal.estimateSeconds, proposed, bytes),
  };
}

/** Whether the first backup would not fit: only where both numbers are known. */
export function tooLarge(choice: SetupChoice): boolean {
  const free = choice.destination?.freeBytes ?? null;
  return free !== null && choice.bytes > free;
}

/** Why a passphrase will not do, or an empty text. */
export function passphraseProblem(first: string, second: string): string {
  if (first === '') return '';
  if (Array.from(first).length < 8) return 'Use at least 8 characters; four random words are easy to keep.';
  if (second !== '' && first !== second) return 'The two are not the same.';
  return '';
}

function scale(
  estimate: readonly [number, number] | null,
  proposed: number,
  chosen: number,
): readonly [number, number] | null {
  if (estimate === null || proposed === 0) return null;
  return [(estimate[0] * chosen) / proposed, (estimate[1] * chosen) / proposed];
}

function total(items: readonly { readonly bytes: number | null }[]): number {
  return items.reduce((sum, item) => sum + (item.bytes ?? 0), 0);
}

function isNew(known: readonly { readonly path: string }[]): (item: { readonly path: string }) => boolean {
  return (item) => known.every((other) => other.path !== item.path);
}
