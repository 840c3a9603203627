import { contract } from '../../../shared/contract/contract.ts';
import type { TidemarkHandlers } from '../../../shared/contract/contract.ts';
import { AppError } from '../../../shared/errors.ts';
import { mapContract } from '../../../shared/rpc/connect.ts';
import type { Contract } from '../../../shared/rpc/descriptors.ts';

/** Handlers for the shells' tests: a few real answers, `unsupported` for the rest. */
export function fakeHandlers(overrides: { readonly [service: string]: object } = {}): TidemarkHandlers {
  const refusing = mapContract(contract as Contract, (service, method, { kind }) => {
    const refuse = (): never => {
      throw new AppError('unsupported', `${service}.${method} is not part of this test.`);
    };
    // A stream fails when it is read, a call when it is awaited.
    return kind === 'call' ? async () => refuse() : async function* () { yield refuse(); };
  }) as unknown as Record<string, object>;
  const app = {
    ...refusing['app'],
    settings: async function* (_: unknown, signal: AbortSignal) {
      yield { theme: 'system' };
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    },
    updateSettings: async () => ({}),
    reportPageError: async () => ({}),
    dismissNotice: async () => ({}),
  };
  return { ...refusing, app, ...overrides } as unknown as TidemarkHandlers;
}
