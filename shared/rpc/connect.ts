import { AppError, cancelledError } from '../errors.ts';
import type { Client, Contract, Descriptor } from './descriptors.ts';
import { maxReplyLength } from './transport.ts';
import type { Transport } from './transport.ts';
import { parseText, replyMessage } from './wire.ts';
import type { ReplyMessage, RequestMessage } from './wire.ts';

/** How a client treats what it is answered. */
export interface ConnectOptions {
  /** Checks every answer against the contract (in the page: always). Default true. */
  readonly validateOutputs?: boolean;
}

/** One method of a client: the promise of a call or the async iterable of a stream. */
export type AnyMethod = (input: unknown, signal?: AbortSignal) => unknown;

/** Builds an object of the contract's shape with one function for each of its methods. */
export function mapContract<C extends Contract>(
  contract: C,
  make: (service: string, method: string, descriptor: Descriptor) => AnyMethod,
): Client<C> {
  const services = Object.entries(contract).map(([service, methods]) => [
    service,
    Object.fromEntries(
      Object.entries(methods).map(([method, descriptor]) => [method, make(service, method, descriptor)]),
    ),
  ]);
  return Object.fromEntries(services) as Client<C>;
}

/** The error of everything that was under way when the line between page and main broke. */
export function disconnectedError(): AppError {
  return new AppError('disconnected', 'The connection to Tidemark was lost.', {
    hint: 'What is running goes on. Start Tidemark again if it was closed.',
    retry: 'later',
  });
}

/** What waits for replies with one number. Called in order; nothing follows `fail`, `ok` or `end`. */
interface Receiver {
  readonly ok: (output: unknown) => void;
  readonly item: (item: unknown) => void;
  readonly end: () => void;
  readonly fail: (error: unknown) => void;
}

type Question = Omit<Exclude<RequestMessage, { readonly type: 'cancel' }>, 'id'>;

/**
 * The client over one transport. Calls and streams in flight when it closes reject with `disconnected`.
 * Errors are `AppError`s. An aborted signal rejects with `cancelled` at once and tells the other end.
 * A stream's async iterable holds back nothing but the newest state: a slow reader skips states, never the last.
 */
export function connect<C extends Contract>(
  contract: C,
  transport: Transport,
  options: ConnectOptions = {},
): Client<C> {
  const line = new Line(transport);
  const validate = options.validateOutputs ?? true;
  return mapContract(contract, (service, method, descriptor) => {
    const schema = descriptor.kind === 'call' ? descriptor.output : descriptor.item;
    const parse = (value: unknown): unknown => {
      if (!validate) return value;
      const parsed = schema.safeParse(value);
      if (parsed.success) return parsed.data;
      throw new AppError('internal', `"${service}.${method}" answered something this page does not know.`, {
        hint: 'Reload the page: it may be of another version than Tidemark.',
        cause: parsed.error,
      });
    };
    return descriptor.kind === 'call'
      ? (input, signal) => ask(line, { type: 'call', service, method, input }, parse, signal)
      : (input, signal) => watch(line, { type: 'open', service, method, input }, parse, signal);
  });
}

/** Numbers requests and hands replies to who waits for them. */
class Line {
  readonly #transport: Transport;
  readonly #receivers = new Map<number, Receiver>();
  #nextId = 1;
  #closed = false;

  constructor(transport: Transport) {
    this.#transport = transport;
    transport.onMessage((text) => this.#receive(text));
    transport.onClose(() => {
      this.#closed = true;
      const receivers = [...this.#receivers.values()];
      this.#receivers.clear();
      for (const receiver of receivers) receiver.fail(disconnectedError());
    });
  }

  /** Sends a question; the returned function takes it back. */
  send(question: Question, receiver: Receiver): () => void {
    if (this.#closed) {
      receiver.fail(disconnectedError());
      return () => undefined;
    }
    const id = this.#nextId++;
    this.#receivers.set(id, receiver);
    this.#transport.send(JSON.stringify({ ...question, id, input: question.input ?? null }));
    return () => {
      if (this.#receivers.delete(id)) this.#transport.send(JSON.stringify({ type: 'cancel', id }));
    };
  }

  #receive(text: unknown): void {
    const parsed = replyMessage.safeParse(parseText(text, maxReplyLength));
    if (!parsed.success) return;
    const receiver = this.#receivers.get(parsed.data.id);
    if (receiver === undefined) return;
    if (parsed.data.type !== 'item') this.#receivers.delete(parsed.data.id);
    deliver(parsed.data, receiver);
  }
}

function deliver(reply: ReplyMessage, receiver: Receiver): void {
  switch (reply.type) {
    case 'ok':
      return receiver.ok(reply.output);
    case 'item':
      return receiver.item(reply.item);
    case 'end':
      return receiver.end();
    case 'error':
      return receiver.fail(new AppError(reply.error.code, reply.error.message, reply.error));
  }
}

function misplaced(): AppError {
  return new AppError('internal', 'Tidemark answered a request in the wrong way.');
}

async function ask(
  line: Line,
  question: Question,
  parse: (value: unknown) => unknown,
  signal: AbortSignal | undefined,
): Promise<unknown> {
  if (signal?.aborted === true) throw cancelledError();
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const takeBack = line.send(question, {
    ok: resolve,
    item: () => reject(misplaced()),
    end: () => reject(misplaced()),
    fail: reject,
  });
  const abort = (): void => {
    takeBack();
    reject(cancelledError());
  };
  signal?.addEventListener('abort', abort, { once: true });
  try {
    return parse(await promise);
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

async function* watch(
  line: Line,
  question: Question,
  parse: (value: unknown) => unknown,
  signal: AbortSignal | undefined,
): AsyncGenerator<unknown, void> {
  if (signal?.aborted === true) throw cancelledError();
  let newest: { readonly item: unknown } | undefined;
  let ending: { readonly error: unknown } | 'end' | undefined;
  let wake = Promise.withResolvers<void>();
  const takeBack = line.send(question, {
    ok: () => ((ending = { error: misplaced() }), wake.resolve()),
    item: (item) => ((newest = { item }), wake.resolve()),
    end: () => ((ending ??= 'end'), wake.resolve()),
    fail: (error) => ((ending ??= { error }), wake.resolve()),
  });
  const abort = (): void => {
    newest = undefined;
    ending ??= { error: cancelledError() };
    wake.resolve();
  };
  signal?.addEventListener('abort', abort, { once: true });
  try {
    for (;;) {
      await wake.promise;
      wake = Promise.withResolvers<void>();
      const state = take();
      if (state !== undefined) yield parse(state.item);
      if (newest !== undefined) wake.resolve();
      else if (ending === 'end') return;
      else if (ending !== undefined) throw ending.error;
    }
  } finally {
    takeBack();
    signal?.removeEventListener('abort', abort);
  }

  function take(): { readonly item: unknown } | undefined {
    const state = newest;
    newest = undefined;
    return state;
  }
}
