import { connect as connectSocket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { PageServer } from '../../../main/headless/page-server.ts';
import { contract } from '../../../shared/contract/contract.ts';
import { contentSecurityPolicy } from '../../../shared/format/csp.ts';
import { connect } from '../../../shared/rpc/connect.ts';
import { maxRequestLength } from '../../../shared/rpc/transport.ts';
import { openedSocketTransport } from '../../../shared/rpc/websocket-transport.ts';
import { ask, exchange, signIn, startServer, tokenOf } from './world.ts';

let server: PageServer;
let port: number;

beforeAll(async () => {
  server = await startServer();
  port = Number(new URL(server.origin).port);
});
afterAll(async () => server[Symbol.asyncDispose]());

/** The status with which a WebSocket is refused, or 101. */
function knock(headers: Record<string, string>, path = '/rpc'): Promise<number> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers });
  return new Promise((resolve, reject) => {
    socket.on('open', () => (socket.close(), resolve(101)));
    socket.on('unexpected-response', (_, response) => (socket.terminate(), resolve(response.statusCode ?? 0)));
    socket.on('error', reject);
  });
}

describe('where the server listens', () => {
  it('is the loopback address and no other', async () => {
    const others = Object.values(networkInterfaces())
      .flatMap((facts) => facts ?? [])
      .filter(({ address }) => address !== '127.0.0.1')
      .map(({ address }) => address);
    for (const address of [...others, '::1', '127.0.0.2']) {
      const outcome = await new Promise((resolve) => {
        const socket = connectSocket({ host: address, port, timeout: 2_000 });
        socket.once('connect', () => (socket.destroy(), resolve('connected')));
        socket.once('error', () => resolve('refused'));
        socket.once('timeout', () => (socket.destroy(), resolve('refused')));
      });
      expect(outcome, address).toBe('refused');
    }
  });

  it('is said when it cannot be had', async () => {
    const { PageServer: Another } = await import('../../../main/headless/page-server.ts');
    const options = { handlers: {}, assets: new Map(), logger: {}, port, validateOutputs: true } as never;
    await expect(Another.start(options)).rejects.toMatchObject({ code: 'busy' });
  });
});

describe('the address', () => {
  it('carries a 256-bit token in the fragment, different each time', () => {
    const tokens = [server.newAddress(), server.newAddress()].map(tokenOf);
    expect(tokens[0]).toMatch(/^[\w-]{43}$/);
    expect(tokens[0]).not.toBe(tokens[1]);
    expect(new URL(server.newAddress()).search).toBe('');
  });

  it('is good once', async () => {
    const token = tokenOf(server.newAddress());
    const first = await exchange(server, token);
    expect(first.status).toBe(204);
    expect(first.headers['set-cookie']).toEqual([
      expect.stringMatching(new RegExp(`^tidemark-${port}=[\\w-]{43}; Path=/; HttpOnly; SameSite=Strict$`)),
    ]);
    const replay = await exchange(server, token);
    expect(replay.status).toBe(401);
    expect(replay.headers['set-cookie']).toBeUndefined();
    expect((await exchange(server, 'x'.repeat(43))).status).toBe(401);
  });

  it('does not pile up: only the newest are good', async () => {
    const oldest = tokenOf(server.newAddress());
    for (let index = 0; index < 16; index += 1) server.newAddress();
    expect((await exchange(server, oldest)).status).toBe(401);
  });
});

describe('a session', () => {
  it('is known by its cookie', async () => {
    const cookie = await signIn(server);
    expect((await ask(server, '/session', { headers: { cookie } })).status).toBe(204);
    expect((await ask(server, '/session', { headers: { cookie: `a=b; ${cookie}; c=d` } })).status).toBe(204);
    expect((await ask(server, '/session')).status).toBe(401);
    expect((await ask(server, '/session', { headers: { cookie: `${cookie}x` } })).status).toBe(401);
    expect((await ask(server, '/session', { headers: { cookie: `tidemark-${port}=` } })).status).toBe(401);
  });

  it('is not given to another page, name or form', async () => {
    const fresh = (): string => tokenOf(server.newAddress());
    expect((await exchange(server, fresh(), { host: `localhost:${port}` })).status).toBe(403);
    expect((await exchange(server, fresh(), { host: 'evil.example' })).status).toBe(403);
    expect((await exchange(server, fresh(), { origin: 'http://evil.example' })).status).toBe(403);
    expect((await exchange(server, fresh(), { origin: 'null' })).status).toBe(403);
    expect((await exchange(server, fresh(), { origin: `http://127.0.0.1:${port + 1}` })).status).toBe(403);
    expect((await exchange(server, fresh(), { 'content-type': 'text/plain' })).status).toBe(415);
    const bare = { 'content-type': 'application/json' };
    expect((await ask(server, '/session', { method: 'POST', headers: bare, body: '{}' })).status).toBe(403);
    const own = { ...bare, origin: server.origin };
    for (const body of ['', '{', 'null', '{}', '{"token":5}', '{"token":"x","y":1}']) {
      expect((await ask(server, '/session', { method: 'POST', headers: own, body })).status, body).toBe(400);
    }
    const long = JSON.stringify({ token: 'x'.repeat(5_000) });
    expect((await ask(server, '/session', { method: 'POST', headers: own, body: long })).status).toBe(413);
    expect((await ask(server, '/session', { method: 'DELETE', headers: own })).status).toBe(405);
  });
});

