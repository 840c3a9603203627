import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PageServer } from '../../../main/headless/page-server.ts';
import { loadPageAssets } from '../../../main/ports/shell/page-assets.ts';
import type { Logger } from '../../../main/ports/logger.ts';
import { fakeHandlers } from './fake-handlers.ts';

export const silentLogger: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** A small built page on the disk. */
export function fakePage(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-page-'));
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'),
    '<!doctype html><title>Tidemark</title><script type="module" src="/assets/a-1.js"></script>');
  writeFileSync(join(folder, 'assets', 'a-1.js'), 'document.title = "ready";');
  writeFileSync(join(folder, 'assets', 'a-1.js.map'), '{}');
  writeFileSync(join(folder, 'notes.txt'), 'not a part of the page');
  return folder;
}

export async function startServer(page = fakePage()): Promise<PageServer> {
  return PageServer.start({
    handlers: fakeHandlers(),
    assets: loadPageAssets(page),
    logger: silentLogger,
    port: 0,
    validateOutputs: true,
  });
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A request with every header as given, also those a browser or fetch would not let through. */
export function ask(
  server: PageServer,
  path: string,
  { method = 'GET', headers = {}, body = '' }: { method?: string; headers?: Record<string, string>; body?: string } =
    {},
): Promise<Answer> {
  const { port } = new URL(server.origin);
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: '127.0.0.1', port, path, method, headers: { host: `127.0.0.1:${port}`,
      ...headers } }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(parts).toString() }),
      );
      answer.on('error', reject);
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

export function tokenOf(address: string): string {
  return new URL(address).hash.replace('#token=', '');
}

export function exchange(server: PageServer, token: string, headers: Record<string, string> = {}): Promise<Answer> {
  return ask(server, '/session', {
    method: 'POST',
    headers: { origin: server.origin, 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ token }),
  });
}

/** The cookie (name=value) of a fresh session. */
export async function signIn(server: PageServer): Promise<string> {
  const { headers } = await exchange(server, tokenOf(server.newAddress()));
  return headers['set-cookie']?.[0]?.split(';')[0] ?? '';
}
