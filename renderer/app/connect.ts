import { contract } from '../../shared/contract/contract.ts';
import type { TidemarkContract } from '../../shared/contract/contract.ts';
import { AppError } from '../../shared/errors.ts';
import { bridgeName, bridgeTransport } from '../../shared/rpc/bridge.ts';
import type { TidemarkBridge } from '../../shared/rpc/bridge.ts';
import { createConnection } from '../../shared/rpc/connection.ts';
import type { Connection } from '../../shared/rpc/connection.ts';
import type { Transport } from '../../shared/rpc/transport.ts';
import { webSocketTransport } from '../../shared/rpc/websocket-transport.ts';

export type PageConnection = Pick<Connection<TidemarkContract>, 'client' | 'status' | 'onStatus'>;

/** The line to main: the desktop shell's bridge where there is one, else a WebSocket to where the page came from. */
export function connectToMain(view: Window): PageConnection {
  const bridge = findBridge(view);
  if (bridge !== undefined) return createConnection(contract, () => Promise.resolve(bridgeTransport(bridge)));
  const session = exchangeToken(view);
  return createConnection(contract, async () => {
    await session;
    return openSocket(view.location);
  });
}

/** The desktop shell's object on `window`, if this page runs in it. */
export function findBridge(view: Window): TidemarkBridge | undefined {
  return Reflect.get(view, bridgeName) as TidemarkBridge | undefined;
}

/** The address carries a token that is good once; it leaves the address bar before anything else happens. */
async function exchangeToken(view: Window): Promise<void> {
  const fragment = new URLSearchParams(view.location.hash.slice(1));
  const token = fragment.get('token');
  if (token === null) return;
  view.history.replaceState(null, '', `${view.location.pathname}${view.location.search}`);
  const answer = await fetch('/session', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
    credentials: 'same-origin',
  });
  if (!answer.ok) {
    throw new AppError('unauthorised', 'This address was used before.', {
      hint: 'Start Tidemark again to get a new address.',
    });
  }
}

function openSocket(location: Location): Promise<Transport> {
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  const socket = new WebSocket(`${scheme}://${location.host}/rpc`);
  return new Promise((resolve, reject) => {
    const transport = webSocketTransport(socket);
    socket.addEventListener('open', () => resolve(transport));
    socket.addEventListener('error', () => reject(new Error('The connection could not be opened.')));
  });
}
