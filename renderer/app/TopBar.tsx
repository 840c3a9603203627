import { usePlans } from './context.ts';
import { formatRoute } from './routes.ts';
import type { Route } from './routes.ts';

const entries = [
  { label: 'Home', route: { screen: 'home' }, screens: ['home', 'kit'] },
  { label: 'Go back', route: { screen: 'back' }, screens: ['back'] },
  { label: 'Activity', route: { screen: 'activity' }, screens: ['activity'] },
  { label: 'Settings', route: { screen: 'settings' }, screens: ['settings'] },
] as const;

export function TopBar({ route }: { readonly route: Route }) {
  const started = usePlans().length > 0;
  return (
    <header className="topbar">
      <div className="brand">
        <TideGlyph />
        <span>Tidemark</span>
      </div>
      {started ? (
        <nav className="nav" aria-label="Screens">
          {entries.map((entry) => {
            const current = entry.screens.some((screen) => screen === route.screen);
            return (
              <a key={entry.label} href={formatRoute(entry.route)} {...(current ? { 'aria-current': 'page' } : {})}>
                {entry.label}
              </a>
            );
          })}
        </nav>
      ) : null}
    </header>
  );
}

/** The mark a tide leaves: three water lines, one of them a moment. */
function TideGlyph() {
  return (
    <svg width="22" height="22" viewBox="0 0 22 22" fill="none" stroke="currentColor" strokeWidth="1.75" aria-hidden>
      <path d="M2 6.5c3-2.6 6-2.6 9 0s6 2.6 9 0" strokeLinecap="round" opacity="0.45" />
      <path d="M2 11.5c3-2.6 6-2.6 9 0s6 2.6 9 0" strokeLinecap="round" opacity="0.7" />
      <path d="M2 16.5h18" strokeLinecap="round" />
      <circle cx="14.5" cy="16.5" r="2.6" fill="currentColor" stroke="none" />
    </svg>
  );
}
