import { FolderPlus, HardDrive } from 'lucide-react';
import type { DestinationState } from '../../../shared/contract/setup.ts';
import { formatBytes } from '../../../shared/format/bytes.ts';
import { useClient } from '../../app/context.ts';
import { Button } from '../../components/Button.tsx';
import { Check, Choices } from '../../components/Choices.tsx';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { useByteUnits } from '../../lib/units.ts';
import { useAction } from '../../lib/use-action.ts';
import { usePickFolder } from '../folders/use-pick-folder.tsx';
import { folderName } from './folder-name.ts';
import type { Decisions, SetupChoice } from './setup-model.ts';

interface EditorProps {
  readonly choice: SetupChoice;
  readonly decisions: Decisions;
  readonly onChange: (decisions: Decisions) => void;
}

export function FolderEditor({ choice, decisions, onChange }: EditorProps) {
  const units = useByteUnits();
  const picker = usePickFolder();
  const add = useAction();
  const addFolder = (): void => {
    void add.run(async () => {
      const folder = await picker.pick('source');
      if (folder === null) return;
      const known = choice.folders.find((other) => other.path === folder.path);
      const token = known?.token ?? folder.token;
      const added = {
        ...folder,
        name: folderName(folder.path),
        bytes: null,
        files: null,
        counting: false,
        selected: true,
      };
      onChange({
        ...decisions,
        folders: { ...decisions.folders, [token]: true },
        addedFolders: known === undefined ? [...decisions.addedFolders, added] : decisions.addedFolders,
      });
    });
  };
  return (
    <div className="stack stack-tight">
      <div role="group" aria-label="Folders to back up">
        {choice.folders.map((folder) => (
          <Check
            key={folder.token}
            isSelected={choice.selected.includes(folder)}
            onChange={(selected) =>
              onChange({ ...decisions, folders: { ...decisions.folders, [folder.token]: selected } })
            }
          >
            <span className="setup-option">
              <span>{folder.name}</span>
              <span className="muted small clip grow" title={folder.path}>
                {folder.path}
              </span>
              <span className="muted small figures">{sizeText(folder.bytes, folder.counting, units)}</span>
            </span>
          </Check>
        ))}
      </div>
      <div className="row">
        <Button icon={FolderPlus} onPress={addFolder}>
          Add a folder
        </Button>
      </div>
      <ErrorNote error={add.error} />
      {picker.dialog}
    </div>
  );
}

export function DestinationEditor({ choice, decisions, onChange }: EditorProps) {
  const client = useClient();
  const units = useByteUnits();
  const picker = usePickFolder();
  const add = useAction();
  const addDestination = (): void => {
    void add.run(async () => {
      const folder = await picker.pick('destination');
      if (folder === null) return;
      const found = await client.setup.inspectDestination({ token: folder.token });
      const added = {
        token: folder.token,
        name: folderName(found.path),
        path: found.repositoryPath,
        kind: 'folder' as const,
        freeBytes: found.freeBytes,
        totalBytes: null,
        warning: destinationWarning(found.state),
      };
      onChange({
        ...decisions,
        destination: folder.token,
        addedDestinations: [...decisions.addedDestinations.filter((other) => other.path !== added.path), added],
      });
    });
  };
  return (
    <div className="stack stack-tight">
      {choice.destinations.length === 0 ? (
        <p className="muted">No drive is attached. Plug one in and it appears here, or choose any folder.</p>
      ) : (
        <Choices
          label="Where the backup goes"
          hideLabel
          value={choice.destination?.token ?? null}
          onChange={(token) => onChange({ ...decisions, destination: token })}
          choices={choice.destinations.map((destination) => ({
            value: destination.token,
            label: (
              <span className="setup-option">
                <span>{destination.name}</span>
                <span className="muted small clip grow" title={destination.path}>
                  {destination.path}
                </span>
                <span className="muted small figures">
                  {destination.freeBytes === null ? '' : `${formatBytes(destination.freeBytes, units)} free`}
                </span>
              </span>
            ),
          }))}
        />
      )}
      <div className="row">
        <Button icon={HardDrive} onPress={addDestination}>
          Choose a folder
        </Button>
      </div>
      <ErrorNote error={add.error} />
      {picker.dialog}
    </div>
  );
}

export function LeaveOutEditor({ choice, decisions, onChange }: EditorProps) {
  const units = useByteUnits();
  if (choice.presets.length === 0) {
    return <p className="muted">Nothing worth leaving out was found in these folders.</p>;
  }
  return (
    <div className="stack stack-tight">
      <div role="group" aria-label="Things to leave out">
        {choice.presets.map((preset) => (
          <Check
            key={preset.id}
            isSelected={preset.selected}
            onChange={(selected) =>
              onChange({ ...decisions, presets: { ...decisions.presets, [preset.id]: selected } })
            }
          >
            <span className="setup-option">
              <span className="grow">{preset.label}</span>
              <span className="muted small figures">{formatBytes(preset.bytes, units)}</span>
            </span>
          </Check>
        ))}
      </div>
      <p className="muted small">
        These can be made again by the programs that wrote them. More rules are in Settings.
      </p>
    </div>
  );
}

function sizeText(bytes: number | null, counting: boolean, units: 'decimal' | 'binary'): string {
  if (bytes === null) return counting ? 'counting…' : 'not counted yet';
  return counting ? `${formatBytes(bytes, units)}…` : formatBytes(bytes, units);
}

function destinationWarning(state: DestinationState['state']): string {
  switch (state) {
    case 'read-only':
      return 'Nothing can be written there. Choose another folder.';
    case 'missing':
      return 'That folder is not there any more. Choose another one.';
    case 'repository':
      return 'There is a backup in this folder already. Use "I already have a backup" to continue with it.';
    case 'empty':
    case 'in-use':
      return '';
  }
}
