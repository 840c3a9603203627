import { useStore } from 'zustand';
import { useApp, useCapabilities, useClient, usePlans } from '../../app/context.ts';
import { formatRoute } from '../../app/routes.ts';
import { useTitle } from '../../app/use-route.ts';
import { Choices } from '../../components/Choices.tsx';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { useAction } from '../../lib/use-action.ts';
import { PlanSettings } from './PlanSettings.tsx';

/** Each change applies at once; there is no Save. */
export function SettingsScreen() {
  const plans = usePlans();
  useTitle('Settings');
  return (
    <div className="screen settings">
      <div className="stack stack-tight">
        <h1 tabIndex={-1}>Settings</h1>
        <p className="muted">Every change applies at once.</p>
      </div>
      {plans.map((plan) => (
        <PlanSettings key={plan.id} plan={plan} several={plans.length > 1} />
      ))}
      <p>
        <a className="text-link" href={formatRoute({ screen: 'setup' })}>
          Protect other folders, or to another destination
        </a>
        <span className="muted"> · </span>
        <a className="text-link" href={formatRoute({ screen: 'existing' })}>
          Open a backup that exists
        </a>
      </p>
      <Appearance />
      <About />
    </div>
  );
}

function Appearance() {
  const client = useClient();
  const theme = useStore(useApp().stores.settings, (state) => state.value?.theme ?? 'system');
  const change = useAction();
  return (
    <section className="panel settings-group" aria-label="Appearance">
      <h2>Appearance</h2>
      <Choices
        label="Theme"
        inline
        value={theme}
        onChange={(value) => {
          const next = value === 'light' || value === 'dark' ? value : 'system';
          void change.run(() => client.app.updateSettings({ theme: next }));
        }}
        choices={[
          { value: 'system', label: 'As the system' },
          { value: 'light', label: 'Light' },
          { value: 'dark', label: 'Dark' },
        ]}
      />
      <ErrorNote error={change.error} />
    </section>
  );
}

function About() {
  const capabilities = useCapabilities();
  if (capabilities === undefined) return null;
  return (
    <section className="panel settings-group" aria-label="About">
      <h2>About</h2>
      <dl className="facts small">
        <dt>Version</dt>
        <dd>Tidemark {capabilities.version}</dd>
        <dt>This computer</dt>
        <dd>{capabilities.hostname}</dd>
        <dt>Keychain</dt>
        <dd>
          {capabilities.keychainName === '' ? 'none' : capabilities.keychainName}
          {capabilities.keychain === 'available'
            ? ''
            : capabilities.keychain === 'locked'
              ? ', locked'
              : ', not available'}
        </dd>
        <dt>Format</dt>
        <dd>Open: any restic program reads, checks and restores these backups.</dd>
      </dl>
    </section>
  );
}
