import { Inbox } from './transport.ts';
import type { Transport } from './transport.ts';

/** Two connected ends in one process, for tests: asynchronous and ordered like a real carrier. */
export function memoryTransportPair(): readonly [Transport, Transport] {
  const left = new Inbox();
  const right = new Inbox();
  return [end(left, right), end(right, left)];
}

function end(own: Inbox, other: Inbox): Transport {
  return {
    send: (text) => {
      if (!own.closed) queueMicrotask(() => other.push(text));
    },
    onMessage: (listener) => own.listen(listener),
    onClose: (listener) => own.onClose(listener),
    close: () => {
      own.close();
      queueMicrotask(() => other.close());
    },
  };
}
