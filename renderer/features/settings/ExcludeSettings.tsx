import { Trash2 } from 'lucide-react';
import { useState } from 'react';
import type { Plan } from '../../../shared/contract/plans.ts';
import { useClient } from '../../app/context.ts';
import { Button, IconButton } from '../../components/Button.tsx';
import { Toggle } from '../../components/Choices.tsx';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { Field, SelectField } from '../../components/Field.tsx';
import { useAction } from '../../lib/use-action.ts';
import { explainPattern, largerThanOptions } from './exclude-text.ts';

export function ExcludeSettings({ plan }: { readonly plan: Plan }) {
  const client = useClient();
  const change = useAction();
  const [pattern, setPattern] = useState('');
  const update = (what: Omit<Parameters<typeof client.plans.update>[0], 'planId'>): void => {
    void change.run(() => client.plans.update({ planId: plan.id, ...what }));
  };
  const add = (): void => {
    const text = pattern.trim();
    if (text === '') return;
    setPattern('');
    if (!plan.excludes.includes(text)) update({ excludes: [...plan.excludes, text] });
  };
  return (
    <section className="settings-group" aria-label="Left out">
      <h3>Left out</h3>
      <ul className="setting-list">
        {plan.excludes.map((exclude) => (
          <li key={exclude} className="setting-item">
            <span className="grow">
              <code>{exclude}</code> <span className="muted small">{explainPattern(exclude)}</span>
            </span>
            <IconButton
              icon={Trash2}
              label={`Back up ${exclude} again`}
              onPress={() => update({ excludes: plan.excludes.filter((other) => other !== exclude) })}
            />
          </li>
        ))}
      </ul>
      <div className="row row-nowrap row-top">
        <div className="grow">
          <Field
            label="Leave out"
            value={pattern}
            onChange={setPattern}
            onEnter={add}
            help={
              pattern.trim() === ''
                ? 'A name such as node_modules, an ending such as *.tmp, or a path. Counts from the next run on.'
                : explainPattern(pattern.trim())
            }
            maxLength={4096}
          />
        </div>
        <div className="beside-field">
          <Button isDisabled={pattern.trim() === ''} onPress={add}>
            Add
          </Button>
        </div>
      </div>
      <Toggle isSelected={plan.excludeCaches} onChange={(excludeCaches) => update({ excludeCaches })}>
        <span>Leave out caches</span>
        <span className="muted small">Folders that their program has marked as a cache (CACHEDIR.TAG).</span>
      </Toggle>
      <Toggle isSelected={plan.oneFileSystem} onChange={(oneFileSystem) => update({ oneFileSystem })}>
        <span>Stay on one disk</span>
        <span className="muted small">Other disks and network folders mounted inside these folders are left out.</span>
      </Toggle>
      <div className="setting-select">
        <SelectField
          label="Leave out files larger than"
          value={plan.excludeLargerThan === null ? 'none' : String(plan.excludeLargerThan)}
          options={largerThanOptions(plan.excludeLargerThan)}
          onChange={(value) => update({ excludeLargerThan: value === 'none' ? null : Number(value) })}
        />
      </div>
      <ErrorNote error={change.error} />
    </section>
  );
}
