import { contract } from '../../shared/contract/contract.ts';
import type { TidemarkContract } from '../../shared/contract/contract.ts';
import { AppError } from '../../shared/errors.ts';
import { bridgeName, bridgeTransport } from '../../shared/rpc/bridge.ts';
import type { TidemarkBridge } from '../../shared/rpc/bridge.ts';
import { createConnection } from '../../shared/rpc/connection.ts';
import type { Connection } from '../../shared/rpc/connection.ts';
import type { Transport } from '../../shared/rpc/transport.ts';
import { openedSocketTransport } from '../../shared/rpc/websocket-transport.ts';

export type PageConnection = Pick<Connection<TidemarkContract>, 'client' | 'status' | 'onStatus'>;

/** The line to main: the desktop shell's bridge where there is one, else a WebSocket to where the page came from. */
export function connectToMain(view: Window): PageConnection {
  const bridge = findBridge(view);
  if (bridge !== undefined) return createConnection(contract, () => Promise.resolve(bridgeTransport(bridge)));
  const session = exchangeToken(view);
  // A new address pasted into an old tab changes only the fragment, which loads nothing.
  view.addEventListener('hashchange', () => {
    if (tokenOf(view.location) !== null) view.location.reload();
  });
  return createConnection(contract, async () => {
    await session;
    return openSocket(view.location);
  });
}

/** The desktop shell's object on `window`, if this page runs in it. */
export function findBridge(view: Window): TidemarkBridge | undefined {
  return Reflect.get(view, bridgeName) as TidemarkBridge | undefined;
}

function tokenOf(location: Location): string | null {
  return new URLSearchParams(location.hash.slice(1)).get('token');
}

/** The address carries a token that is good once; it leaves the address bar before anything else happens. */
async function exchangeToken(view: Window): Promise<void> {
  const token = tokenOf(view.location);
  if (token === null) return;
  view.history.replaceState(null, '', `${view.location.pathname}${view.location.search}`);
  const answer = await fetch('/session', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
    credentials: 'same-origin',
  });
  // A used token is no harm in a browser that was let in before.
  if (!answer.ok) await requireSession();
}

/** `unauthorised` when Tidemark runs but does not know this browser (any more); nothing when it does not answer. */
async function requireSession(): Promise<void> {
  const answer = await fetch('/session', { credentials: 'same-origin' }).catch(() => undefined);
  if (answer?.status !== 401) return;
  throw new AppError('unauthorised', 'This address was used before.', {
    hint: 'Start Tidemark again to get a new address.',
  });
}

async function openSocket(location: Location): Promise<Transport> {
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  try {
    return await openedSocketTransport(new WebSocket(`${scheme}://${location.host}/rpc`));
  } catch (error) {
    await requireSession();
    throw error;
  }
}
