import { TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import type { Problem, Run } from '../../../shared/contract/runs.ts';
import { formatCount, plural } from '../../../shared/format/plural.ts';
import { useClient } from '../../app/context.ts';
import { Button } from '../../components/Button.tsx';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { Skeleton } from '../../components/Skeleton.tsx';
import { useAction } from '../../lib/use-action.ts';
import { useLoaded } from '../../lib/use-loaded.ts';
import { ChangeRow, changeCounts } from '../go-back/ChangesList.tsx';

/** The files a run could not handle, each with the one thing to do about it. */
export function RunProblems({ run }: { readonly run: Run }) {
  const client = useClient();
  const first = useLoaded(`${run.id} ${run.problems}`, (signal) =>
    client.runs.problems({ runId: run.id, offset: 0 }, signal),
  );
  const [more, setMore] = useState<readonly Problem[]>([]);
  const action = useAction();
  const items = [...(first.value?.items ?? []), ...more];
  const total = first.value?.total ?? run.problems;
  return (
    <section className="stack stack-tight" aria-label="Problems">
      <h3>{plural(total, 'problem')}</h3>
      <ErrorNote error={first.error} />
      {first.value === undefined && first.error === undefined ? <Skeleton label="Reading the problems" /> : null}
      <ul className="problem-list">
        {items.map((problem, index) => (
          // The same file may have several problems.
          <li key={`${index} ${problem.path}`} className="problem">
            <TriangleAlert size={16} role="img" aria-label="Problem" />
            <div>
              <p className="path strong">{problem.path}</p>
              <p className="small">
                {problem.message} <span className="muted">{problem.hint}</span>
              </p>
            </div>
          </li>
        ))}
      </ul>
      {items.length > 0 && items.length < total ? (
        <div className="row">
          <Button
            isDisabled={action.pending}
            onPress={() =>
              void action.run(async () => {
                const page = await client.runs.problems({ runId: run.id, offset: items.length });
                setMore((before) => [...before, ...page.items]);
              })
            }
          >
            Show more of {formatCount(total)}
          </Button>
        </div>
      ) : null}
      <ErrorNote error={action.error} />
    </section>
  );
}

const mostChanges = 200;

/** What a backup changed, on request: comparing two versions takes a moment. */
export function RunChanges({ run, versionId }: { readonly run: Run; readonly versionId: string }) {
  const client = useClient();
  const [wanted, setWanted] = useState(false);
  const result = useLoaded(wanted ? versionId : null, (signal) =>
    client.versions.changes({ planId: run.planId, from: null, to: versionId }, signal),
  );
  if (!wanted) {
    return (
      <div className="row">
        <Button onPress={() => setWanted(true)}>Show what changed</Button>
      </div>
    );
  }
  const changes = result.value;
  return (
    <section className="stack stack-tight" aria-label="What changed">
      <ErrorNote error={result.error} />
      {changes === undefined && result.error === undefined ? <Skeleton label="Comparing" /> : null}
      {changes === undefined ? null : <h3>{changeCounts(changes)}</h3>}
      <ul className="result-list result-list-plain">
        {(changes?.items ?? []).slice(0, mostChanges).map((change) => (
          <ChangeRow key={`${change.kind} ${change.place}`} change={change} />
        ))}
      </ul>
      {changes !== undefined && (changes.truncated || changes.items.length > mostChanges) ? (
        <p className="muted small">More are shown when you open this version.</p>
      ) : null}
    </section>
  );
}
