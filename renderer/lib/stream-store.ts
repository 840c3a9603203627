import { createStore } from 'zustand';
import type { StoreApi } from 'zustand';
import { errorFacts } from '../../shared/errors.ts';
import type { ErrorFacts } from '../../shared/errors.ts';

export interface StreamState<T> {
  /** Undefined until the first state arrived. */
  readonly value: T | undefined;
  readonly error: ErrorFacts | undefined;
}

export type StreamStore<T> = StoreApi<StreamState<T>>;

const retryAfter = 2_000;

/** A store that mirrors one stream of main until `signal` aborts; a stream that fails is opened again. */
export function mirrorStream<T>(
  open: (signal: AbortSignal) => AsyncIterable<T>,
  signal: AbortSignal,
  wait: (milliseconds: number, signal: AbortSignal) => Promise<void> = pause,
): StreamStore<T> {
  const store = createStore<StreamState<T>>(() => ({ value: undefined, error: undefined }));
  void follow(store, open, signal, wait);
  return store;
}

async function follow<T>(
  store: StreamStore<T>,
  open: (signal: AbortSignal) => AsyncIterable<T>,
  signal: AbortSignal,
  wait: (milliseconds: number, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  while (!signal.aborted) {
    try {
      for await (const value of open(signal)) {
        if (signal.aborted) return;
        store.setState({ value, error: undefined });
      }
    } catch (error) {
      if (signal.aborted) return;
      store.setState({ error: errorFacts(error) });
    }
    await wait(retryAfter, signal);
  }
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
