import { AppError, errorFacts } from '../errors.ts';
import type { Contract, Descriptor, Handlers } from './descriptors.ts';
import { LatestOnly } from './latest-only.ts';
import { maxReplyLength, maxRequestLength } from './transport.ts';
import type { Transport } from './transport.ts';
import { parseText, requestIdOf, requestMessage } from './wire.ts';
import type { ReplyMessage, RequestMessage } from './wire.ts';

/** How `serve` treats what handlers do. */
export interface ServeOptions {
  /** Also checks what handlers answer against the contract; on in tests and in development. */
  readonly validateOutputs?: boolean;
  /** Told about every error that is not an expected one (code `internal`), with the thrown value, for the log. */
  readonly onInternalError?: (method: string, error: unknown) => void;
}

/** Requests of one peer that may be in progress at once. */
const maxActive = 1_000;

type Question = Exclude<RequestMessage, { readonly type: 'cancel' }>;
type AnyHandler = (input: unknown, signal: AbortSignal) => unknown;
interface Method {
  readonly name: string;
  readonly descriptor: Descriptor;
  readonly handler: AnyHandler;
}

/**
 * Answers one peer until its transport closes; then every signal handed to a handler aborts. Inputs are parsed before
 * a handler sees them. What is not understood is answered with `invalid-input` where it has a number, else ignored.
 */
export function serve<C extends Contract>(
  contract: C,
  handlers: Handlers<C>,
  transport: Transport,
  options: ServeOptions = {},
): void {
  const active = new Map<number, AbortController>();

  const send = (reply: ReplyMessage): void => {
    transport.send(encode(reply));
  };

  const fail = (id: number, method: string, error: unknown): void => {
    const facts = errorFacts(error);
    if (facts.code === 'internal') options.onInternalError?.(method, error);
    send({ type: 'error', id, error: facts });
  };

  const checked = (method: Method, value: unknown): unknown =>
    options.validateOutputs === true ? checkOutput(method, value) : value;

  const answer = async (method: Method, { id, input }: Question, controller: AbortController): Promise<void> => {
    const { signal } = controller;
    if (method.descriptor.kind === 'call') {
      const output = await method.handler(parseInput(method, input), signal);
      if (!signal.aborted) send({ type: 'ok', id, output: checked(method, output) });
      return;
    }
    const items = method.handler(parseInput(method, input), signal) as AsyncIterable<unknown>;
    await forward(items, signal, transport, (item) => {
      try {
        send({ type: 'item', id, item: checked(method, item) });
      } catch (error) {
        controller.abort();
        fail(id, method.name, error);
      }
    });
    if (!signal.aborted) send({ type: 'end', id });
  };

  const accept = async (question: Question): Promise<void> => {
    const { id } = question;
    const controller = new AbortController();
    active.set(id, controller);
    try {
      await answer(findMethod(contract, handlers, question), question, controller);
    } catch (error) {
      if (!controller.signal.aborted) fail(id, `${question.service}.${question.method}`, error);
    } finally {
      active.delete(id);
    }
  };

  const receive = (text: unknown): void => {
    const value = parseText(text, maxRequestLength);
    const parsed = requestMessage.safeParse(value);
    if (!parsed.success) {
      const id = requestIdOf(value);
      if (id === undefined || active.has(id)) return;
      fail(id, 'message', new AppError('invalid-input', 'The request was not understood.'));
      return;
    }
    const request = parsed.data;
    if (request.type === 'cancel') {
      active.get(request.id)?.abort();
    } else if (active.size >= maxActive) {
      fail(request.id, request.method, new AppError('busy', 'Too many requests at once.', { retry: 'later' }));
    } else if (!active.has(request.id)) {
      void accept(request);
    }
  };

  transport.onClose(() => {
    for (const controller of active.values()) controller.abort();
  });
  transport.onMessage(receive);
}

/** Passes on states as they come, at the rate a page can use, until the handler ends or fails or the signal aborts. */
async function forward(
  items: AsyncIterable<unknown>,
  signal: AbortSignal,
  transport: Transport,
  send: (item: unknown) => void,
): Promise<void> {
  using outlet = new LatestOnly(send, transport.congested ?? (() => false));
  const aborted = Promise.withResolvers<{ readonly done: true; readonly value: undefined }>();
  signal.addEventListener('abort', () => aborted.resolve({ done: true, value: undefined }), { once: true });
  const iterator = items[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await Promise.race([iterator.next(), aborted.promise]);
      if (signal.aborted) return;
      if (next.done === true) break;
      outlet.push(next.value);
    }
    outlet.flush();
  } finally {
    // Not awaited: a generator that waits for its next event only returns after it.
    iterator.return?.().then(undefined, () => undefined);
  }
}

function findMethod(contract: Contract, handlers: Handlers<Contract>, question: Question): Method {
  const name = `${question.service}.${question.method}`;
  const service = Object.hasOwn(contract, question.service) ? contract[question.service] : undefined;
  const descriptor =
    service !== undefined && Object.hasOwn(service, question.method) ? service[question.method] : undefined;
  const owner = handlers[question.service];
  const handler = owner?.[question.method] as AnyHandler | undefined;
  if (descriptor === undefined || owner === undefined || handler === undefined) {
    throw new AppError('unsupported', `There is no "${name}" here.`, { hint: 'Update Tidemark and reload the page.' });
  }
  if ((descriptor.kind === 'call') !== (question.type === 'call')) {
    throw new AppError('invalid-input', `"${name}" is asked for in the wrong way.`);
  }
  return { name, descriptor, handler: handler.bind(owner) };
}

function parseInput(method: Method, input: unknown): unknown {
  const parsed = method.descriptor.input.safeParse(input);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const where = issue === undefined || issue.path.length === 0 ? 'input' : issue.path.map(String).join('.');
  throw new AppError('invalid-input', `"${method.name}" was asked with something it does not take (${where}).`, {
    hint: 'Reload the page and try again.',
  });
}

function checkOutput(method: Method, value: unknown): unknown {
  const { descriptor } = method;
  const parsed = (descriptor.kind === 'call' ? descriptor.output : descriptor.item).safeParse(value);
  if (parsed.success) return value;
  const issues = parsed.error.issues.map(({ path, message }) => `${path.map(String).join('.')}: ${message}`);
  throw new AppError('internal', `"${method.name}" answered against its contract: ${issues.slice(0, 3).join('; ')}`);
}

function encode(reply: ReplyMessage): string {
  const text = JSON.stringify(reply);
  if (text.length <= maxReplyLength) return text;
  throw new AppError('too-large', 'The answer is too large to show.', { hint: 'Ask for a smaller part.' });
}
