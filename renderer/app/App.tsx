import { useCallback, useEffect, useMemo } from 'react';
import { I18nProvider } from 'react-aria-components';
import { useStore } from 'zustand';
import { byteUnits } from '../../shared/format/bytes.ts';
import { UnitsContext } from '../lib/units.ts';
import { Bars } from '../features/messages/Bars.tsx';
import { Toasts } from '../features/messages/Toasts.tsx';
import { RunLine } from '../features/progress/RunLine.tsx';
import { RunOutcomes } from '../features/progress/RunOutcomes.tsx';
import type { PageConnection } from './connect.ts';
import { AppContext, useApp } from './context.ts';
import { ErrorBoundary } from './ErrorBoundary.tsx';
import { Screen } from './Screen.tsx';
import { createStores } from './stores.ts';
import { TopBar } from './TopBar.tsx';
import { useRoute } from './use-route.ts';

/** The whole page over one connection, which it keeps for its life. */
export function App({ connection }: { readonly connection: PageConnection }) {
  const value = useMemo(
    () => ({ client: connection.client, stores: createStores(connection, new AbortController().signal) }),
    [connection],
  );
  return (
    <AppContext value={value}>
      <I18nProvider locale="en-GB">
        <Frame />
      </I18nProvider>
    </AppContext>
  );
}

function Frame() {
  const { client, stores } = useApp();
  const route = useRoute();
  const theme = useStore(stores.settings, (state) => state.value?.theme ?? 'system');
  const platform = useStore(stores.capabilities, (state) => state.value?.platform ?? 'linux');
  useEffect(() => {
    if (theme === 'system') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = theme;
  }, [theme]);
  const tell = useCallback(
    (problem: { message: string; where: string }): void => {
      client.app.reportPageError(problem).catch(() => undefined);
    },
    [client],
  );
  useEffect(() => {
    const report = (event: ErrorEvent | PromiseRejectionEvent): void => {
      const message = event instanceof ErrorEvent ? event.message : String(event.reason);
      tell({ message: message.slice(0, 4_000), where: window.location.hash.slice(0, 200) });
    };
    window.addEventListener('error', report);
    window.addEventListener('unhandledrejection', report);
    return () => {
      window.removeEventListener('error', report);
      window.removeEventListener('unhandledrejection', report);
    };
  }, [tell]);
  return (
    <UnitsContext value={byteUnits(platform)}>
      <div className="frame">
        <a className="skip-link" href="#main" onClick={skipToMain}>
          Skip to the content
        </a>
        <TopBar route={route} />
        <Bars />
        <main className="main" id="main" tabIndex={-1}>
          <ErrorBoundary key={route.screen} report={tell}>
            <Screen route={route} />
          </ErrorBoundary>
        </main>
        <RunLine />
        <RunOutcomes />
        <Toasts />
      </div>
    </UnitsContext>
  );
}

function skipToMain(event: { preventDefault: () => void }): void {
  event.preventDefault();
  document.querySelector<HTMLElement>('#main')?.focus();
}
