import { isAbsolute } from 'node:path';
import type { IpcMain, MessageChannelMain, MessagePortMain } from 'electron';
import { contract } from '../../shared/contract/contract.ts';
import { bridgeChannels } from '../../shared/rpc/bridge.ts';
import { serve } from '../../shared/rpc/serve.ts';
import { Inbox } from '../../shared/rpc/transport.ts';
import type { Transport } from '../../shared/rpc/transport.ts';
import type { App } from '../ports/app.ts';
import type { Logger } from '../ports/logger.ts';
import { isTrustedSender } from './trusted-sender.ts';

export interface PageLineParts {
  readonly ipc: Pick<IpcMain, 'on' | 'handle'>;
  readonly newChannel: () => Pick<MessageChannelMain, 'port1' | 'port2'>;
  readonly app: Pick<App, 'handlers' | 'tokenForPath'>;
  /** The window that may ask; undefined while there is none. */
  readonly trustedId: () => number | undefined;
  readonly logger: Logger;
  readonly validateOutputs: boolean;
}

/** Longest path a drop may have: what the systems allow, with room. */
const maxPath = 65_536;

/** Gives our page, and no other sender, a line to the contract, and tokens for what is dropped on it. */
export function answerPageLines({ ipc, newChannel, app, trustedId, logger, validateOutputs }: PageLineParts): void {
  let current: Transport | undefined;

  ipc.on(bridgeChannels.open, (event) => {
    if (!isTrustedSender(event, trustedId())) {
      logger.warn('A line was asked for by a stranger.', { sender: event.senderFrame?.origin ?? 'unknown' });
      return;
    }
    current?.close();
    const { port1, port2 } = newChannel();
    current = mainPortTransport(port1);
    serve(contract, app.handlers, current, {
      validateOutputs,
      onInternalError: (method, error) =>
        logger.error('A request of the page failed.', {
          method,
          reason: error instanceof Error ? (error.stack ?? error.message) : String(error),
        }),
    });
    event.senderFrame?.postMessage(bridgeChannels.line, null, [port2]);
  });

  ipc.handle(bridgeChannels.dropped, (event, path: unknown): string | null => {
    if (!isTrustedSender(event, trustedId())) return null;
    if (typeof path !== 'string' || path.length > maxPath || path.includes('\0') || !isAbsolute(path)) return null;
    return app.tokenForPath(path);
  });
}

/** A transport over Electron's port in the main process. */
export function mainPortTransport(port: MessagePortMain): Transport {
  const inbox = new Inbox();
  port.on('message', ({ data }) => inbox.push(data));
  port.on('close', () => inbox.close());
  port.start();
  return {
    send: (text) => {
      if (!inbox.closed) port.postMessage(text);
    },
    onMessage: (listener) => inbox.listen(listener),
    onClose: (listener) => inbox.onClose(listener),
    close: () => {
      port.close();
      inbox.close();
    },
  };
}
