import type { Notice } from '../../../shared/contract/app.ts';
import type { StoreState } from '../store/json-store.ts';

/** What to say about a file of the profile after it was read; undefined when all is well. */
export function storeNotice(what: 'settings' | 'plans' | 'history', state: StoreState): Notice | undefined {
  const names = { settings: 'settings', plans: 'list of plans', history: 'list of past runs' } as const;
  const todo = {
    settings: 'They are back at their defaults.',
    plans: 'Choose "I already have a backup" and pick its destination: the plan comes back with its settings. '
      + 'No version is lost.',
    history: 'Versions and settings are not affected.',
  } as const;
  switch (state.kind) {
    case 'damaged':
      return {
        id: `store-${what}-${state.setAside}`,
        severity: what === 'plans' ? 'attention' : 'info',
        title: `The ${names[what]} could not be read.`,
        detail: `The damaged file was kept as ${state.setAside}. ${todo[what]}`,
        dismissable: true,
      };
    case 'newer':
      return {
        id: `store-${what}-${state.setAside}`,
        severity: 'attention',
        title: `The ${names[what]} belong to a newer Tidemark.`,
        detail: `The file was kept as ${state.setAside}; update Tidemark to use it again. ${todo[what]}`,
        dismissable: true,
      };
    default:
      return undefined;
  }
}
