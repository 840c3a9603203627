import '../../../shared/rpc/jitless.ts';
import { createRoot } from 'react-dom/client';
import { App } from '../../../renderer/app/App.tsx';
import type { ConnectionStatus } from '../../../shared/rpc/connection.ts';
import { createFake } from '../fake-client.ts';
import type { Scenario } from '../fake-client.ts';

// The page over a made-up main: `?scenario=home&pace=100`. Never part of the product's bundle.
const query = new URLSearchParams(window.location.search);
const fake = createFake({
  scenario: (query.get('scenario') ?? 'home') as Scenario,
  now: Date.now(),
  pace: Number(query.get('pace') ?? '350'),
});
const listeners = new Set<(status: ConnectionStatus) => void>();
let status: ConnectionStatus = 'open';
Object.assign(window, {
  fake,
  setConnection: (next: ConnectionStatus) => {
    status = next;
    for (const listener of listeners) listener(next);
  },
});
const root = document.querySelector('#root');
if (root !== null) {
  createRoot(root).render(
    <App
      connection={{
        client: fake.client,
        status: () => status,
        onStatus: (listener) => {
          listeners.add(listener);
          return () => listeners.delete(listener);
        },
      }}
    />,
  );
}
