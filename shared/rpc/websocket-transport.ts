import { disconnectedError } from './connect.ts';
import { Inbox } from './transport.ts';
import type { Transport } from './transport.ts';

/** What a browser's WebSocket and the one of Node's `ws` have in common. */
export interface SocketLike {
  readonly readyState: number;
  readonly bufferedAmount: number;
  send(text: string): void;
  close(code?: number): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: 'open' | 'close' | 'error', listener: () => void): void;
}

const open = 1;
const closing = 2;

/** Above this many unsent bytes a page is too slow for more states. */
const congestedAbove = 4 * 1024 * 1024;

/** A transport over a WebSocket that is open or opening; what is sent before it opens waits. */
export function webSocketTransport(socket: SocketLike): Transport {
  const inbox = new Inbox();
  const unsent: string[] = [];
  socket.addEventListener('message', (event) => inbox.push(event.data));
  socket.addEventListener('close', () => inbox.close());
  socket.addEventListener('error', () => inbox.close());
  socket.addEventListener('open', () => {
    for (const text of unsent.splice(0)) socket.send(text);
  });
  if (socket.readyState >= closing) inbox.close();
  return {
    send: (text) => {
      if (socket.readyState === open) socket.send(text);
      else if (socket.readyState < open) unsent.push(text);
    },
    onMessage: (listener) => inbox.listen(listener),
    onClose: (listener) => inbox.onClose(listener),
    close: () => {
      socket.close(1000);
      inbox.close();
    },
    congested: () => socket.bufferedAmount > congestedAbove,
  };
}

/** The transport over a socket once it is open; rejects with `disconnected` when it closes before. */
export async function openedSocketTransport(socket: SocketLike): Promise<Transport> {
  const transport = webSocketTransport(socket);
  if (socket.readyState === open) return transport;
  return new Promise((resolve, reject) => {
    transport.onClose(() => reject(disconnectedError()));
    socket.addEventListener('open', () => resolve(transport));
  });
}
