import { useEffect, useRef } from 'react';
import { useStore } from 'zustand';
import { ErrorNote } from '../components/ErrorNote.tsx';
import { Skeleton } from '../components/Skeleton.tsx';
import { ActivityScreen } from '../features/activity/ActivityScreen.tsx';
import { GoBackScreen } from '../features/go-back/GoBackScreen.tsx';
import { HomeScreen } from '../features/home/HomeScreen.tsx';
import { SettingsScreen } from '../features/settings/SettingsScreen.tsx';
import { ExistingScreen } from '../features/setup/ExistingScreen.tsx';
import { SetupScreen } from '../features/setup/SetupScreen.tsx';
import { useApp, useCapabilities } from './context.ts';
import type { Route } from './routes.ts';

/** The screen of a route. Without a plan there is nothing to show yet, so every address leads to the first use. */
export function Screen({ route }: { readonly route: Route }) {
  const plans = useStore(useApp().stores.plans);
  const ready = useCapabilities() !== undefined && plans.value !== undefined;
  useFocusOnArrival(route.screen, ready);
  if (!ready) {
    return (
      <div className="screen screen-narrow">
        <Skeleton label="Starting" />
        <ErrorNote error={plans.error} />
      </div>
    );
  }
  if (route.screen === 'existing') return <ExistingScreen />;
  if (plans.value.length === 0 || route.screen === 'setup') return <SetupScreen />;
  switch (route.screen) {
    case 'home':
      return <HomeScreen kit={undefined} />;
    case 'kit':
      return <HomeScreen kit={route.planId} />;
    case 'back':
      return <GoBackScreen route={route} />;
    case 'activity':
      return <ActivityScreen runId={route.runId} />;
    case 'settings':
      return <SettingsScreen />;
  }
}

/** A new screen is announced by moving the focus to its heading; the first one is left to the browser. */
function useFocusOnArrival(screen: string, ready: boolean): void {
  const last = useRef<string | undefined>(undefined);
  useEffect(() => {
    if (!ready) return;
    if (last.current !== undefined && last.current !== screen) {
      document.querySelector<HTMLElement>('#main h1')?.focus({ preventScroll: true });
    }
    last.current = screen;
  }, [screen, ready]);
}
