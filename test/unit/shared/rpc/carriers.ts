import { EventEmitter, once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { MessageChannel } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import type { MessagePortMain } from 'electron';
import { WebSocket, WebSocketServer } from 'ws';
import { mainPortTransport } from '../../../../main/electron/page-line.ts';
import { bridgeTransport } from '../../../../shared/rpc/bridge.ts';
import type { TidemarkBridge } from '../../../../shared/rpc/bridge.ts';
import { memoryTransportPair } from '../../../../shared/rpc/memory-transport.ts';
import type { Transport } from '../../../../shared/rpc/transport.ts';
import { openedSocketTransport, webSocketTransport } from '../../../../shared/rpc/websocket-transport.ts';

export interface Line {
  readonly server: Transport;
  readonly client: Transport;
  readonly dispose: () => void;
}

/** A port as Electron's main process has it. */
function asMainPort(port: MessagePort): MessagePortMain {
  const main = new EventEmitter();
  port.on('message', (data) => main.emit('message', { data, ports: [] }));
  port.on('close', () => main.emit('close'));
  return Object.assign(main, {
    postMessage: (value: unknown) => port.postMessage(value),
    start: () => port.start(),
    close: () => port.close(),
  });
}

/** A port as the preload shows it to the page. */
function asBridge(port: MessagePort): TidemarkBridge {
  return {
    shell: 'electron',
    open: () => port.start(),
    post: (text) => port.postMessage(text),
    close: () => port.close(),
    onMessage: (listener) => void port.on('message', listener),
    onClose: (listener) => void port.on('close', listener),
    tokenForFile: async () => null,
  };
}

/** Every way messages travel, as a factory of two connected ends. */
export const carriers: Readonly<Record<string, () => Promise<Line>>> = {
  memory: async () => {
    const [server, client] = memoryTransportPair();
    return { server, client, dispose: () => client.close() };
  },
  'message port': async () => {
    const { port1, port2 } = new MessageChannel();
    return {
      server: mainPortTransport(asMainPort(port1)),
      client: bridgeTransport(asBridge(port2)),
      dispose: () => port2.close(),
    };
  },
  websocket: async () => {
    const listener = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    await once(listener, 'listening');
    const accepted = once(listener, 'connection');
    const { port } = listener.address() as AddressInfo;
    const client = await openedSocketTransport(new WebSocket(`ws://127.0.0.1:${port}`));
    const [socket] = (await accepted) as [WebSocket];
    return {
      server: webSocketTransport(socket),
      client,
      dispose: () => {
        client.close();
        listener.close();
      },
    };
  },
};
