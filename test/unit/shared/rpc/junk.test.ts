import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contract } from '../../../../shared/contract/contract.ts';
import type { TidemarkHandlers } from '../../../../shared/contract/contract.ts';
import { connect, mapContract } from '../../../../shared/rpc/connect.ts';
import type { Contract } from '../../../../shared/rpc/descriptors.ts';
import { memoryTransportPair } from '../../../../shared/rpc/memory-transport.ts';
import { serve } from '../../../../shared/rpc/serve.ts';
import { toyContract, toyHandlers } from './toy-contract.ts';

/** Almost messages: the right keys with values that are now and then right. */
const nearMessage = fc.record(
  {
    type: fc.oneof(fc.constantFrom('call', 'open', 'cancel', 'ok', 'item', 'end', 'error'), fc.jsonValue()),
    id: fc.oneof(fc.integer({ min: -2, max: 20 }), fc.double(), fc.jsonValue()),
    service: fc.oneof(fc.constantFrom('toys', '__proto__', 'constructor', ''), fc.string()),
    method: fc.oneof(fc.constantFrom('add', 'count', 'hasOwnProperty', '__proto__'), fc.string()),
    input: fc.jsonValue(),
    output: fc.jsonValue(),
    item: fc.jsonValue(),
    error: fc.jsonValue(),
  },
  { requiredKeys: [] },
);
const text = fc.oneof(
  nearMessage.map((message) => JSON.stringify(message)),
  fc.json(),
  fc.string(),
  fc.constantFrom('', '{', 'null', '[]', '{"__proto__":{"type":"call"}}', '['.repeat(50_000)),
);
const anything = fc.oneof(text, fc.anything());

describe('junk', () => {
  it('does not keep a server from answering', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anything, { maxLength: 20 }), async (messages) => {
        const [server, client] = memoryTransportPair();
        serve(toyContract, toyHandlers({ aborted: 0, finished: 0 }), server, { validateOutputs: true });
        const answered = Promise.withResolvers<void>();
        client.onMessage((reply) => {
          if (String(reply).includes('"id":9000')) answered.resolve();
        });
        for (const message of messages) client.send(message as string);
        client.send('{"type":"call","id":9000,"service":"toys","method":"add","input":{"a":1,"b":2}}');
        expect(await answered.promise).toBeUndefined();
        client.close();
      }),
      { numRuns: 300 },
    );
  });

  it('does not keep a client from understanding its answer', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anything, { maxLength: 20 }), async (messages) => {
        const [server, client] = memoryTransportPair();
        const page = connect(toyContract, client);
        server.onMessage(() => {
          for (const message of messages) {
            // A well-formed reply to this very request is not junk.
            if (!/"id":1[,}]/.test((JSON.stringify(message) ?? '').replaceAll('\\',
              ''))) server.send(message as string);
          }
          server.send('{"type":"ok","id":1,"output":{"sum":3}}');
        });
        expect(await page.toys.add({ a: 1, b: 2 })).toEqual({ sum: 3 });
        client.close();
      }),
      { numRuns: 300 },
    );
  });
});

/** Handlers that must never be reached. */
const unreachable: TidemarkHandlers = mapContract(contract as Contract, (service, method) => () => {
  throw new Error(`${service}.${method} was reached`);
}) as unknown as TidemarkHandlers;

const methods = Object.entries(contract).flatMap(([service, descriptors]) =>
  Object.entries(descriptors).map(([method, { kind }]) => ({ name: `${service}.${method}`, service, method, kind })),
);

describe('every method of the contract', () => {
  it('is seen by this test', () => {
    expect(methods.length).toBeGreaterThan(30);
  });

  it.each(methods)('$name refuses junk', async ({ service, method, kind }) => {
    const [server, client] = memoryTransportPair();
    const internal: unknown[] = [];
    serve(contract, unreachable, server, { onInternalError: (_, error) => internal.push(error) });
    const replies: { id: number; type: string; error: { code: string } }[] = [];
    client.onMessage((reply) => replies.push(JSON.parse(String(reply)) as (typeof replies)[number]));
    const junk: readonly unknown[] = [null, 0, 'junk', [], [{}], { junk: true }, { planId: { $ne: null } },
      { __proto__: null, constructor: 1 }];
    junk.forEach((input, index) =>
      client.send(JSON.stringify({ type: kind === 'call' ? 'call' : 'open', id: index + 1, service, method, input })),
    );
    while (replies.length < junk.length) await new Promise((resolve) => setTimeout(resolve, 1));
    expect(replies.map(({ error }) => error?.code)).toEqual(junk.map(() => 'invalid-input'));
    expect(internal).toEqual([]);
    client.close();
  });
});
