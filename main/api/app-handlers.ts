import { AppError } from '../../shared/errors.ts';
import type { TidemarkHandlers } from '../../shared/contract/contract.ts';
import { states } from '../services/observable.ts';
import { pathText } from '../services/paths.ts';
import type { Services } from '../services/services.ts';

const platforms = new Set(['linux', 'darwin', 'win32'] as const);

export function appHandlers(services: Services): TidemarkHandlers['app'] {
  const { options, settings, settingsChanges, notices, identity } = services;
  return {
    capabilities: async () => ({
      shell: options.ports.shell,
      platform: [...platforms].find((platform) => platform === process.platform) ?? 'linux',
      version: options.version,
      hostname: identity.hostname,
      nativeDialogs: options.ports.dialogs !== null,
      keychain: await options.keychain.state(),
      keychainName: options.keychain.name,
    }),
    settings: (_, signal) => states([settingsChanges], () => ({ theme: settings.value.theme }), signal),
    updateSettings: async ({ theme }) => {
      await settings.update((current) => ({ ...current, theme: theme ?? current.theme }));
      settingsChanges.set(null);
      return {};
    },
    notices: (_, signal) => states([notices.changes], () => [...notices.changes.value], signal),
    dismissNotice: async ({ id }) => {
      await notices.dismiss(id);
      return {};
    },
    reportPageError: async ({ message, where }) => {
      options.logger.error('The page reported an error.', { message, where });
      return await Promise.resolve({});
    },
  };
}

const dialogTexts = {
  source: { title: 'Choose a folder to protect', buttonLabel: 'Protect' },
  destination: { title: 'Choose where backups go', buttonLabel: 'Choose' },
  restore: { title: 'Choose where to restore', buttonLabel: 'Choose' },
  archive: { title: 'Choose where to save the archive', buttonLabel: 'Choose' },
} as const;

export function foldersHandlers({ options, picker, tokens }: Services): TidemarkHandlers['folders'] {
  return {
    list: async ({ token, hidden }) =>
      token === null ? await picker.starts() : await picker.list(tokens.readPath(token), hidden),
    create: async ({ parent, name }) => ({ token: await picker.create(tokens.readPath(parent), name) }),
    pick: async ({ purpose }) => {
      const { dialogs } = options.ports;
      if (dialogs === null) {
        throw new AppError('unsupported', 'This shell has no dialogs of the system.', { hint: 'Use the list of folders.' });
      }
      const chosen = await dialogs.pickFolder({ ...dialogTexts[purpose], startIn: options.paths.home });
      if (chosen === null) return { token: null, path: '' };
      const token = tokens.path(chosen);
      return { token, path: pathText(tokens.readPath(token)) };
    },
  };
}
