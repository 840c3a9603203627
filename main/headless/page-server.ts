import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { AppError } from '../../shared/errors.ts';
import { contract } from '../../shared/contract/contract.ts';
import type { TidemarkHandlers } from '../../shared/contract/contract.ts';
import { serve } from '../../shared/rpc/serve.ts';
import { maxRequestLength } from '../../shared/rpc/transport.ts';
import { webSocketTransport } from '../../shared/rpc/websocket-transport.ts';
import type { Logger } from '../ports/logger.ts';
import type { PageAssets } from '../ports/shell/page-assets.ts';
import { hasOwnHost, hasOwnOrigin, isSameUser, originOf, sessionCookie } from './guard.ts';
import type { Origin } from './guard.ts';
import { handleRequest } from './http-handler.ts';
import { Sessions } from './sessions.ts';

export interface PageServerOptions {
  readonly handlers: TidemarkHandlers;
  readonly assets: PageAssets;
  readonly logger: Logger;
  /** 0 takes a free one. */
  readonly port: number;
  readonly validateOutputs: boolean;
}

/** The page and its contract on 127.0.0.1, and nowhere else. */
export class PageServer implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets: WebSocketServer;
  readonly #sessions = new Sessions();
  readonly #secret = randomBytes(32).toString('base64url');
  readonly #options: PageServerOptions;
  #origin: Origin = originOf(0);

  private constructor(options: PageServerOptions) {
    this.#options = options;
    this.#sockets = new WebSocketServer({
      noServer: true,
      clientTracking: true,
      perMessageDeflate: false,
      // A character takes at most three bytes on the way.
      maxPayload: maxRequestLength * 3,
    });
    const parts = {
      origin: () => this.#origin,
      sessions: this.#sessions,
      assets: options.assets,
      isInstanceSecret: (secret: string) => isEqual(secret, this.#secret),
      newAddress: () => this.newAddress(),
    };
    this.#server = createServer(
      { requestTimeout: 10_000, headersTimeout: 5_000, maxHeaderSize: 16_384, insecureHTTPParser: false },
      (request, response) => {
        handleRequest(parts, request, response).catch((error: unknown) => {
          options.logger.warn('A request was not answered.', { reason: String(error) });
          response.destroy();
        });
      },
    );
    this.#server.maxConnections = 256;
    this.#server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) =>
      this.#upgrade(request, socket, head),
    );
  }

  static async start(options: PageServerOptions): Promise<PageServer> {
    const server = new PageServer(options);
    server.#server.listen({ host: '127.0.0.1', port: options.port, exclusive: true });
    try {
      await once(server.#server, 'listening');
    } catch (error) {
      throw new AppError('busy', `The port ${options.port} of this computer cannot be used.`, {
        hint: 'Choose another with --port, or leave it out.',
        cause: error,
      });
    }
    server.#origin = originOf((server.#server.address() as AddressInfo).port);
    return server;
  }

  get origin(): string {
    return this.#origin.origin;
  }

  /** What another start of Tidemark must present to be given an address. */
  get secret(): string {
    return this.#secret;
  }

  /** An address with a fresh token: whoever opens it first is in, once. */
  newAddress(): string {
    return `${this.#origin.origin}/#token=${this.#sessions.mintToken()}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#sockets.clients) client.terminate();
    this.#sockets.close();
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    const status = this.#refusal(request);
    if (status !== undefined) {
      socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    this.#sockets.handleUpgrade(request, socket, head, (client) => {
      client.on('error', (error) => this.#options.logger.debug('A page was cut off.', { reason: error.message }));
      serve(contract, this.#options.handlers, webSocketTransport(client), {
        validateOutputs: this.#options.validateOutputs,
        onInternalError: (method, error) =>
          this.#options.logger.error('A request of the page failed.', {
            method,
            reason: error instanceof Error ? (error.stack ?? error.message) : String(error),
          }),
      });
    });
  }

  #refusal(request: IncomingMessage): string | undefined {
    if (request.url !== '/rpc') return '404 Not Found';
    if (!hasOwnHost(request, this.#origin) || !hasOwnOrigin(request, this.#origin, true)) return '403 Forbidden';
    if (!this.#sessions.isSession(sessionCookie(request, this.#origin))) return '401 Unauthorized';
    return isSameUser(request) ? undefined : '403 Forbidden';
  }
}

function isEqual(left: string, right: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(left), hash(right));
}
