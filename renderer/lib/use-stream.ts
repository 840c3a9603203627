import { useEffect, useState } from 'react';
import type { StreamState } from './stream-store.ts';
import { mirrorStream } from './stream-store.ts';

/** Follows a stream while the caller is on screen; `key` says when it is another one. */
export function useStream<T>(key: string, open: (signal: AbortSignal) => AsyncIterable<T>): StreamState<T> {
  const [state, setState] = useState<{ readonly key: string; readonly stream: StreamState<T> }>(() => ({
    key,
    stream: { value: undefined, error: undefined },
  }));
  useEffect(() => {
    const end = new AbortController();
    const store = mirrorStream(open, end.signal);
    const stop = store.subscribe((stream) => setState({ key, stream }));
    return () => {
      stop();
      end.abort();
    };
    // The key stands for what `open` closes over.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [key]);
  return state.key === key ? state.stream : { value: undefined, error: undefined };
}
