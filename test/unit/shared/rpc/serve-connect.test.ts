import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AppError } from '../../../../shared/errors.ts';
import { connect } from '../../../../shared/rpc/connect.ts';
import type { Client } from '../../../../shared/rpc/descriptors.ts';
import { serve } from '../../../../shared/rpc/serve.ts';
import { maxRequestLength } from '../../../../shared/rpc/transport.ts';
import { carriers } from './carriers.ts';
import type { Line } from './carriers.ts';
import { sleep, toyContract, toyHandlers } from './toy-contract.ts';
import type { ToyLog } from './toy-contract.ts';

async function failure(promise: Promise<unknown>): Promise<AppError> {
  return promise.then(
    () => {
      throw new Error('expected a failure');
    },
    (error: AppError) => error,
  );
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  return Array.fromAsync(items);
}

describe.each(Object.keys(carriers))('contract over %s', (name) => {
  let line: Line;
  let client: Client<typeof toyContract>;
  let log: ToyLog;
  let internal: string[];

  beforeEach(async () => {
    line = await (carriers[name] ?? carriers['memory'])!();
    log = { aborted: 0, finished: 0 };
    internal = [];
    serve(toyContract, toyHandlers(log), line.server, { onInternalError: (method) => internal.push(method) });
    client = connect(toyContract, line.client);
  });
  afterEach(() => line.dispose());

  it('answers calls, many at once', async () => {
    const sums = await Promise.all(Array.from({ length: 50 }, (_, a) => client.toys.add({ a, b: 1 })));
    expect(sums.map(({ sum }) => sum)).toEqual(Array.from({ length: 50 }, (_, a) => a + 1));
  });

  it('carries an expected error whole and an unexpected one without its stack', async () => {
    expect(await failure(client.toys.fail({ how: 'expected' }))).toMatchObject({
      name: 'AppError',
      code: 'no-space',
      message: 'The disk is full.',
      hint: 'Make room.',
      retry: 'after-action',
    });
    expect(internal).toEqual([]);
    const error = await failure(client.toys.fail({ how: 'unexpected' }));
    expect(error.code).toBe('internal');
    expect(JSON.stringify(error)).not.toContain('toy-contract.ts');
    expect(internal).toEqual(['toys.fail']);
  });

  it('refuses inputs outside the contract', async () => {
    const error = await failure(client.toys.add({ a: 1, b: 'x', c: 1 } as never));
    expect(error.code).toBe('invalid-input');
    expect(error.message).toContain('toys.add');
  });

  it('does not let an answer outside the contract through', async () => {
    expect((await failure(client.toys.lie({}))).code).toBe('internal');
    expect((await failure(collect(client.toys.lies({})))).code).toBe('internal');
  });

  it('cancels a call at once and tells the handler', async () => {
    const controller = new AbortController();
    const waiting = failure(client.toys.wait({}, controller.signal));
    await client.toys.add({ a: 1, b: 1 });
    controller.abort();
    expect((await waiting).code).toBe('cancelled');
    await vi.waitFor(() => expect(log.aborted).toBe(1));
    expect((await failure(client.toys.wait({}, controller.signal))).code).toBe('cancelled');
    expect(await client.toys.add({ a: 2, b: 2 })).toEqual({ sum: 4 });
  });

  it('streams the first state at once, at most ten a second, and the last one always', async () => {
    const started = performance.now();
    const seen: number[] = [];
    for await (const { n } of client.toys.count({ to: 60, pause: 5 })) seen.push(n);
    const elapsed = performance.now() - started;
    expect(seen[0]).toBe(1);
    expect(seen.at(-1)).toBe(60);
    expect(seen.length).toBeLessThanOrEqual(Math.ceil(elapsed / 100) + 2);
    expect(log.finished).toBe(1);
  });

  it('skips states for a slow reader, but never the last', async () => {
    const seen: number[] = [];
    for await (const { n } of client.toys.count({ to: 8, pause: 110 })) {
      seen.push(n);
      if (n === 1) await sleep(700);
    }
    expect(seen[0]).toBe(1);
    expect(seen.at(-1)).toBe(8);
    expect(seen.length).toBeLessThan(6);
  });

  it('ends a stream that fails with its error', async () => {
    const seen: number[] = [];
    const error = await failure(
      (async () => {
        for await (const { n } of client.toys.breaks({})) seen.push(n);
      })(),
    );
    expect(seen).toEqual([1]);
    expect(error).toMatchObject({ code: 'locked', retry: 'later' });
  });

  it('tells the handler when the reader of a stream leaves or aborts', async () => {
    for await (const { n } of client.toys.forever({})) {
      expect(n).toBe(0);
      break;
    }
    await vi.waitFor(() => expect(log.aborted).toBe(1));
    const controller = new AbortController();
    const reading = failure(
      (async () => {
        for await (const item of client.toys.forever({}, controller.signal)) if (item.n === 0) controller.abort();
      })(),
    );
    expect((await reading).code).toBe('cancelled');
    await vi.waitFor(() => expect(log.aborted).toBe(2));
  });

  it('fails what is under way when the line breaks, at both ends', async () => {
    const waiting = failure(client.toys.wait({}));
    const reading = failure(collect(client.toys.forever({})));
    await client.toys.add({ a: 1, b: 1 });
    line.client.close();
    expect((await waiting).code).toBe('disconnected');
    expect((await reading).code).toBe('disconnected');
    await vi.waitFor(() => expect(log.aborted).toBe(2));
    expect((await failure(client.toys.add({ a: 1, b: 1 }))).code).toBe('disconnected');
  });

  it('answers unknown methods and wrong kinds, and refuses what is too large', async () => {
    const replies: unknown[] = [];
    const other = await (carriers[name] ?? carriers['memory'])!();
    serve(toyContract, toyHandlers(log), other.server);
    other.client.onMessage((text) => replies.push(JSON.parse(String(text))));
    const ask = (id: number, message: object): void => other.client.send(JSON.stringify({ id, ...message }));
    ask(1, { type: 'call', service: 'toys', method: 'nothing', input: {} });
    ask(2, { type: 'call', service: '__proto__', method: 'constructor', input: {} });
    ask(3, { type: 'call', service: 'toys', method: 'toString', input: {} });
    ask(4, { type: 'open', service: 'toys', method: 'add', input: { a: 1, b: 1 } });
    ask(5, { type: 'call', service: 'toys', method: 'count', input: { to: 1, pause: 0 } });
    ask(6, { type: 'call', service: 'toys', method: 'add', input: {}, extra: 1 });
    ask(7, { type: 'call', service: 'toys', method: 'add', input: 'x'.repeat(maxRequestLength) });
    ask(8, { type: 'call', service: 'toys', method: 'add', input: { a: 1, b: 1 } });
    await vi.waitFor(() => expect(replies).toContainEqual({ type: 'ok', id: 8, output: { sum: 2 } }));
    const codes = Object.fromEntries(
      (replies as { id: number; error?: { code: string } }[]).map(({ id, error }) => [id, error?.code]),
    );
    expect(codes).toEqual({
      1: 'unsupported',
      2: 'unsupported',
      3: 'unsupported',
      4: 'invalid-input',
      5: 'invalid-input',
      6: 'invalid-input',
      8: undefined,
    });
    other.dispose();
  });
});

