import { ChevronDown, ChevronUp } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Button as AriaButton, ProgressBar } from 'react-aria-components';
import type { Run } from '../../../shared/contract/runs.ts';
import { formatShare, plural } from '../../../shared/format/plural.ts';
import { useClient, useMessages, useRuns } from '../../app/context.ts';
import { Button } from '../../components/Button.tsx';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { useAction } from '../../lib/use-action.ts';
import { useByteUnits } from '../../lib/units.ts';
import { progressAnnouncement, progressFacts, progressShare } from './progress-text.ts';

/** One line at the bottom of every screen for each run that is under way. */
export function RunLine() {
  const active = useRuns().filter((run) => run.state === 'running');
  if (active.length === 0) return null;
  return (
    <section className="run-lines" aria-label="Progress">
      {active.map((run) => (
        <ActiveRun key={run.id} run={run} />
      ))}
    </section>
  );
}

function ActiveRun({ run }: { readonly run: Run }) {
  const client = useClient();
  const units = useByteUnits();
  const { announce } = useMessages();
  const [open, setOpen] = useState(false);
  const cancel = useAction();
  const share = progressShare(run);
  const facts = progressFacts(run, units);
  const spoken = progressAnnouncement(run);
  useEffect(() => announce(spoken), [announce, spoken]);
  return (
    <div className="run-line">
      <ProgressBar
        aria-label={run.title}
        isIndeterminate={share === null}
        value={(share ?? 0) * 100}
        className={`run-line-track${share === null ? ' run-line-unknown' : ''}`}
        {...(share === null ? {} : { valueLabel: formatShare(share, 1) })}
      >
        <div className="run-line-fill" style={share === null ? {} : { width: `${share * 100}%` }} />
      </ProgressBar>
      <div className="run-line-row">
        <AriaButton className="run-line-open" aria-expanded={open} onPress={() => setOpen(!open)}>
          {open ? <ChevronDown size={16} aria-hidden /> : <ChevronUp size={16} aria-hidden />}
          <span className="strong">{run.title}</span>
          {facts.map((fact) => (
            <span key={fact} className="figures muted">
              {fact}
            </span>
          ))}
          {(run.progress?.problems ?? 0) > 0 ? (
            <span className="state state-attention">{plural(run.progress?.problems ?? 0, 'problem')}</span>
          ) : null}
        </AriaButton>
        <Button
          isDisabled={cancel.pending}
          onPress={() => void cancel.run(() => client.runs.cancel({ runId: run.id }))}
        >
          Cancel
        </Button>
      </div>
      {open ? (
        <div className="run-line-detail">
          <ul className="run-line-items" aria-label="Current items">
            {(run.progress?.currentItems ?? []).map((item) => (
              <li key={item} className="clip">
                {item}
              </li>
            ))}
          </ul>
          {(run.progress?.currentItems.length ?? 0) === 0 ? (
            <p className="muted">No file is being read just now.</p>
          ) : null}
        </div>
      ) : null}
      <ErrorNote error={cancel.error} />
    </div>
  );
}
