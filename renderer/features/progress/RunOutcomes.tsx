import { useEffect, useRef } from 'react';
import { useStore } from 'zustand';
import type { Run } from '../../../shared/contract/runs.ts';
import { errorFacts } from '../../../shared/errors.ts';
import { useApp, useClient, useMessages } from '../../app/context.ts';
import { navigate } from '../../app/use-route.ts';
import { runOutcome } from './run-outcome.ts';

/** Says how a run went, once, when it ends while the page is open. Draws nothing. */
export function RunOutcomes() {
  const runs = useStore(useApp().stores.runs, (state) => state.value);
  const client = useClient();
  const { show } = useMessages();
  const before = useRef<ReadonlyMap<string, Run['state']> | undefined>(undefined);
  useEffect(() => {
    if (runs === undefined) return;
    const known = before.current;
    before.current = new Map(runs.map((run) => [run.id, run.state]));
    // The first state after start holds old runs; of those nothing is said.
    if (known === undefined) return;
    for (const run of runs) {
      const last = known.get(run.id);
      if (run.state === 'running' || (last !== undefined && last !== 'running')) continue;
      const outcome = runOutcome(run);
      if (outcome === null) continue;
      const undo = (): void => {
        client.restore.undo({ runId: run.id }).catch((error: unknown) => {
          show({ tone: 'risk', text: errorFacts(error).message });
        });
      };
      const look = (): void => navigate({ screen: 'activity', runId: run.id });
      const action =
        outcome.action === undefined
          ? {}
          : outcome.action === 'undo'
            ? { action: { label: 'Undo', perform: undo } }
            : { action: { label: 'Look', perform: look } };
      show({ tone: outcome.tone, text: outcome.text, ...action });
    }
  }, [client, runs, show]);
  return null;
}
