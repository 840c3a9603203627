import { createStore } from 'zustand';
import type { StoreApi } from 'zustand';
import type { Capabilities, Notice, Settings } from '../../shared/contract/app.ts';
import type { Plan } from '../../shared/contract/plans.ts';
import type { Run } from '../../shared/contract/runs.ts';
import type { ConnectionStatus } from '../../shared/rpc/connection.ts';
import { mirrorStream } from '../lib/stream-store.ts';
import type { StreamStore } from '../lib/stream-store.ts';
import type { PageConnection } from './connect.ts';
import { createMessages } from '../features/messages/messages-store.ts';
import type { Messages } from '../features/messages/messages-store.ts';

/** The page's mirrors of main's state, alive as long as the page. */
export interface Stores {
  readonly connection: StoreApi<{ readonly status: ConnectionStatus }>;
  readonly capabilities: StreamStore<Capabilities>;
  readonly settings: StreamStore<Settings>;
  readonly notices: StreamStore<readonly Notice[]>;
  readonly plans: StreamStore<readonly Plan[]>;
  readonly runs: StreamStore<readonly Run[]>;
  readonly messages: StoreApi<Messages>;
}

export function createStores(connection: PageConnection, signal: AbortSignal): Stores {
  const { client } = connection;
  const line = createStore(() => ({ status: connection.status() }));
  signal.addEventListener(
    'abort',
    connection.onStatus((status) => line.setState({ status })),
  );
  return {
    connection: line,
    capabilities: mirrorStream((end) => once(client.app.capabilities({}, end), end), signal),
    settings: mirrorStream((end) => client.app.settings({}, end), signal),
    notices: mirrorStream((end) => client.app.notices({}, end), signal),
    plans: mirrorStream((end) => client.plans.watch({}, end), signal),
    runs: mirrorStream((end) => client.runs.watch({}, end), signal),
    messages: createMessages(),
  };
}

async function* once<T>(answer: Promise<T>, signal: AbortSignal): AsyncIterable<T> {
  yield await answer;
  await new Promise((resolve) => {
    signal.addEventListener('abort', resolve, { once: true });
  });
}
