import { cancelledError, hasCode } from '../errors.ts';
import { connect, disconnectedError, mapContract } from './connect.ts';
import type { AnyMethod, ConnectOptions } from './connect.ts';
import type { Client, Contract } from './descriptors.ts';
import type { Transport } from './transport.ts';

/** `connecting`: no line, trying. `open`: there is one. `lost`: there is none and there will be none. */
export type ConnectionStatus = 'connecting' | 'open' | 'lost';

/** How a connection comes back. */
export interface ConnectionOptions extends ConnectOptions {
  /** Waits between attempts, in milliseconds; the last repeats. */
  readonly retryDelays?: readonly number[];
}

/** A client that outlives its transport. */
export interface Connection<C extends Contract> {
  /**
   * Calls wait while connecting and reject with `disconnected` when the line breaks under them (a call is never sent
   * twice). Streams open again by themselves and start with a full state; they end only when the other end ends
   * them, fails them, or the signal aborts.
   */
  readonly client: Client<C>;
  readonly status: () => ConnectionStatus;
  /** Calls back on each change until the returned function is called. */
  readonly onStatus: (listener: (status: ConnectionStatus) => void) => () => void;
  readonly close: () => void;
}

const defaultRetryDelays = [100, 250, 500, 1_000, 2_000, 5_000] as const;

/** Keeps a line open: `open` makes a new transport; rejecting with `unauthorised` ends the attempts. */
export function createConnection<C extends Contract>(
  contract: C,
  open: () => Promise<Transport>,
  options: ConnectionOptions = {},
): Connection<C> {
  const keeper = new LineKeeper(contract, open, options);
  void keeper.run();
  return {
    client: mapContract(contract, (service, method, descriptor) => {
      const pick = (client: Client<C>): AnyMethod => client[service]?.[method] as unknown as AnyMethod;
      return descriptor.kind === 'call'
        ? async (input, signal) => pick(await keeper.line(signal))(input, signal)
        : (input, signal) => keepWatching(keeper, pick, input, signal);
    }),
    status: () => keeper.status,
    onStatus: (listener) => keeper.onStatus(listener),
    close: () => keeper.close(),
  };
}

async function* keepWatching<C extends Contract>(
  keeper: LineKeeper<C>,
  pick: (client: Client<C>) => AnyMethod,
  input: unknown,
  signal: AbortSignal | undefined,
): AsyncGenerator<unknown, void> {
  for (;;) {
    const client = await keeper.line(signal);
    try {
      yield* pick(client)(input, signal) as AsyncIterable<unknown>;
      return;
    } catch (error) {
      if (!hasCode(error, 'disconnected')) throw error;
    }
  }
}

function pendingLine<C extends Contract>(): PromiseWithResolvers<Client<C>> {
  const line = Promise.withResolvers<Client<C>>();
  // Nobody may be waiting when it is given up.
  line.promise.catch(() => undefined);
  return line;
}

class LineKeeper<C extends Contract> {
  readonly #contract: C;
  readonly #open: () => Promise<Transport>;
  readonly #options: ConnectionOptions;
  readonly #listeners = new Set<(status: ConnectionStatus) => void>();
  #line = pendingLine<C>();
  #transport: Transport | undefined;
  #status: ConnectionStatus = 'connecting';

  constructor(contract: C, open: () => Promise<Transport>, options: ConnectionOptions) {
    this.#contract = contract;
    this.#open = open;
    this.#options = options;
  }

  get status(): ConnectionStatus {
    return this.#status;
  }

  onStatus(listener: (status: ConnectionStatus) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The present line, or the next one. */
  async line(signal: AbortSignal | undefined): Promise<Client<C>> {
    if (signal === undefined) return this.#line.promise;
    if (signal.aborted) throw cancelledError();
    const aborted = Promise.withResolvers<never>();
    const abort = (): void => aborted.reject(cancelledError());
    signal.addEventListener('abort', abort, { once: true });
    try {
      return await Promise.race([this.#line.promise, aborted.promise]);
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  async run(): Promise<void> {
    let failures = 0;
    while (this.#status !== 'lost') {
      try {
        const transport = await this.#open();
        failures = 0;
        await this.#use(transport);
      } catch (error) {
        if (hasCode(error, 'unauthorised')) return this.close();
        failures += 1;
      }
      if (this.#isOver()) return;
      const delays = this.#options.retryDelays ?? defaultRetryDelays;
      const delay = delays[Math.min(failures, delays.length - 1)] ?? 0;
      await new Promise((resolve) => setTimeout(resolve, delay));
    }
  }

  close(): void {
    if (this.#status === 'lost') return;
    this.#change('lost');
    this.#line.reject(disconnectedError());
    this.#line = pendingLine<C>();
    this.#line.reject(disconnectedError());
    this.#transport?.close();
  }

  /** Resolves when the line broke. */
  async #use(transport: Transport): Promise<void> {
    if (this.#isOver()) return transport.close();
    this.#transport = transport;
    const closed = Promise.withResolvers<void>();
    // Before the client's own listener: streams that fail with the line then wait for the next one.
    transport.onClose(() => {
      closed.resolve();
      if (this.#isOver()) return;
      this.#line = pendingLine<C>();
      this.#change('connecting');
    });
    this.#line.resolve(connect(this.#contract, transport, this.#options));
    if (this.#status === 'connecting') this.#change('open');
    await closed.promise;
  }

  #isOver(): boolean {
    return this.#status === 'lost';
  }

  #change(status: ConnectionStatus): void {
    this.#status = status;
    for (const listener of this.#listeners) listener(status);
  }
}
