import { FolderPlus } from 'lucide-react';
import { useState } from 'react';
import { plural } from '../../../shared/format/plural.ts';
import { useClient } from '../../app/context.ts';
import { navigate } from '../../app/use-route.ts';
import { Button } from '../../components/Button.tsx';
import { Check } from '../../components/Choices.tsx';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { Skeleton } from '../../components/Skeleton.tsx';
import { useAction } from '../../lib/use-action.ts';
import { useLoaded } from '../../lib/use-loaded.ts';
import { useStream } from '../../lib/use-stream.ts';
import { usePickFolder } from '../folders/use-pick-folder.tsx';
import { resolveFolder } from './resolve-folder.ts';
import type { ResolvedFolder } from './resolve-folder.ts';

interface Candidate {
  readonly path: string;
  readonly folder: ResolvedFolder | null;
}

/** After a backup was opened: back up the folders its newest version holds, others, or none. */
export function AdoptedFolders({ planId }: { readonly planId: string }) {
  const client = useClient();
  const { value: versions, error } = useStream(planId, (signal) => client.versions.timeline({ planId }, signal));
  const newest = versions?.at(-1);
  const found = useLoaded(newest === undefined ? null : newest.id, async (signal) =>
    Promise.all(
      (newest?.paths ?? []).map(async (path): Promise<Candidate> => ({
        path,
        folder: await resolveFolder(client, path, signal).catch(() => null),
      })),
    ),
  );
  const [added, setAdded] = useState<readonly Candidate[]>([]);
  const [decided, setDecided] = useState<Readonly<Record<string, boolean>>>({});
  const candidates = [
    ...(found.value ?? []),
    ...added.filter((candidate) => !(found.value ?? []).some((other) => other.path === candidate.path)),
  ];
  const isChosen = ({ path, folder }: Candidate): boolean => folder !== null && (decided[path] ?? true);
  const picker = usePickFolder();
  const save = useAction();
  const add = (): void => {
    void save.run(async () => {
      const folder = await picker.pick('source');
      if (folder === null) return;
      setAdded((before) => [...before.filter((other) => other.path !== folder.path), { path: folder.path, folder }]);
      setDecided((before) => ({ ...before, [folder.path]: true }));
    });
  };
  const selected = candidates.flatMap((candidate) =>
    candidate.folder !== null && isChosen(candidate) ? [candidate.folder.token] : [],
  );
  const finish = (): void => {
    void save.run(async () => {
      await client.plans.update({ planId, sources: selected });
      navigate({ screen: 'home' });
    });
  };
  const loading =
    (versions === undefined && error === undefined) || (newest !== undefined && found.value === undefined);
  return (
    <>
      <section className="panel panel-pad stack" aria-label="Folders to back up">
        <h2 className="h3">
          {newest === undefined ? 'Folders' : `Folders of the newest version, from ${newest.hostname}`}
        </h2>
        {loading && found.error === undefined ? <Skeleton label="Looking for the folders" /> : null}
        <ErrorNote error={error ?? found.error} />
        <div role="group" aria-label="Folders">
          {candidates.map((candidate) => (
            <Check
              key={candidate.path}
              isSelected={isChosen(candidate)}
              isDisabled={candidate.folder === null}
              onChange={(on) => setDecided((before) => ({ ...before, [candidate.path]: on }))}
            >
              <span className="path">{candidate.path}</span>
              {candidate.folder === null ? <span className="muted small">not on this computer</span> : null}
            </Check>
          ))}
        </div>
        <div className="row">
          <Button icon={FolderPlus} onPress={add}>
            Add a folder
          </Button>
        </div>
        {picker.dialog}
      </section>
      <ErrorNote error={save.error} />
      <div className="row">
        <Button onPress={() => navigate({ screen: 'back', planId })}>Only go back in time</Button>
        <span className="push">
          <Button tone="primary" large isDisabled={selected.length === 0 || save.pending} onPress={finish}>
            {selected.length === 0 ? 'Back up there' : `Back up ${plural(selected.length, 'folder')} there`}
          </Button>
        </span>
      </div>
    </>
  );
}
