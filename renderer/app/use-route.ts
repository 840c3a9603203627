import { useEffect, useMemo, useSyncExternalStore } from 'react';
import { formatRoute, parseRoute } from './routes.ts';
import type { Route } from './routes.ts';

/** The route of the address bar, kept up to date. */
export function useRoute(): Route {
  const hash = useSyncExternalStore(subscribe, readHash);
  return useMemo(() => parseRoute(hash), [hash]);
}

/** Goes to a screen; `replace` for a step that Back should skip. */
export function navigate(route: Route, options: { readonly replace?: boolean } = {}): void {
  const hash = formatRoute(route);
  if (hash === window.location.hash) return;
  if (options.replace === true) {
    window.history.replaceState(null, '', hash);
    window.dispatchEvent(new HashChangeEvent('hashchange'));
  } else {
    window.location.hash = hash;
  }
}

/** Names the window while the caller is on screen. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} – Tidemark`;
  }, [title]);
}

function subscribe(listener: () => void): () => void {
  window.addEventListener('hashchange', listener);
  return () => window.removeEventListener('hashchange', listener);
}

function readHash(): string {
  return window.location.hash;
}
