import { useState } from 'react';
import type { FoundRepository } from '../../../shared/contract/setup.ts';
import { plural } from '../../../shared/format/plural.ts';
import { useCapabilities, useClient, usePlans } from '../../app/context.ts';
import { formatRoute } from '../../app/routes.ts';
import { useTitle } from '../../app/use-route.ts';
import { Button } from '../../components/Button.tsx';
import { Check, Choices } from '../../components/Choices.tsx';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { Field } from '../../components/Field.tsx';
import { When } from '../../components/When.tsx';
import { Skeleton } from '../../components/Skeleton.tsx';
import { useAction } from '../../lib/use-action.ts';
import { useNow } from '../../lib/use-now.ts';
import { useStream } from '../../lib/use-stream.ts';
import { usePickFolder } from '../folders/use-pick-folder.tsx';
import { typedSecret } from '../unlock/typed-secret.ts';
import { AdoptedFolders } from './AdoptedFolders.tsx';
import { folderName } from './folder-name.ts';

/** Takes over a backup that is there already, ours or one that any restic program wrote. */
export function ExistingScreen() {
  const [adopted, setAdopted] = useState<string | null>(null);
  useTitle('I already have a backup');
  return (
    <div className="screen screen-narrow">
      <div className="stack stack-tight">
        <h1 tabIndex={-1}>{adopted === null ? 'Continue with a backup you have' : 'It is open'}</h1>
        <p className="muted">
          {adopted === null
            ? 'Backups made by Tidemark or by restic can be continued here, or only looked at.'
            : 'Now choose what this computer backs up there, or just go back in time.'}
        </p>
      </div>
      {adopted === null ? <OpenBackup onAdopted={setAdopted} /> : <AdoptedFolders planId={adopted} />}
    </div>
  );
}

function OpenBackup({ onAdopted }: { readonly onAdopted: (planId: string) => void }) {
  const client = useClient();
  const now = useNow();
  const capabilities = useCapabilities();
  const hasPlans = usePlans().length > 0;
  const { value: proposal, error } = useStream('propose', (signal) => client.setup.propose({}, signal));
  const picker = usePickFolder();
  const [added, setAdded] = useState<readonly FoundRepository[]>([]);
  const [token, setToken] = useState<string | null>(null);
  const [password, setPassword] = useState('');
  const [remember, setRemember] = useState(true);
  const adopt = useAction();
  const choose = useAction();
  const found = [
    ...added,
    ...(proposal?.repositories ?? []).filter((repository) => added.every((other) => other.path !== repository.path)),
  ];
  const chosen = found.find((repository) => repository.token === token) ?? (found.length === 1 ? found[0] : undefined);
  const canRemember = capabilities?.keychain === 'available';
  const asks = chosen !== undefined && !chosen.keyKnown;
  const pickFolder = (): void => {
    void choose.run(async () => {
      const folder = await picker.pick('destination');
      if (folder === null) return;
      const state = await client.setup.inspectDestination({ token: folder.token });
      const repository: FoundRepository = {
        token: folder.token,
        name: folderName(folder.path),
        path: folder.path,
        keyKnown: state.keyKnown,
        versions: 0,
        lastChanged: null,
      };
      setAdded((before) => [repository, ...before.filter((other) => other.path !== folder.path)]);
      setToken(folder.token);
    });
  };
  const open = (): void => {
    if (chosen === undefined || (asks && password === '')) return;
    void adopt.run(async () => {
      const { planId } = await client.setup.adopt({
        destination: chosen.token,
        password: asks ? typedSecret(password) : null,
        remember: canRemember && remember,
        sources: [],
      });
      onAdopted(planId);
    });
  };
  return (
    <>
      <section className="panel panel-pad stack" aria-label="Backups">
        {proposal === undefined && error === undefined ? <Skeleton label="Looking for backups" /> : null}
        <ErrorNote error={error} />
        {proposal !== undefined && found.length === 0 ? (
          <p className="muted">No backup was found on the attached drives. Choose the folder that holds it.</p>
        ) : null}
        {found.length === 0 ? null : (
          <Choices
            label="Which backup"
            hideLabel
            value={chosen?.token ?? null}
            onChange={setToken}
            choices={found.map((repository) => ({
              value: repository.token,
              label: (
                <span className="setup-option">
                  <span>{repository.name}</span>
                  <span className="muted small clip grow" title={repository.path}>
                    {repository.path}
                  </span>
                </span>
              ),
              detail: (
                <>
                  {repository.versions === 0 ? null : plural(repository.versions, 'version')}
                  {repository.lastChanged === null ? null : (
                    <>
                      {', the last '}
                      <When instant={repository.lastChanged} now={now} age />
                    </>
                  )}
                  {repository.keyKnown ? ' · this computer has the key' : ''}
                </>
              ),
            }))}
          />
        )}
        <div className="row">
          <Button onPress={pickFolder}>Choose a folder</Button>
        </div>
        <ErrorNote error={choose.error} />
        {picker.dialog}
      </section>
      {asks ? (
        <section className="panel panel-pad stack" aria-label="Password">
          <Field
            label="Password or recovery words"
            type="password"
            autoComplete="current-password"
            value={password}
            onChange={setPassword}
            onEnter={open}
            help="Any password of this backup opens it, and so do the words of its recovery kit, with spaces between."
            maxLength={1024}
          />
          {canRemember ? (
            <Check isSelected={remember} onChange={setRemember}>
              Keep it in {capabilities.keychainName}
            </Check>
          ) : (
            <p className="muted small">You will be asked again after each start: there is no keychain to keep it.</p>
          )}
        </section>
      ) : null}
      <ErrorNote error={adopt.error} />
      <div className="row">
        <a className="text-link" href={formatRoute(hasPlans ? { screen: 'home' } : { screen: 'setup' })}>
          {hasPlans ? 'Back' : 'Start a new backup instead'}
        </a>
        <span className="push">
          <Button
            tone="primary"
            large
            isDisabled={chosen === undefined || (asks && password === '') || adopt.pending}
            onPress={open}
          >
            {adopt.pending ? 'Opening…' : 'Open this backup'}
          </Button>
        </span>
      </div>
    </>
  );
}
