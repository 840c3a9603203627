import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';

/** The one origin this server answers as. */
export interface Origin {
  /** "127.0.0.1:4711" */
  readonly host: string;
  /** "http://127.0.0.1:4711" */
  readonly origin: string;
  /** Cookies do not know ports, so the port is in the name. */
  readonly cookieName: string;
}

export function originOf(port: number): Origin {
  return { host: `127.0.0.1:${port}`, origin: `http://127.0.0.1:${port}`, cookieName: `tidemark-${port}` };
}

/** Against names that resolve to this machine (DNS rebinding): only the address itself is answered. */
export function hasOwnHost(request: IncomingMessage, { host }: Origin): boolean {
  return request.headers.host === host;
}

/** Whether the request comes from our own page; `required` where a page always says so (POST, WebSocket). */
export function hasOwnOrigin(request: IncomingMessage, { origin }: Origin, required: boolean): boolean {
  const given = request.headers.origin;
  if (given === undefined) return !required;
  return given === origin;
}

export function sessionCookie(request: IncomingMessage, { cookieName }: Origin): string | undefined {
  for (const part of (request.headers.cookie ?? '').split(';')) {
    const [name, value] = part.trim().split('=', 2);
    if (name === cookieName) return value;
  }
  return undefined;
}

/**
 * Whether the other end of a loopback connection belongs to this user (or root): the address of the page passes
 * through command lines, which every user of the computer can see. Where the system does not say, yes.
 */
export function isSameUser(request: IncomingMessage, table: () => string = readConnections): boolean {
  const { remotePort, localPort } = request.socket;
  if (process.platform !== 'linux' || remotePort === undefined || localPort === undefined) return true;
  const uid = connectionOwner(table(), remotePort, localPort);
  return uid === undefined || uid === 0 || uid === process.getuid?.();
}

function readConnections(): string {
  try {
    return readFileSync('/proc/net/tcp', 'utf8');
  } catch {
    return '';
  }
}

/** The user id beside the connection from `port` to `peerPort` in the kernel's table (proc(5), /proc/net/tcp). */
export function connectionOwner(table: string, port: number, peerPort: number): number | undefined {
  for (const line of table.split('\n').slice(1)) {
    const [, local, remote, , , , , uid] = line.trim().split(/\s+/);
    if (local === loopback(port) && remote === loopback(peerPort)) return Number(uid);
  }
  return undefined;
}

function loopback(port: number): string {
  return `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`;
}
