import type { z } from 'zod';

/** One request, one answer. Values are JSON-safe: no Date, Map, Buffer or bigint crosses the wire. */
export interface CallDescriptor<I extends z.ZodType, O extends z.ZodType> {
  readonly kind: 'call';
  readonly input: I;
  readonly output: O;
}

/** One request, many items: the first is the full state, each later one replaces it, at most ten a second. */
export interface StreamDescriptor<I extends z.ZodType, T extends z.ZodType> {
  readonly kind: 'stream';
  readonly input: I;
  readonly item: T;
}

/** Any method of a contract. */
export type Descriptor = CallDescriptor<z.ZodType, z.ZodType> | StreamDescriptor<z.ZodType, z.ZodType>;

/** Methods grouped by service; the one object from which client, handlers and test doubles are derived. */
export type Contract = Readonly<Record<string, Readonly<Record<string, Descriptor>>>>;

/** Describes a method that answers once. */
export function call<I extends z.ZodType, O extends z.ZodType>(input: I, output: O): CallDescriptor<I, O> {
  return { kind: 'call', input, output };
}

/** Describes a method that answers with a full state and then with its replacements. */
export function stream<I extends z.ZodType, T extends z.ZodType>(input: I, item: T): StreamDescriptor<I, T> {
  return { kind: 'stream', input, item };
}

/** What the page calls: `client.plans.create(input)`; streams are async iterables. */
export type Client<C extends Contract> = {
  readonly [S in keyof C]: {
    readonly [M in keyof C[S]]: C[S][M] extends CallDescriptor<infer I, infer O>
      ? (input: z.input<I>, signal?: AbortSignal) => Promise<z.output<O>>
      : C[S][M] extends StreamDescriptor<infer I, infer T>
        ? (input: z.input<I>, signal?: AbortSignal) => AsyncIterable<z.output<T>>
        : never;
  };
};

/** What main implements: the input is parsed before, the signal aborts when the page cancels or goes away. */
export type Handlers<C extends Contract> = {
  readonly [S in keyof C]: {
    readonly [M in keyof C[S]]: C[S][M] extends CallDescriptor<infer I, infer O>
      ? (input: z.output<I>, signal: AbortSignal) => Promise<z.input<O>>
      : C[S][M] extends StreamDescriptor<infer I, infer T>
        ? (input: z.output<I>, signal: AbortSignal) => AsyncIterable<z.input<T>>
        : never;
  };
};
