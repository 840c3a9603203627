import { useEffect, useRef, useState } from 'react';
import type { Policy, RestorePlan } from '../../../shared/contract/restore.ts';
import { formatBytes } from '../../../shared/format/bytes.ts';
import { plural } from '../../../shared/format/plural.ts';
import { useClient } from '../../app/context.ts';
import { Button } from '../../components/Button.tsx';
import { Check, Choices } from '../../components/Choices.tsx';
import { Dialog } from '../../components/Dialog.tsx';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { Note } from '../../components/Note.tsx';
import { Skeleton } from '../../components/Skeleton.tsx';
import { useByteUnits } from '../../lib/units.ts';
import { useAction } from '../../lib/use-action.ts';
import { useLoaded } from '../../lib/use-loaded.ts';
import { effectText, nothingToRestore, policyTexts, restoreLabel } from './policies.ts';
import type { RestoreRequest } from './use-restore.tsx';

export interface RestoreDialogProps {
  readonly planId: string;
  readonly request: RestoreRequest;
  readonly onClose: () => void;
}

/** Shows where everything lands and what is in the way before anything is written. */
export function RestoreDialog({ planId, request, onClose }: RestoreDialogProps) {
  const client = useClient();
  const units = useByteUnits();
  const { versionId, places, target, label } = request;
  const loaded = useLoaded(`${versionId} ${places.length} ${places[0] ?? ''} ${JSON.stringify(target)}`, (signal) =>
    client.restore.plan({ planId, versionId, places: [...places], target }, signal),
  );
  const [policy, setPolicy] = useState<Policy>('keep-both');
  const [verify, setVerify] = useState(false);
  const start = useAction();
  const plan = loaded.value;
  const session = useRef<string | undefined>(undefined);
  useEffect(() => {
    session.current = plan?.sessionId;
  }, [plan]);
  useEffect(
    () => () => {
      const sessionId = session.current;
      if (sessionId !== undefined) void client.restore.discard({ sessionId }).catch(() => undefined);
    },
    [client],
  );
  const effect = plan?.effects.find((candidate) => candidate.policy === policy);
  const short = plan !== undefined && effect !== undefined && plan.freeBytes !== null && effect.bytes > plan.freeBytes;
  const idle = plan !== undefined && nothingToRestore(plan);
  const begin = (): void => {
    if (plan === undefined) return;
    void start
      .run(async () => {
        await client.restore.execute({ sessionId: plan.sessionId, policy, verify });
        session.current = undefined;
      })
      .then((done) => {
        if (done) onClose();
      });
  };
  return (
    <Dialog
      title={`Restore ${label}`}
      onClose={onClose}
      actions={
        <>
          <Button onPress={onClose}>{idle ? 'Close' : 'Cancel'}</Button>
          {idle ? null : (
            <Button tone="primary" isDisabled={plan === undefined || short || start.pending} onPress={begin}>
              {plan === undefined ? 'Restore' : restoreLabel(plan, effect)}
            </Button>
          )}
        </>
      }
    >
      <ErrorNote error={loaded.error} />
      {plan === undefined && loaded.error === undefined ? <Skeleton label="Looking where everything lands" /> : null}
      {plan === undefined ? null : (
        <>
          {idle ? <Note>Everything is there already, just as it was. There is nothing to restore.</Note> : null}
          <p className="muted">
            {[
              plan.files > 0 || plan.folders === 0 ? plural(plan.files, 'file') : '',
              plan.folders > 0 ? plural(plan.folders, 'folder') : '',
              formatBytes(plan.bytes, units),
            ]
              .filter((part) => part !== '')
              .join(', ')}
            {plan.identical > 0 && !idle ? ` · ${plural(plan.identical, 'file')} there already and the same` : ''}
          </p>
          <Landings plan={plan} />
          {plan.conflicts.total > 0 ? <Conflicts plan={plan} policy={policy} onChange={setPolicy} /> : null}
          {plan.refused.length > 0 ? (
            <Note tone="attention">
              <p>{plural(plan.refused.length, 'name')} cannot be restored here:</p>
              <ul>
                {plan.refused.slice(0, 10).map((refused) => (
                  <li key={refused.path} className="path">
                    {refused.path}: {refused.reason}
                  </li>
                ))}
              </ul>
            </Note>
          ) : null}
          {short ? (
            <Note tone="risk">There is not enough room there: {formatBytes(plan.freeBytes ?? 0, units)} free.</Note>
          ) : null}
          {idle ? null : (
            <Check isSelected={verify} onChange={setVerify}>
              Read every file again afterwards, to be sure
            </Check>
          )}
        </>
      )}
      <ErrorNote error={start.error} />
    </Dialog>
  );
}

function Landings({ plan }: { readonly plan: RestorePlan }) {
  const shown = plan.landings.slice(0, 8);
  return (
    <section aria-label="Where it lands" className="stack stack-tight">
      <h3>Where it lands</h3>
      <ul className="landing-list">
        {shown.map((landing) => (
          <li key={landing.path} className="landing">
            <span className="path grow">{landing.path}</span>
            {landing.conflict ? <span className="badge badge-changed">there already</span> : null}
          </li>
        ))}
      </ul>
      {plan.landings.length > shown.length ? (
        <p className="muted small">and {plural(plan.landings.length - shown.length, 'more item')}</p>
      ) : null}
    </section>
  );
}

interface ConflictsProps {
  readonly plan: RestorePlan;
  readonly policy: Policy;
  readonly onChange: (policy: Policy) => void;
}

function Conflicts({ plan, policy, onChange }: ConflictsProps) {
  const units = useByteUnits();
  const { total, sample } = plan.conflicts;
  return (
    <section aria-label="Already there" className="stack stack-tight">
      <h3>
        {plural(total, 'file')} {total === 1 ? 'is' : 'are'} there already and {total === 1 ? 'differs' : 'differ'}
      </h3>
      <ul className="landing-list conflict-list">
        {sample.slice(0, 5).map((conflict) => (
          <li key={conflict.path} className="landing">
            <span className="path grow">{conflict.path}</span>
            <span className="muted small figures">
              {formatBytes(conflict.pastSize, units)} then, {formatBytes(conflict.nowSize, units)} now ·{' '}
              {conflict.versionIsNewer ? 'the version is newer' : 'the file there is newer'}
            </span>
          </li>
        ))}
      </ul>
      {total > Math.min(5, sample.length) ? (
        <p className="muted small">and {plural(total - Math.min(5, sample.length), 'more', 'more')}</p>
      ) : null}
      <Choices
        label="What to do with them"
        value={policy}
        onChange={(value) => onChange(value as Policy)}
        choices={policyTexts.map((text) => {
          const effect = plan.effects.find((candidate) => candidate.policy === text.policy);
          return {
            value: text.policy,
            label: (
              <>
                {text.title}
                {effect === undefined ? null : <span className="muted small figures"> · {effectText(effect)}</span>}
              </>
            ),
            detail: text.detail,
          };
        })}
      />
    </section>
  );
}
