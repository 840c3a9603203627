import { useState } from 'react';
import type { Plan } from '../../../shared/contract/plans.ts';
import { useClient } from '../../app/context.ts';
import { Button } from '../../components/Button.tsx';
import { Choices } from '../../components/Choices.tsx';
import { Dialog } from '../../components/Dialog.tsx';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { SelectField } from '../../components/Field.tsx';
import { useAction } from '../../lib/use-action.ts';
import { planName } from '../home/HomeScreen.tsx';

type ReadData = 'none' | 'sample' | 'all';

/** How deep to look. The quick look is enough most days; reading everything is the proof. */
export function CheckDialog({ plans, onClose }: { readonly plans: readonly Plan[]; readonly onClose: () => void }) {
  const client = useClient();
  const [planId, setPlanId] = useState(plans[0]?.id ?? '');
  const [readData, setReadData] = useState<ReadData>('sample');
  const start = useAction();
  const begin = (): void => {
    void start
      .run(() => client.runs.check({ planId, readData }))
      .then((done) => {
        if (done) onClose();
      });
  };
  return (
    <Dialog
      title="Check the backup"
      width="narrow"
      onClose={onClose}
      actions={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button tone="primary" isDisabled={start.pending} onPress={begin}>
            Check
          </Button>
        </>
      }
    >
      {plans.length > 1 ? (
        <SelectField
          label="Plan"
          value={planId}
          onChange={setPlanId}
          options={plans.map((plan) => ({ value: plan.id, label: planName(plan) }))}
        />
      ) : null}
      <Choices
        label="How thorough"
        value={readData}
        onChange={(value) => setReadData(value === 'all' ? 'all' : value === 'none' ? 'none' : 'sample')}
        choices={[
          { value: 'none', label: 'Quick look', detail: 'That every version is complete. Seconds to minutes.' },
          { value: 'sample', label: 'With a sample', detail: 'Also reads a part of the data and proves it is whole.' },
          {
            value: 'all',
            label: 'Everything',
            detail: 'Reads all of it. Takes about as long as restoring everything.',
          },
        ]}
      />
      <ErrorNote error={start.error} />
    </Dialog>
  );
}
