import {
  Archive,
  Ban,
  ChevronDown,
  ChevronRight,
  CircleAlert,
  CircleCheck,
  LoaderCircle,
  RotateCcw,
  ShieldCheck,
  TriangleAlert,
  Undo2,
  Upload,
} from 'lucide-react';
import { useEffect, useId, useRef, useState } from 'react';
import { Button as AriaButton } from 'react-aria-components';
import type { Run } from '../../../shared/contract/runs.ts';
import { formatBytes } from '../../../shared/format/bytes.ts';
import type { ByteUnits } from '../../../shared/format/bytes.ts';
import { formatElapsed } from '../../../shared/format/duration.ts';
import { formatCount } from '../../../shared/format/plural.ts';
import { formatExact } from '../../../shared/format/time.ts';
import { useClient } from '../../app/context.ts';
import { navigate } from '../../app/use-route.ts';
import { Button } from '../../components/Button.tsx';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { useAction } from '../../lib/use-action.ts';
import { useByteUnits } from '../../lib/units.ts';
import { RunChanges, RunProblems } from './RunDetails.tsx';
import { runResult } from './activity-model.ts';

const kinds = { backup: Upload, restore: RotateCcw, undo: Undo2, check: ShieldCheck, archive: Archive } as const;

const states = {
  running: { icon: LoaderCircle, word: 'Under way', tone: 'waiting' },
  done: { icon: CircleCheck, word: 'Done', tone: 'safe' },
  warning: { icon: TriangleAlert, word: 'With problems', tone: 'attention' },
  failed: { icon: CircleAlert, word: 'Failed', tone: 'risk' },
  cancelled: { icon: Ban, word: 'Cancelled', tone: 'muted' },
} as const;

/** One run: a line, and its story below when opened. */
export function RunEntry({ run, openAtFirst }: { readonly run: Run; readonly openAtFirst: boolean }) {
  const units = useByteUnits();
  const body = useId();
  const entry = useRef<HTMLLIElement>(null);
  const [open, setOpen] = useState(openAtFirst);
  const Kind = kinds[run.kind];
  const state = states[run.state];
  useEffect(() => {
    if (openAtFirst) entry.current?.scrollIntoView({ block: 'nearest' });
  }, [openAtFirst]);
  const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' }).format(new Date(run.started));
  return (
    <li ref={entry} className="run-entry">
      <AriaButton className="run-head" aria-expanded={open} aria-controls={body} onPress={() => setOpen(!open)}>
        {open ? <ChevronDown size={16} aria-hidden /> : <ChevronRight size={16} aria-hidden />}
        <span className="figures muted" title={formatExact(run.started)}>
          {clock}
        </span>
        <Kind size={16} aria-hidden />
        <span className="run-title">
          <span className="strong">{run.title}</span>
          <span className="muted small">{runResult(run, units)}</span>
        </span>
        <span className={`state state-${state.tone} small`}>
          <state.icon size={16} aria-hidden />
          {state.word}
        </span>
      </AriaButton>
      <div id={body} hidden={!open} className="run-body">
        {open ? <RunStory run={run} /> : null}
      </div>
    </li>
  );
}

function RunStory({ run }: { readonly run: Run }) {
  const client = useClient();
  const units = useByteUnits();
  const action = useAction();
  const { summary } = run;
  return (
    <>
      <dl className="facts small">
        <dt>Began</dt>
        <dd>{formatExact(run.started)}</dd>
        {run.finished === null ? null : (
          <>
            <dt>Took</dt>
            <dd className="figures">{formatElapsed(Date.parse(run.finished) - Date.parse(run.started))}</dd>
          </>
        )}
        {summary === null ? null : (
          <>
            <dt>Files</dt>
            <dd className="figures">{run.kind === 'backup' ? filesText(summary) : formatCount(summary.files)}</dd>
            <dt>Size</dt>
            <dd className="figures">
              {run.kind === 'backup' ? sizeText(summary, units) : formatBytes(summary.bytes, units)}
            </dd>
          </>
        )}
      </dl>
      {run.error === null ? null : <ErrorNote error={run.error} />}
      {run.problems > 0 ? <RunProblems run={run} /> : null}
      {run.kind === 'backup' && run.versionId !== null ? <RunChanges run={run} versionId={run.versionId} /> : null}
      <div className="row">
        {run.state === 'running' ? (
          <Button
            isDisabled={action.pending}
            onPress={() => void action.run(() => client.runs.cancel({ runId: run.id }))}
          >
            Cancel
          </Button>
        ) : null}
        {run.undoable ? (
          <Button
            icon={Undo2}
            isDisabled={action.pending}
            onPress={() => void action.run(() => client.restore.undo({ runId: run.id }))}
          >
            Undo this restore
          </Button>
        ) : null}
        {run.versionId === null || run.kind !== 'backup' ? null : (
          <Button onPress={() => navigate({ screen: 'back', planId: run.planId, at: run.versionId ?? '' })}>
            Open this version
          </Button>
        )}
      </div>
      <ErrorNote error={action.error} />
    </>
  );
}

type Summary = NonNullable<Run['summary']>;

function filesText({ filesNew, filesChanged, filesUnmodified }: Summary): string {
  const before = `${formatCount(filesUnmodified)} as before`;
  return `${formatCount(filesNew)} new, ${formatCount(filesChanged)} changed, ${before}`;
}

function sizeText({ bytes, bytesAdded, bytesStored }: Summary, units: ByteUnits): string {
  const added = `${formatBytes(bytesAdded, units)} new, stored in ${formatBytes(bytesStored, units)}`;
  return `${formatBytes(bytes, units)} looked at, ${added}`;
}
