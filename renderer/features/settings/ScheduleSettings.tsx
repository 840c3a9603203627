import type { Plan } from '../../../shared/contract/plans.ts';
import { useClient } from '../../app/context.ts';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { SelectField } from '../../components/Field.tsx';
import type { Option } from '../../components/Field.tsx';
import { useAction } from '../../lib/use-action.ts';
import { deadlineOptions, everyOptions } from './schedule-text.ts';

export function ScheduleSettings({ plan }: { readonly plan: Plan }) {
  const client = useClient();
  const change = useAction();
  const { schedule } = plan;
  const update = (part: Partial<Plan['schedule']>): void => {
    void change.run(() => client.plans.update({ planId: plan.id, schedule: { ...schedule, ...part } }));
  };
  return (
    <section className="settings-group" aria-label="When">
      <h3>When</h3>
      <div className="two-fields">
        <Hours
          label="Back up"
          value={schedule.everyHours}
          options={everyOptions(schedule.everyHours)}
          onChange={(everyHours) => update({ everyHours })}
        />
        <Hours
          label="Call it overdue after"
          value={schedule.deadlineHours}
          options={deadlineOptions(schedule.deadlineHours)}
          onChange={(deadlineHours) => update({ deadlineHours })}
        />
      </div>
      <ErrorNote error={change.error} />
    </section>
  );
}

interface HoursProps {
  readonly label: string;
  readonly value: number;
  readonly options: readonly Option[];
  readonly onChange: (hours: number) => void;
}

function Hours({ label, value, options, onChange }: HoursProps) {
  return (
    <SelectField label={label} value={String(value)} options={options} onChange={(text) => onChange(Number(text))} />
  );
}
