import { FolderPlus, Trash2 } from 'lucide-react';
import type { Plan } from '../../../shared/contract/plans.ts';
import { useClient } from '../../app/context.ts';
import { Button, IconButton } from '../../components/Button.tsx';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { StateMark } from '../../components/State.tsx';
import { useAction } from '../../lib/use-action.ts';
import { usePickFolder } from '../folders/use-pick-folder.tsx';

export function FolderSettings({ plan }: { readonly plan: Plan }) {
  const client = useClient();
  const picker = usePickFolder();
  const change = useAction();
  const tokens = plan.sources.map((source) => source.token);
  const add = (): void => {
    void change.run(async () => {
      const folder = await picker.pick('source');
      if (folder === null || plan.sources.some((source) => source.path === folder.path)) return;
      await client.plans.update({ planId: plan.id, sources: [...tokens, folder.token] });
    });
  };
  const remove = (token: string): void => {
    void change.run(() => client.plans.update({ planId: plan.id, sources: tokens.filter((other) => other !== token) }));
  };
  return (
    <section className="settings-group" aria-label="Folders">
      <h3>Folders</h3>
      {plan.sources.length === 0 ? <p className="muted">No folders: this plan is for going back only.</p> : null}
      <ul className="setting-list">
        {plan.sources.map((source) => (
          <li key={source.token} className="setting-item">
            <span className="grow">
              <span className="strong">{source.name}</span> <span className="muted small path">{source.path}</span>
            </span>
            {source.present ? null : <StateMark health="waiting" word="not there just now" />}
            <IconButton icon={Trash2} label={`Stop backing up ${source.name}`} onPress={() => remove(source.token)} />
          </li>
        ))}
      </ul>
      <div className="row">
        <Button icon={FolderPlus} isDisabled={change.pending} onPress={add}>
          Add a folder
        </Button>
      </div>
      <ErrorNote error={change.error} />
      {picker.dialog}
    </section>
  );
}
