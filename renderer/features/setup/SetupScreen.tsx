import { ArrowRight } from 'lucide-react';
import { useState } from 'react';
import { formatBytes } from '../../../shared/format/bytes.ts';
import { formatDurationRange } from '../../../shared/format/duration.ts';
import { listNames, plural } from '../../../shared/format/plural.ts';
import { useCapabilities, useClient } from '../../app/context.ts';
import { formatRoute } from '../../app/routes.ts';
import { navigate, useTitle } from '../../app/use-route.ts';
import { Button } from '../../components/Button.tsx';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { Note } from '../../components/Note.tsx';
import { Skeleton } from '../../components/Skeleton.tsx';
import { useByteUnits } from '../../lib/units.ts';
import { useAction } from '../../lib/use-action.ts';
import { useStream } from '../../lib/use-stream.ts';
import { Passphrase, emptyPassphrase } from './Passphrase.tsx';
import { DestinationEditor, FolderEditor, LeaveOutEditor } from './SetupEditors.tsx';
import { SetupLine } from './SetupLine.tsx';
import { noDecisions, passphraseProblem, setupChoice, tooLarge } from './setup-model.ts';

type Line = 'what' | 'where' | 'without';

/** First use: one sentence, three parts of it that can be changed in place, one button. */
export function SetupScreen() {
  const client = useClient();
  const units = useByteUnits();
  const capabilities = useCapabilities();
  const { value: proposal, error } = useStream('propose', (signal) => client.setup.propose({}, signal));
  const [decisions, setDecisions] = useState(noDecisions);
  const [open, setOpen] = useState<Line | null>(null);
  const [passphrase, setPassphrase] = useState(emptyPassphrase);
  const start = useAction();
  useTitle('Start');

  if (proposal === undefined) {
    return (
      <div className="screen screen-narrow">
        <h1 tabIndex={-1}>Keep your files safe</h1>
        <Skeleton label="Looking at your folders and drives" />
        <ErrorNote error={error} />
      </div>
    );
  }
  const choice = setupChoice(proposal, decisions);
  const { destination } = choice;
  const needsPassphrase = capabilities?.keychain !== 'available';
  const passphraseReady =
    passphrase.first !== '' &&
    passphrase.first === passphrase.second &&
    passphraseProblem(passphrase.first, passphrase.second) === '';
  const large = tooLarge(choice);
  const ready =
    choice.selected.length > 0 && destination !== undefined && !large && (!needsPassphrase || passphraseReady);
  const toggle = (line: Line) => (): void => setOpen(open === line ? null : line);
  const begin = (): void => {
    if (destination === undefined) return;
    void start.run(async () => {
      await client.setup.start({
        sources: choice.selected.map((folder) => folder.token),
        destination: destination.token,
        presets: choice.presets.filter((preset) => preset.selected).map((preset) => preset.id),
        protection: needsPassphrase ? { kind: 'passphrase', passphrase: passphrase.first } : { kind: 'device-key' },
      });
      navigate({ screen: 'home' });
    });
  };
  const size = formatBytes(choice.bytes, units);
  const skipped = choice.presets.filter((preset) => preset.selected);
  return (
    <div className="screen screen-narrow setup">
      <div className="stack stack-tight">
        <h1 tabIndex={-1} className="figures-heading">
          {choice.selected.length === 0 || choice.bytes === 0 ? 'Keep your files safe' : `Keep ${size} safe`}
        </h1>
        <p className="muted" aria-live="polite">
          {choice.counting
            ? 'Still counting; you can start now.'
            : choice.unknown
              ? 'Folders you added are counted when the backup starts.'
              : 'Encrypted on this computer, kept as versions you can walk back through.'}
        </p>
      </div>
      <div className="panel setup-lines">
        <SetupLine
          name="Folders"
          text={
            choice.selected.length === 0
              ? 'No folder chosen yet'
              : listNames(choice.selected.map((folder) => folder.name))
          }
          detail={choice.selected.length < 2 ? '' : plural(choice.selected.length, 'folder')}
          isOpen={open === 'what'}
          onToggle={toggle('what')}
        >
          <FolderEditor choice={choice} decisions={decisions} onChange={setDecisions} />
        </SetupLine>
        <SetupLine
          name="Destination"
          {...(destination === undefined ? {} : { lead: 'on' })}
          text={destination === undefined ? 'Plug in a drive, or choose a folder' : destination.name}
          detail={
            destination === undefined || destination.freeBytes === null
              ? ''
              : `${formatBytes(destination.freeBytes, units)} free`
          }
          isOpen={open === 'where'}
          onToggle={toggle('where')}
        >
          <DestinationEditor choice={choice} decisions={decisions} onChange={setDecisions} />
        </SetupLine>
        <SetupLine
          name="Left out"
          lead="leaving out"
          text={skipped.length === 0 ? 'nothing' : listNames(skipped.map((preset) => preset.label))}
          detail={choice.leftOut === 0 ? '' : formatBytes(choice.leftOut, units)}
          isOpen={open === 'without'}
          onToggle={toggle('without')}
        >
          <LeaveOutEditor choice={choice} decisions={decisions} onChange={setDecisions} />
        </SetupLine>
      </div>
      {destination === undefined || destination.warning === '' ? null : (
        <Note tone="attention">{destination.warning}</Note>
      )}
      {large ? (
        <Note tone="risk">
          There is not enough room on {destination?.name}. Leave something out, or choose another destination.
        </Note>
      ) : null}
      {needsPassphrase ? (
        <Passphrase
          keychain={capabilities?.keychain ?? 'unavailable'}
          keychainName={capabilities?.keychainName ?? ''}
          value={passphrase}
          onChange={setPassphrase}
        />
      ) : null}
      <ErrorNote error={start.error} />
      <div className="setup-go">
        <p className="muted grow">
          {choice.estimate === null ? null : (
            <>
              First backup: <span className="figures">{formatDurationRange([choice.estimate[0], choice.estimate[1]])}</span>,
              then a few seconds an hour.
            </>
          )}
        </p>
        <Button tone="primary" large icon={ArrowRight} isDisabled={!ready || start.pending} onPress={begin}>
          {start.pending ? 'Starting…' : 'Start protecting'}
        </Button>
      </div>
      <p>
        <a className="text-link" href={formatRoute({ screen: 'existing' })}>
          I already have a backup
        </a>
        {proposal.repositories.length === 0 ? null : (
          <span className="muted"> · {plural(proposal.repositories.length, 'backup')} found on this computer</span>
        )}
      </p>
    </div>
  );
}
