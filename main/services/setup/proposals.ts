import path from 'node:path';
import type { Proposal } from '../../../shared/contract/setup.ts';
import type { Clock } from '../../engine/platform/clock.ts';
import type { Keychain } from '../keychain/keychain.ts';
import { Observable, pause, states } from '../observable.ts';
import { isKeyKnown } from '../repositories/known-keys.ts';
import { destinationName } from '../plans/plan-monitor.ts';
import type { PlanStore } from '../store/plan-store.ts';
import { locationPath } from '../repositories/destination-presence.ts';
import type { Tokens } from '../tokens.ts';
import { knownFolders } from '../volumes/known-folders.ts';
import type { KnownFolder } from '../volumes/known-folders.ts';
import { presets } from '../volumes/presets.ts';
import { findRepositories } from '../volumes/repositories.ts';
import { proposeDestinations } from './destination-proposals.ts';
import type { DestinationProposal } from './destination-proposals.ts';
import { estimateFirstBackup } from './estimate.ts';
import type { FolderSizes } from './folder-sizes.ts';

export interface ProposalsOptions {
  readonly home: string;
  readonly tokens: Tokens;
  readonly keychain: Keychain;
  readonly plans: PlanStore;
  readonly sizes: FolderSizes;
  readonly clock: Clock;
}

interface Surroundings {
  readonly folders: readonly KnownFolder[];
  readonly destinations: readonly DestinationProposal[];
  readonly repositories: Proposal['repositories'];
}

const lookEvery = 2_000;

/** What the first screen offers, kept up to date while somebody looks: drives come and go, sizes grow. */
export class Proposals {
  readonly #options: ProposalsOptions;

  constructor(options: ProposalsOptions) {
    this.#options = options;
  }

  async *watch(signal: AbortSignal): AsyncGenerator<Proposal> {
    const { sizes } = this.#options;
    const ended = new AbortController();
    const over = AbortSignal.any([signal, ended.signal]);
    using _counting = sizes.watch();
    const surroundings = new Observable<Surroundings>(await this.#look(over));
    const looking = this.#keepLooking(surroundings, over);
    try {
      yield* states([surroundings, sizes.changes], () => this.#proposal(surroundings.value), signal);
    } finally {
      ended.abort();
      await looking;
    }
  }

  async #keepLooking(surroundings: Observable<Surroundings>, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await pause(lookEvery, signal);
      if (!signal.aborted) surroundings.set(await this.#look(signal));
    }
  }

  async #look(signal: AbortSignal): Promise<Surroundings> {
    const { home, sizes } = this.#options;
    const folders = await knownFolders(process.platform, home);
    for (const folder of folders) sizes.request(folder.path);
    const { proposals, drives } = await proposeDestinations(home, folders.map((folder) => folder.path));
    const roots = [...drives.map((drive) => drive.path), home, '/var/backups', '/srv'];
    return { folders, destinations: proposals, repositories: await this.#repositories(roots, signal) };
  }

  async #repositories(roots: readonly string[], signal: AbortSignal): Promise<Proposal['repositories']> {
    const { tokens, keychain, plans } = this.#options;
    const used = new Set(plans.plans.map((plan) => locationPath(plan.location)));
    const found: Proposal['repositories'] = [];
    for (const place of await findRepositories(roots, signal)) {
      if (used.has(place.path)) continue;
      found.push({
        token: tokens.path(place.path),
        name: destinationName(place.path),
        path: place.path,
        keyKnown: await isKeyKnown(keychain, place.fingerprint),
        versions: place.versions,
        lastChanged: place.lastChanged === null ? null : new Date(place.lastChanged).toISOString(),
      });
    }
    return found;
  }

  #proposal({ folders, destinations, repositories }: Surroundings): Proposal {
    const { tokens, sizes } = this.#options;
    const counted = folders.map((folder) => ({ folder, size: sizes.get(folder.path) }));
    const selected = counted.filter(({ folder }) => folder.selected);
    const skipped = presets
      .map(({ id, label }) => ({
        id,
        label,
        bytes: selected.reduce((sum, { size }) => sum + (size?.presetBytes.get(id) ?? 0), 0),
        selected: true,
      }))
      .filter((preset) => preset.bytes > 0);
    const complete = selected.length > 0 && selected.every(({ size }) => size?.counting === false);
    const bytes = selected.reduce((sum, { size }) => sum + (size?.bytes ?? 0), 0)
      - skipped.reduce((sum, preset) => sum + preset.bytes, 0);
    const files = selected.reduce((sum, { size }) => sum + (size?.files ?? 0), 0);
    return {
      folders: counted.map(({ folder, size }) => ({
        token: tokens.path(folder.path),
        name: folder.name,
        path: folder.path,
        bytes: size?.bytes ?? null,
        files: size?.files ?? null,
        counting: size?.counting ?? true,
        selected: folder.selected,
      })),
      destinations: destinations.map((destination) => ({ ...destination, token: tokens.path(path.resolve(destination.path)) })),
      repositories,
      presets: skipped,
      estimateSeconds: complete ? [...estimateFirstBackup(bytes, files)] : null,
    };
  }
}