describe('the page', () => {
  it('comes with the strict policy and is not kept', async () => {
    const { status, headers, body } = await ask(server, '/');
    expect(status).toBe(200);
    expect(body).toContain('<title>Tidemark</title>');
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': contentSecurityPolicy,
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
    });
  });

  it('has addresses of its own, and files that may be kept', async () => {
    expect((await ask(server, '/plans/1?at=2')).body).toContain('<title>');
    const script = await ask(server, '/assets/a-1.js');
    expect(script.headers['cache-control']).toContain('immutable');
    expect(script.headers['content-type']).toContain('text/javascript');
    const head = await ask(server, '/', { method: 'HEAD' });
    expect([head.status, head.body]).toEqual([200, '']);
  });

  it('is nothing else on the disk', async () => {
    const paths = ['/notes.txt', '/assets/a-1.js.map', '/../package.json', '/assets/../../../../etc/passwd.js',
      '/%2e%2e/package.json', '/..%2fpackage.json', '/assets/%00.js', '//etc/passwd.txt', '/index.html/x.js'];
    for (const path of paths) expect((await ask(server, path)).status, path).toBe(404);
    expect((await ask(server, 'http://127.0.0.1/')).status).toBe(403);
    expect((await ask(server, '*', { method: 'OPTIONS' })).status).toBe(403);
  });

  it('is answered to its own name only, and only read', async () => {
    for (const host of [`localhost:${port}`, 'evil.example', `evil.example:${port}`, '127.0.0.1',
      `127.0.0.1:${port + 1}`]) {
      expect((await ask(server, '/', { headers: { host } })).status, host).toBe(403);
    }
    expect((await ask(server, '/', { headers: { origin: 'http://evil.example' } })).status).toBe(403);
    for (const method of ['PUT', 'DELETE', 'OPTIONS', 'PATCH']) {
      expect((await ask(server, '/', { method, headers: { origin: server.origin } })).status, method).toBe(405);
    }
    expect((await ask(server, '/', { method: 'POST', headers: { origin: server.origin } })).status).toBe(405);
  });
});

describe('the contract over the socket', () => {
  it('is open to a session of the own page only', async () => {
    const cookie = await signIn(server);
    const { origin } = server;
    expect(await knock({ cookie, origin })).toBe(101);
    expect(await knock({ origin })).toBe(401);
    expect(await knock({ cookie: `tidemark-${port}=${'x'.repeat(43)}`, origin })).toBe(401);
    expect(await knock({ cookie })).toBe(403);
    expect(await knock({ cookie, origin: 'http://evil.example' })).toBe(403);
    expect(await knock({ cookie, origin: `http://localhost:${port}` })).toBe(403);
    expect(await knock({ cookie, origin, host: `evil.example:${port}` })).toBe(403);
    expect(await knock({ cookie, origin, host: `localhost:${port}` })).toBe(403);
    expect(await knock({ cookie, origin }, '/')).toBe(404);
    expect(await knock({ cookie, origin }, '/rpc/x')).toBe(404);
  });

  it('answers, streams, and survives what is no message', async () => {
    const headers = { cookie: await signIn(server), origin: server.origin };
    const rude = new WebSocket(`ws://127.0.0.1:${port}/rpc`, { headers });
    await new Promise((resolve) => rude.once('open', resolve));
    for (const junk of ['', '{', '[1]', 'null', Buffer.from([0, 255, 1])]) rude.send(junk);
    const closed = new Promise<number>((resolve) => rude.once('close', resolve));
    rude.send('x'.repeat(maxRequestLength * 3 + 1));
    expect(await closed).toBe(1009);
    const transport = await openedSocketTransport(new WebSocket(`ws://127.0.0.1:${port}/rpc`, { headers }));
    const client = connect(contract, transport);
    expect(await client.app.updateSettings({ theme: 'dark' })).toEqual({});
    for await (const settings of client.app.settings({})) {
      expect(settings).toEqual({ theme: 'system' });
      break;
    }
    await expect(client.setup.inspectDestination({ token: 'x' })).rejects.toMatchObject({ code: 'unsupported' });
    transport.close();
  });
});

describe('another start', () => {
  it('is given an address for the secret, a browser is not', async () => {
    const authorization = `Bearer ${server.secret}`;
    const answer = await ask(server, '/instance', { method: 'POST', headers: { authorization } });
    expect(answer.status).toBe(200);
    const { address } = JSON.parse(answer.body) as { address: string };
    expect((await exchange(server, tokenOf(address))).status).toBe(204);
    const refused = [
      {},
      { authorization: 'Bearer wrong' },
      { authorization: server.secret },
      { authorization, origin: server.origin },
      { authorization, origin: 'http://evil.example' },
      { authorization, 'sec-fetch-site': 'cross-site' },
      { authorization, host: 'evil.example' },
    ];
    for (const headers of refused) {
      expect((await ask(server, '/instance', { method: 'POST', headers })).status, JSON.stringify(headers)).toBe(403);
    }
    expect((await ask(server, '/instance', { headers: { authorization } })).status).toBe(405);
  });
});
