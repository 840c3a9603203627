import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { contentSecurityPolicy } from '../../shared/format/csp.ts';
import { assetHeaders, findAsset } from '../ports/shell/page-assets.ts';
import type { PageAssets } from '../ports/shell/page-assets.ts';
import { hasOwnHost, hasOwnOrigin, isSameUser, sessionCookie } from './guard.ts';
import type { Origin } from './guard.ts';
import type { Sessions } from './sessions.ts';

export interface HttpParts {
  readonly origin: () => Origin;
  readonly sessions: Sessions;
  readonly assets: PageAssets;
  /** The secret that a second start of Tidemark reads from a private file to ask for a new address. */
  readonly isInstanceSecret: (secret: string) => boolean;
  readonly newAddress: () => string;
}

const maxBody = 1_024;
const tokenBody = z.strictObject({ token: z.string().min(1).max(200) });

/** Answers everything that is not a WebSocket. Never throws. */
export async function handleRequest(
  parts: HttpParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const origin = parts.origin();
  const path = pathOf(request);
  if (path === undefined || !hasOwnHost(request, origin)) return refuse(response, 403);
  if (path === '/instance') return answerInstance(parts, request, response);
  if (!hasOwnOrigin(request, origin, request.method === 'POST')) return refuse(response, 403);
  if (path === '/session') return answerSession(parts, request, response);
  return answerAsset(parts, path, request, response);
}

/** The path without query; undefined for what is no path of ours (a full address, an asterisk). */
function pathOf(request: IncomingMessage): string | undefined {
  const target = request.url ?? '';
  return target.startsWith('/') ? target.split(/[?#]/, 1)[0] : undefined;
}

async function answerSession(parts: HttpParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const origin = parts.origin();
  if (request.method === 'GET') {
    return end(response, parts.sessions.isSession(sessionCookie(request, origin)) ? 204 : 401);
  }
  if (request.method !== 'POST') return refuse(response, 405, { Allow: 'GET, POST' });
  if (request.headers['content-type'] !== 'application/json') return refuse(response, 415);
  if (!isSameUser(request)) return refuse(response, 403);
  const body = await readBody(request);
  if (body === undefined) return refuse(response, 413);
  const token = parseToken(body);
  if (token === undefined) return refuse(response, 400);
  const session = parts.sessions.exchange(token);
  if (session === undefined) return refuse(response, 401);
  return end(response, 204, { 'Set-Cookie': `${origin.cookieName}=${session}; Path=/; HttpOnly; SameSite=Strict` });
}

/** For another start of Tidemark on this profile, never for a browser: those say where they come from. */
function answerInstance(parts: HttpParts, request: IncomingMessage, response: ServerResponse): void {
  const { authorization, origin, 'sec-fetch-site': site } = request.headers;
  if (request.method !== 'POST') return refuse(response, 405, { Allow: 'POST' });
  const secret = authorization?.startsWith('Bearer ') === true ? authorization.slice(7) : '';
  if (origin !== undefined || (site !== undefined && site !== 'none') || !parts.isInstanceSecret(secret)) {
    return refuse(response, 403);
  }
  return end(response, 200, { 'Content-Type': 'application/json' }, JSON.stringify({ address: parts.newAddress() }));
}

function answerAsset({ assets }: HttpParts, path: string, request: IncomingMessage, response: ServerResponse): void {
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405, { Allow: 'GET, HEAD' });
  const asset = findAsset(assets, path);
  if (asset === undefined) return refuse(response, 404);
  response.writeHead(200, { ...assetHeaders(asset, contentSecurityPolicy), 'Content-Length': asset.body.length });
  response.end(request.method === 'HEAD' ? undefined : asset.body);
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > maxBody) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function parseToken(body: string): string | undefined {
  try {
    return tokenBody.safeParse(JSON.parse(body)).data?.token;
  } catch {
    return undefined;
  }
}

function refuse(response: ServerResponse, status: number, headers: Readonly<Record<string, string>> = {}): void {
  // What a refused request still sends is not read.
  end(response, status, { ...headers, Connection: 'close' });
}

function end(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>> = {},
  body = '',
): void {
  response.writeHead(status, {
    'Content-Security-Policy': contentSecurityPolicy,
    'X-Content-Type-Options': 'nosniff',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Cache-Control': 'no-store',
    ...(status === 204 ? {} : { 'Content-Length': String(Buffer.byteLength(body)) }),
    ...headers,
  });
  response.end(body);
}
