import { ArrowRight, Clock, TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import type { Plan } from '../../../shared/contract/plans.ts';
import { formatBytes } from '../../../shared/format/bytes.ts';
import { listNames, plural } from '../../../shared/format/plural.ts';
import { useClient } from '../../app/context.ts';
import { formatRoute } from '../../app/routes.ts';
import { navigate } from '../../app/use-route.ts';
import { Button } from '../../components/Button.tsx';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { When } from '../../components/When.tsx';
import { StateMark } from '../../components/State.tsx';
import { useByteUnits } from '../../lib/units.ts';
import { useAction } from '../../lib/use-action.ts';
import { UnlockDialog } from '../unlock/UnlockDialog.tsx';

export interface PlanCardProps {
  readonly plan: Plan;
  readonly name: string;
  readonly now: number;
}

/** One plan: what, where to, how it stands, and what can be done about it. */
export function PlanCard({ plan, name, now }: PlanCardProps) {
  const client = useClient();
  const backUp = useAction();
  const [unlocking, setUnlocking] = useState(false);
  const absent = plan.sources.filter((source) => !source.present);
  const locked = plan.destination.state === 'needs-passphrase' || plan.destination.state === 'keychain-locked';
  const canRun = plan.activeRun === null && plan.sources.length > 0 && plan.destination.state === 'ready';
  return (
    <div className="panel plan-card">
      <div className="plan-card-line">
        <div className="plan-card-what">
          <h2 className="h3">{name}</h2>
          <p className="muted small">
            {plan.sources.length === 0
              ? 'No folders yet: for going back only'
              : listNames(
                  plan.sources.map((source) => source.path),
                  3,
                )}
          </p>
        </div>
        <ArrowRight size={16} className="plan-card-arrow" role="img" aria-label="to" />
        <div className="plan-card-where">
          <p className="strong">{plan.destination.name}</p>
          <DestinationFacts plan={plan} now={now} />
        </div>
        <div className="plan-card-actions">
          {plan.sources.length === 0 ? (
            <Button onPress={() => navigate({ screen: 'settings' })}>Choose folders</Button>
          ) : locked ? (
            <Button onPress={() => setUnlocking(true)}>Unlock</Button>
          ) : (
            <Button
              isDisabled={!canRun || backUp.pending}
              onPress={() => void backUp.run(() => client.runs.backUp({ planId: plan.id }))}
            >
              {plan.activeRun !== null ? 'Working…' : plan.health === 'waiting' ? 'Back up anyway' : 'Back up now'}
            </Button>
          )}
        </div>
      </div>
      {plan.destination.error === null ? null : (
        <div className="plan-card-extra">
          <ErrorNote error={plan.destination.error} />
        </div>
      )}
      {absent.length === 0 ? null : (
        <p className="plan-card-problem">
          <Clock size={16} className="icon-waiting" role="img" aria-label="Waiting" />
          <span>
            {listNames(absent.map((source) => source.name))} {absent.length === 1 ? 'is' : 'are'} not there just now.
            Nothing is removed from the backup because of that.
          </span>
        </p>
      )}
      {plan.lastRun === null || plan.lastRun.problems === 0 ? null : (
        <p className="plan-card-problem">
          <TriangleAlert size={16} role="img" aria-label="Attention" />
          <span className="grow">{plural(plan.lastRun.problems, 'file')} could not be backed up in the last run.</span>
          <a className="text-link" href={formatRoute({ screen: 'activity', runId: plan.lastRun.runId })}>
            See which and why
          </a>
        </p>
      )}
      {backUp.error === undefined ? null : (
        <div className="plan-card-extra">
          <ErrorNote error={backUp.error} />
        </div>
      )}
      {unlocking ? <UnlockDialog plan={plan} onClose={() => setUnlocking(false)} /> : null}
    </div>
  );
}

function DestinationFacts({ plan, now }: { readonly plan: Plan; readonly now: number }) {
  const units = useByteUnits();
  const { destination } = plan;
  switch (destination.state) {
    case 'absent':
      return <StateMark health="waiting" word="Not connected; it goes on when it is back" />;
    case 'needs-passphrase':
      return <StateMark health="attention" word="Needs its passphrase" />;
    case 'keychain-locked':
      return <StateMark health="attention" word="The keychain is locked" />;
    case 'failed':
      return <StateMark health="risk" word="Cannot be used" />;
    case 'ready':
      return (
        <p className="muted small">
          {plan.lastVersion === null ? (
            'No version yet'
          ) : (
            <>
              {plural(plan.versions, 'version')}, the last <When instant={plan.lastVersion} now={now} />
            </>
          )}
          {destination.freeBytes === null ? '' : ` · ${formatBytes(destination.freeBytes, units)} free`}
        </p>
      );
  }
}
