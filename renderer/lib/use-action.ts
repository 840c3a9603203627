import { useCallback, useRef, useState } from 'react';
import { errorFacts } from '../../shared/errors.ts';
import type { ErrorFacts } from '../../shared/errors.ts';

export interface Action {
  readonly pending: boolean;
  readonly error: ErrorFacts | undefined;
  /** Runs one thing at a time; a second press while it runs does nothing. Resolves to whether it went well. */
  readonly run: (work: () => Promise<unknown>) => Promise<boolean>;
  readonly clear: () => void;
}

/** The state of something a button starts. */
export function useAction(): Action {
  const [pending, setPending] = useState(false);
  const [error, setError] = useState<ErrorFacts | undefined>(undefined);
  const busy = useRef(false);
  const run = useCallback(async (work: () => Promise<unknown>): Promise<boolean> => {
    if (busy.current) return false;
    busy.current = true;
    setPending(true);
    setError(undefined);
    try {
      await work();
      return true;
    } catch (failure) {
      const facts = errorFacts(failure);
      if (facts.code !== 'cancelled') setError(facts);
      return false;
    } finally {
      busy.current = false;
      setPending(false);
    }
  }, []);
  const clear = useCallback(() => setError(undefined), []);
  return { pending, error, run, clear };
}
