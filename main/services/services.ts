import path from 'node:path';
import { errorFacts } from '../../shared/errors.ts';
import type { AppPaths } from '../ports/app.ts';
import type { Logger } from '../ports/logger.ts';
import type { Ports } from '../ports/ports.ts';
import type { Clock } from '../engine/platform/clock.ts';
import type { ScryptParameters } from '../engine/platform/crypto.ts';
import type { RandomSource } from '../engine/platform/random.ts';
import { SnapshotRoots } from './browse/browser.ts';
import { FolderViews } from './browse/folder-view.ts';
import { FolderPicker } from './folders/folder-picker.ts';
import { currentIdentity } from './identity.ts';
import type { Identity } from './identity.ts';
import { RunStore } from './jobs/run-store.ts';
import { Runs } from './jobs/runs.ts';
import type { Keychain } from './keychain/keychain.ts';
import { RecoveryKits } from './keys/recovery-kits.ts';
import { Notices } from './notices/notices.ts';
import { storeNotice } from './notices/store-notices.ts';
import { Observable } from './observable.ts';
import { PlanActions } from './plans/plan-actions.ts';
import { PlanMonitor } from './plans/plan-monitor.ts';
import { Sessions } from './repositories/sessions.ts';
import { RestoreSessions } from './restore/restore-sessions.ts';
import { UndoRecords } from './restore/undo-records.ts';
import type { SetupOptions } from './setup/create-plan.ts';
import { FolderSizes } from './setup/folder-sizes.ts';
import { Proposals } from './setup/proposals.ts';
import { PlanStore } from './store/plan-store.ts';
import { loadProfileKey } from './store/profile-key.ts';
import { openSettingsStore } from './store/settings-store.ts';
import type { SettingsStore } from './store/settings-store.ts';
import { Tokens } from './tokens.ts';

/** What the application is given from outside. */
export interface ServicesOptions {
  readonly ports: Ports;
  readonly paths: AppPaths;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly logger: Logger;
  readonly version: string;
  readonly keychain: Keychain;
  readonly kdf?: ScryptParameters | undefined;
}

/** Everything long-lived, wired together. */
export interface Services {
  readonly options: ServicesOptions;
  readonly identity: Identity;
  readonly settings: SettingsStore;
  readonly settingsChanges: Observable<null>;
  readonly plans: PlanStore;
  /** Whether the list of plans was damaged and begins empty. */
  readonly plansLost: boolean;
  readonly tokens: Tokens;
  readonly notices: Notices;
  readonly runs: Runs;
  readonly sessions: Sessions;
  readonly monitor: PlanMonitor;
  readonly kits: RecoveryKits;
  readonly actions: PlanActions;
  readonly setup: SetupOptions;
  readonly proposals: Proposals;
  readonly picker: FolderPicker;
  readonly roots: SnapshotRoots;
  readonly folderViews: FolderViews;
  readonly undo: UndoRecords;
  readonly restores: RestoreSessions;
}

/** Reads the profile and builds all services; nothing runs yet. */
export async function createServices(options: ServicesOptions): Promise<Services> {
  const { paths, clock, random, logger, keychain, ports } = options;
  const identity = currentIdentity();
  const tokens = new Tokens(await loadProfileKey(paths.data, random));
  const settings = await openSettingsStore(paths.data, clock);
  const planStore = await PlanStore.open(paths.data, clock);
  const runStore = await RunStore.open(paths.data, clock);
  const notices = new Notices(settings.store);
  const opened = [['settings', settings.state], ['plans', planStore.state], ['history', runStore.state]] as const;
  for (const [what, state] of opened) {
    const notice = storeNotice(what, state);
    if (notice === undefined) continue;
    logger.warn(notice.title, { detail: notice.detail });
    notices.put(notice);
  }
  const plans = planStore.store;
  const runs = new Runs({ store: runStore.store, clock, random, logger, power: ports.power });
  const sessions = new Sessions({ keychain, clock, random, logger });
  const monitor = new PlanMonitor({ plans, sessions, logger });
  const kits = new RecoveryKits(keychain, plans, sessions);
  const shared = { plans, sessions, identity, clock, random, logger };
  const actions = new PlanActions({ ...shared, runs, monitor, programVersion: options.version });
  const folderViews = new FolderViews(tokens, clock);
  const undo = new UndoRecords(path.join(paths.data, 'undo'), clock, logger);
  const restores = new RestoreSessions({ runs, undo, clock, random, onChanged: () => folderViews.clear() });
  const sizes = new FolderSizes(clock);
  return {
    options,
    identity,
    settings: settings.store,
    settingsChanges: new Observable(null),
    plans,
    plansLost: planStore.state.kind === 'damaged' || planStore.state.kind === 'newer',
    tokens,
    notices,
    runs,
    sessions,
    monitor,
    kits,
    actions,
    setup: { ...shared, keychain, kdf: options.kdf },
    proposals: new Proposals({ home: paths.home, tokens, keychain, plans, sizes, clock }),
    picker: new FolderPicker(tokens, paths.home),
    roots: new SnapshotRoots(),
    folderViews,
    undo,
    restores,
  };
}

/** Keeps the addresses of destinations beside the plans; what cannot be saved is only logged. */
export async function noteDestinations({ plans, settings, options }: Services): Promise<void> {
  const destinations = plans.plans.map(({ location, repositoryId }) => ({ location, repositoryId }));
  if (JSON.stringify(destinations) === JSON.stringify(settings.value.destinations)) return;
  await settings.update((current) => ({ ...current, destinations })).catch((error: unknown) => {
    options.logger.warn('Where destinations are could not be noted.', { message: errorFacts(error).message });
  });
}