describe('serve', () => {
  it('checks what handlers answer when asked', async () => {
    const line = await carriers['memory']!();
    const internal: string[] = [];
    serve(toyContract, toyHandlers({ aborted: 0, finished: 0 }), line.server, {
      validateOutputs: true,
      onInternalError: (method) => internal.push(method),
    });
    const client = connect(toyContract, line.client, { validateOutputs: false });
    expect((await failure(client.toys.lie({}))).message).toContain('against its contract');
    expect((await failure(collect(client.toys.lies({})))).message).toContain('against its contract');
    expect(internal).toEqual(['toys.lie', 'toys.lies']);
  });

  it('holds states back while the carrier is congested', async () => {
    const line = await carriers['memory']!();
    let congested = false;
    serve(toyContract, toyHandlers({ aborted: 0, finished: 0 }), { ...line.server, congested: () => congested });
    const client = connect(toyContract, line.client);
    const seen: number[] = [];
    const reading = (async () => {
      for await (const { n } of client.toys.count({ to: 40, pause: 20 })) {
        seen.push(n);
        congested = true;
        setTimeout(() => (congested = false), 400);
      }
    })();
    await reading;
    expect(seen.at(-1)).toBe(40);
    expect(seen.length).toBeLessThan(6);
  });

  it('bounds how much one peer asks at once', async () => {
    const line = await carriers['memory']!();
    serve(toyContract, toyHandlers({ aborted: 0, finished: 0 }), line.server);
    const client = connect(toyContract, line.client);
    const waiting = Array.from({ length: 1_000 }, () => client.toys.wait({}).catch(() => undefined));
    expect((await failure(client.toys.add({ a: 1, b: 1 }))).code).toBe('busy');
    line.client.close();
    await Promise.all(waiting);
  });
});
