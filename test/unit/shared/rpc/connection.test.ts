import { describe, expect, it, vi } from 'vitest';
import { AppError } from '../../../../shared/errors.ts';
import { createConnection } from '../../../../shared/rpc/connection.ts';
import type { ConnectionStatus } from '../../../../shared/rpc/connection.ts';
import { memoryTransportPair } from '../../../../shared/rpc/memory-transport.ts';
import { serve } from '../../../../shared/rpc/serve.ts';
import type { Transport } from '../../../../shared/rpc/transport.ts';
import { toyContract, toyHandlers } from './toy-contract.ts';

function world(refuse: () => Error | undefined = () => undefined) {
  const log = { aborted: 0, finished: 0 };
  const lines: Transport[] = [];
  let attempts = 0;
  const open = async (): Promise<Transport> => {
    attempts += 1;
    const refusal = refuse();
    if (refusal !== undefined) throw refusal;
    const [server, client] = memoryTransportPair();
    serve(toyContract, toyHandlers(log), server);
    lines.push(server);
    return client;
  };
  const connection = createConnection(toyContract, open, { retryDelays: [5, 10] });
  const states: ConnectionStatus[] = [];
  connection.onStatus((status) => states.push(status));
  return { connection, states, lines, log, attempts: () => attempts };
}

describe('createConnection', () => {
  it('holds calls until the line is there', async () => {
    let failures = 3;
    const { connection, states } = world(() => (failures-- > 0 ? new Error('not yet') : undefined));
    expect(connection.status()).toBe('connecting');
    expect(await connection.client.toys.add({ a: 1, b: 2 })).toEqual({ sum: 3 });
    expect(states).toEqual(['open']);
    connection.close();
  });

  it('opens streams again with a full state, and never sends a call twice', async () => {
    const { connection, states, lines } = world();
    const seen: number[] = [];
    const controller = new AbortController();
    const reading = (async () => {
      for await (const { n } of connection.client.toys.forever({}, controller.signal)) seen.push(n);
    })().catch((error: AppError) => error.code);
    await vi.waitFor(() => expect(seen).toEqual([0]));
    const call = connection.client.toys.wait({}).catch((error: AppError) => error.code);
    await connection.client.toys.add({ a: 1, b: 2 });
    lines[0]?.close();
    expect(await call).toBe('disconnected');
    await vi.waitFor(() => expect(seen).toEqual([0, 0]));
    expect(states).toEqual(['open', 'connecting', 'open']);
    expect(await connection.client.toys.add({ a: 2, b: 2 })).toEqual({ sum: 4 });
    controller.abort();
    expect(await reading).toBe('cancelled');
    connection.close();
  });

  it('stops trying when it is not authorised', async () => {
    const { connection, states, attempts } = world(() => new AppError('unauthorised', 'No.'));
    await expect(connection.client.toys.add({ a: 1, b: 2 })).rejects.toMatchObject({ code: 'disconnected' });
    await vi.waitFor(() => expect(states).toEqual(['lost']));
    await new Promise((resolve) => setTimeout(resolve, 40));
    expect(attempts()).toBe(1);
    await expect(connection.client.toys.forever({})[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      code: 'disconnected',
    });
  });

  it('ends everything on close', async () => {
    const { connection, log } = world();
    const call = connection.client.toys.wait({}).catch((error: AppError) => error.code);
    await connection.client.toys.add({ a: 1, b: 2 });
    connection.close();
    expect(await call).toBe('disconnected');
    await vi.waitFor(() => expect(log.aborted).toBe(1));
    expect(connection.status()).toBe('lost');
  });

  it('lets a waiting call go when it is cancelled', async () => {
    const { connection } = world(() => new Error('never'));
    const controller = new AbortController();
    const call = connection.client.toys.add({ a: 1, b: 2 }, controller.signal);
    controller.abort();
    await expect(call).rejects.toMatchObject({ code: 'cancelled' });
    connection.close();
  });
});
