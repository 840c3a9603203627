import { useCallback, useEffect, useState } from 'react';
import { errorFacts } from '../../shared/errors.ts';
import type { ErrorFacts } from '../../shared/errors.ts';

export interface Loaded<T> {
  /** The newest answer; while another key loads, still the one before. */
  readonly value: T | undefined;
  /** Whether `value` belongs to the key that was asked for last. */
  readonly current: boolean;
  readonly error: ErrorFacts | undefined;
  readonly reload: () => void;
}

/** The answer to a call, asked again when `key` changes; null asks nothing. A late answer to an old key is dropped. */
export function useLoaded<T>(key: string | null, load: (signal: AbortSignal) => Promise<T>): Loaded<T> {
  const [state, setState] = useState<{ key: string | null; value: T | undefined; error: ErrorFacts | undefined }>({
    key: null,
    value: undefined,
    error: undefined,
  });
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    if (key === null) return undefined;
    const end = new AbortController();
    load(end.signal).then(
      (value) => {
        if (!end.signal.aborted) setState({ key, value, error: undefined });
      },
      (error: unknown) => {
        if (!end.signal.aborted) setState((before) => ({ key, value: before.value, error: errorFacts(error) }));
      },
    );
    return () => end.abort();
    // The key stands for what `load` closes over.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [key, attempt]);
  const reload = useCallback(() => setAttempt((count) => count + 1), []);
  return { value: state.value, current: state.key === key && state.error === undefined, error: state.error, reload };
}
