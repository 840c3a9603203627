import type { Plan } from '../../../shared/contract/plans.ts';
import { useClient, usePlans } from '../../app/context.ts';
import type { GoBackRoute } from '../../app/routes.ts';
import { navigate, useTitle } from '../../app/use-route.ts';
import { Button } from '../../components/Button.tsx';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { Skeleton } from '../../components/Skeleton.tsx';
import { useStream } from '../../lib/use-stream.ts';
import { planName } from '../home/HomeScreen.tsx';
import { UnlockDialog } from '../unlock/UnlockDialog.tsx';
import { GoBackView } from './GoBackView.tsx';

/** Finds the plan and its versions; says what is missing when there is nothing to walk through yet. */
export function GoBackScreen({ route }: { readonly route: GoBackRoute }) {
  const plans = usePlans();
  const plan = plans.find((candidate) => candidate.id === route.planId) ?? plans[0];
  useTitle('Go back');
  if (plan === undefined) return null;
  return <PlanVersions key={plan.id} plan={plan} route={route} />;
}

function PlanVersions({ plan, route }: { readonly plan: Plan; readonly route: GoBackRoute }) {
  const client = useClient();
  const working = plan.activeRun !== null;
  const { value: versions, error } = useStream(`${plan.id} ${plan.destination.state}`, (signal) =>
    client.versions.timeline({ planId: plan.id }, signal),
  );
  if (plan.destination.state === 'needs-passphrase' || plan.destination.state === 'keychain-locked') {
    return <Locked plan={plan} />;
  }
  if (versions === undefined) {
    return (
      <div className="screen">
        <h1 tabIndex={-1}>Go back</h1>
        {error === undefined ? <Skeleton label="Reading the versions" lines={4} /> : <ErrorNote error={error} />}
      </div>
    );
  }
  if (versions.length === 0) {
    return (
      <div className="screen screen-narrow">
        <h1 tabIndex={-1}>No version yet</h1>
        <p className="muted">
          {working
            ? 'The first backup is under way. When it is done you can walk back to this moment.'
            : `When “${planName(plan)}” was backed up for the first time, its versions are here.`}
        </p>
        {working ? null : (
          <div className="row">
            <Button tone="primary" onPress={() => navigate({ screen: 'home' })}>
              Go to Home
            </Button>
          </div>
        )}
      </div>
    );
  }
  return <GoBackView plan={plan} versions={versions} route={route} />;
}

function Locked({ plan }: { readonly plan: Plan }) {
  return (
    <div className="screen screen-narrow">
      <h1 tabIndex={-1}>{plan.destination.name} is locked</h1>
      <p className="muted">Its passphrase or recovery words open it.</p>
      <UnlockDialog plan={plan} onClose={() => navigate({ screen: 'home' })} />
    </div>
  );
}
