import { z } from 'zod';
import { AppError } from '../../../../shared/errors.ts';
import { call, stream } from '../../../../shared/rpc/descriptors.ts';
import type { Handlers } from '../../../../shared/rpc/descriptors.ts';

export const toyContract = {
  toys: {
    add: call(z.strictObject({ a: z.number(), b: z.number() }), z.strictObject({ sum: z.number() })),
    fail: call(z.strictObject({ how: z.enum(['expected', 'unexpected']) }), z.strictObject({})),
    wait: call(z.strictObject({}), z.strictObject({})),
    lie: call(z.strictObject({}), z.strictObject({ n: z.number() })),
    count: stream(z.strictObject({ to: z.number(), pause: z.number() }), z.strictObject({ n: z.number() })),
    forever: stream(z.strictObject({}), z.strictObject({ n: z.number() })),
    breaks: stream(z.strictObject({}), z.strictObject({ n: z.number() })),
    lies: stream(z.strictObject({}), z.strictObject({ n: z.number() })),
  },
};

export interface ToyLog {
  aborted: number;
  finished: number;
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export function toyHandlers(log: ToyLog): Handlers<typeof toyContract> {
  const untilAborted = (signal: AbortSignal): Promise<never> =>
    new Promise((_, reject) => {
      signal.addEventListener('abort', () => {
        log.aborted += 1;
        reject(new AppError('cancelled', 'Cancelled.'));
      });
    });
  return {
    toys: {
      add: async ({ a, b }) => ({ sum: a + b }),
      fail: async ({ how }) => {
        if (how === 'unexpected') throw new TypeError('kaput');
        throw new AppError('no-space', 'The disk is full.', { hint: 'Make room.', retry: 'after-action' });
      },
      wait: async (_, signal) => untilAborted(signal),
      lie: async () => ({ n: 'seven' }) as unknown as { n: number },
      count: async function* ({ to, pause }) {
        for (let n = 1; n <= to; n += 1) {
          yield { n };
          if (pause > 0) await sleep(pause);
        }
        log.finished += 1;
      },
      forever: async function* (_, signal) {
        yield { n: 0 };
        await untilAborted(signal);
      },
      breaks: async function* () {
        yield { n: 1 };
        await sleep(5);
        throw new AppError('locked', 'Someone else is at it.', { retry: 'later' });
      },
      lies: async function* () {
        yield { n: 'seven' } as unknown as { n: number };
        await sleep(1_000);
      },
    },
  };
}
