import { KeyRound, LockOpen } from 'lucide-react';
import { useState } from 'react';
import type { Plan } from '../../../shared/contract/plans.ts';
import { formatBytes } from '../../../shared/format/bytes.ts';
import { useClient } from '../../app/context.ts';
import { navigate } from '../../app/use-route.ts';
import { Button } from '../../components/Button.tsx';
import { Dialog } from '../../components/Dialog.tsx';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { CommitField } from '../../components/Field.tsx';
import { StateMark } from '../../components/State.tsx';
import { useByteUnits } from '../../lib/units.ts';
import { useAction } from '../../lib/use-action.ts';
import { planName } from '../home/HomeScreen.tsx';
import { UnlockDialog } from '../unlock/UnlockDialog.tsx';
import { ExcludeSettings } from './ExcludeSettings.tsx';
import { FolderSettings } from './FolderSettings.tsx';
import { PlanStats } from './PlanStats.tsx';
import { ScheduleSettings } from './ScheduleSettings.tsx';

/** Everything about one plan. */
export function PlanSettings({ plan, several }: { readonly plan: Plan; readonly several: boolean }) {
  const client = useClient();
  const rename = useAction();
  return (
    <section className="panel" aria-label={`Plan ${planName(plan)}`}>
      <div className="settings-group">
        <h2>{several ? planName(plan) : 'Plan'}</h2>
        <CommitField
          label="Name"
          value={plan.name}
          onCommit={(name) => {
            if (name.trim() !== '') void rename.run(() => client.plans.update({ planId: plan.id, name: name.trim() }));
          }}
          maxLength={200}
        />
        <ErrorNote error={rename.error} />
      </div>
      <FolderSettings plan={plan} />
      <ExcludeSettings plan={plan} />
      <ScheduleSettings plan={plan} />
      <Destination plan={plan} />
      <Forget plan={plan} />
    </section>
  );
}

function Destination({ plan }: { readonly plan: Plan }) {
  const units = useByteUnits();
  const [unlocking, setUnlocking] = useState(false);
  const { destination } = plan;
  const locked = destination.state === 'needs-passphrase' || destination.state === 'keychain-locked';
  return (
    <section className="settings-group" aria-label="Destination">
      <h3>Destination</h3>
      <div className="row">
        <div className="grow">
          <p className="strong">{destination.name}</p>
          <p className="muted small path">{destination.path}</p>
        </div>
        {destination.state === 'ready' ? (
          <StateMark health="safe" word="Ready" />
        ) : destination.state === 'absent' ? (
          <StateMark health="waiting" word="Not connected" />
        ) : destination.state === 'failed' ? (
          <StateMark health="risk" word="Cannot be used" />
        ) : (
          <StateMark health="attention" word="Locked" />
        )}
      </div>
      <p className="muted small figures">
        {destination.repositoryBytes === null
          ? ''
          : `The backup takes ${formatBytes(destination.repositoryBytes, units)}`}
        {destination.repositoryBytes !== null && destination.freeBytes !== null ? ' · ' : ''}
        {destination.freeBytes === null ? '' : `${formatBytes(destination.freeBytes, units)} free`}
      </p>
      {destination.error === null ? null : <ErrorNote error={destination.error} />}
      <div className="row">
        {locked ? (
          <Button icon={LockOpen} onPress={() => setUnlocking(true)}>
            Unlock
          </Button>
        ) : null}
        {plan.kit === 'unconfirmed' ? (
          <Button icon={KeyRound} onPress={() => navigate({ screen: 'kit', planId: plan.id })}>
            Save the recovery kit
          </Button>
        ) : null}
      </div>
      <PlanStats plan={plan} />
      {unlocking ? <UnlockDialog plan={plan} onClose={() => setUnlocking(false)} /> : null}
    </section>
  );
}

function Forget({ plan }: { readonly plan: Plan }) {
  const client = useClient();
  const [asking, setAsking] = useState(false);
  const remove = useAction();
  return (
    <section className="settings-group" aria-label="Forget the plan">
      <div className="row">
        <div className="grow">
          <h3>Forget this plan</h3>
          <p className="muted small">Stops backing up these folders. What is in the destination stays there.</p>
        </div>
        <Button tone="danger" onPress={() => setAsking(true)}>
          Forget the plan
        </Button>
      </div>
      {asking ? (
        <Dialog
          title={`Forget “${planName(plan)}”?`}
          width="narrow"
          important
          onClose={() => setAsking(false)}
          actions={
            <>
              <Button onPress={() => setAsking(false)}>Keep it</Button>
              <Button
                tone="danger"
                isDisabled={remove.pending}
                onPress={() =>
                  void remove.run(async () => {
                    await client.plans.remove({ planId: plan.id });
                    navigate({ screen: 'home' });
                  })
                }
              >
                Forget the plan
              </Button>
            </>
          }
        >
          <p>
            Its folders are not backed up any more. All versions stay on {plan.destination.name} and can be opened again
            with “I already have a backup”.
          </p>
          {plan.kit === 'unconfirmed' ? (
            <p className="state-attention">
              The recovery kit is not saved yet. Without it, only this computer can open them.
            </p>
          ) : null}
          <ErrorNote error={remove.error} />
        </Dialog>
      ) : null}
    </section>
  );
}
