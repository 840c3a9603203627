import { ShieldCheck } from 'lucide-react';
import { useState } from 'react';
import { usePlans, useRuns } from '../../app/context.ts';
import { useTitle } from '../../app/use-route.ts';
import { Button } from '../../components/Button.tsx';
import { useNow } from '../../lib/use-now.ts';
import { CheckDialog } from './CheckDialog.tsx';
import { RunEntry } from './RunEntry.tsx';
import { groupByDay } from './activity-model.ts';

/** Days, runs, and what happened in each. `runId` is the run whose address this is. */
export function ActivityScreen({ runId }: { readonly runId: string | undefined }) {
  const runs = useRuns();
  const plans = usePlans();
  const now = useNow();
  const [checking, setChecking] = useState(false);
  useTitle('Activity');
  const plan = plans[0];
  return (
    <div className="screen">
      <div className="row">
        <div className="grow">
          <h1 tabIndex={-1}>Activity</h1>
        </div>
        <Button icon={ShieldCheck} isDisabled={plan === undefined} onPress={() => setChecking(true)}>
          Check the backup
        </Button>
      </div>
      {runs.length === 0 ? (
        <p className="muted">Nothing has run yet. Backups, restores and checks are listed here, newest first.</p>
      ) : (
        groupByDay(runs, now).map((group) => (
          <section key={group.day} className="stack stack-tight" aria-label={group.day}>
            <h2 className="day-heading">{group.day}</h2>
            <ul className="panel run-list">
              {group.runs.map((run) => (
                <RunEntry key={`${run.id} ${run.id === runId}`} run={run} openAtFirst={run.id === runId} />
              ))}
            </ul>
          </section>
        ))
      )}
      {checking && plan !== undefined ? <CheckDialog plans={plans} onClose={() => setChecking(false)} /> : null}
    </div>
  );
}
