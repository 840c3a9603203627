import { CornerLeftUp, Folder, FolderPlus, HardDrive, House } from 'lucide-react';
import { useState } from 'react';
import type { MouseEvent } from 'react';
import { GridList, GridListItem } from 'react-aria-components';
import { formatBytes } from '../../../shared/format/bytes.ts';
import { useClient } from '../../app/context.ts';
import { Button } from '../../components/Button.tsx';
import { Check } from '../../components/Choices.tsx';
import { Dialog } from '../../components/Dialog.tsx';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { Field } from '../../components/Field.tsx';
import { Skeleton } from '../../components/Skeleton.tsx';
import { useByteUnits } from '../../lib/units.ts';
import { useAction } from '../../lib/use-action.ts';
import { useLoaded } from '../../lib/use-loaded.ts';
import type { FolderPurpose, PickedFolder } from './use-pick-folder.tsx';

const icons = { home: House, drive: HardDrive, folder: Folder, root: HardDrive } as const;

const titles: Readonly<Record<FolderPurpose, string>> = {
  source: 'Choose a folder to back up',
  destination: 'Choose where the backup goes',
  restore: 'Choose a folder to restore to',
  archive: 'Choose a folder for the archive',
};

export interface FolderDialogProps {
  readonly purpose: FolderPurpose;
  readonly onPick: (folder: PickedFolder) => void;
  readonly onClose: () => void;
}

/** The page's own folder dialog, for shells that have none. Enter opens a folder, the button chooses it. */
export function FolderDialog({ purpose, onPick, onClose }: FolderDialogProps) {
  const client = useClient();
  const units = useByteUnits();
  const [token, setToken] = useState<string | null>(null);
  const [hidden, setHidden] = useState(false);
  const listing = useLoaded(`${token ?? ''} ${hidden}`, (signal) => client.folders.list({ token, hidden }, signal));
  const here = listing.value;
  const chosen = here?.token ?? null;
  return (
    <Dialog
      title={titles[purpose]}
      onClose={onClose}
      actions={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button
            tone="primary"
            isDisabled={chosen === null || !listing.current}
            onPress={() => {
              if (here !== undefined && chosen !== null) onPick({ token: chosen, path: here.path });
            }}
          >
            Choose this folder
          </Button>
        </>
      }
    >
      <div className="row row-nowrap">
        <Button
          icon={CornerLeftUp}
          isDisabled={here === undefined || chosen === null}
          onPress={() => setToken(here?.parent ?? null)}
        >
          Up
        </Button>
        <p className="grow strong path" aria-live="polite">
          {here === undefined ? '' : chosen === null ? 'This computer' : here.path}
        </p>
        {here?.freeBytes === null || here === undefined ? null : (
          <span className="muted small figures">{formatBytes(here.freeBytes, units)} free</span>
        )}
      </div>
      <ErrorNote error={listing.error} />
      {here === undefined ? (
        listing.error === undefined ? (
          <Skeleton label="Reading the folder" lines={5} />
        ) : null
      ) : (
        <div className="folder-frame" onClickCapture={ignoreSecondClick}>
          <GridList
            className="folder-list panel"
            aria-label="Folders"
            items={here.entries}
            onAction={(key) => setToken(String(key))}
            renderEmptyState={() => <p className="muted empty-line">No folders in here.</p>}
          >
            {(entry) => {
              const Icon = icons[entry.kind];
              return (
                <GridListItem id={entry.token} textValue={entry.name} className="folder-row">
                  <Icon size={16} aria-hidden />
                  <span className="clip">{entry.name}</span>
                </GridListItem>
              );
            }}
          </GridList>
        </div>
      )}
      {here?.truncated === true ? <p className="muted small">Only the first folders are shown.</p> : null}
      <div className="row">
        <Check isSelected={hidden} onChange={setHidden}>
          Show hidden folders
        </Check>
        {chosen === null || purpose === 'source' ? null : (
          <span className="push">
            <NewFolder parent={chosen} onMade={setToken} />
          </span>
        )}
      </div>
    </Dialog>
  );
}

/** One click opens a folder; the second of a double click must not open one inside it as well. */
function ignoreSecondClick(event: MouseEvent): void {
  if (event.detail > 1) event.stopPropagation();
}

function NewFolder({ parent, onMade }: { readonly parent: string; readonly onMade: (token: string) => void }) {
  const client = useClient();
  const [name, setName] = useState<string | null>(null);
  const make = useAction();
  if (name === null) {
    return (
      <Button tone="quiet" icon={FolderPlus} onPress={() => setName('')}>
        New folder
      </Button>
    );
  }
  const create = (): void => {
    if (name.trim() === '') return;
    void make.run(async () => {
      const made = await client.folders.create({ parent, name: name.trim() });
      setName(null);
      onMade(made.token);
    });
  };
  return (
    <div className="stack stack-tight">
      <div className="row row-nowrap row-end">
        <Field
          label="Name of the new folder"
          value={name}
          onChange={setName}
          onEnter={create}
          autoFocus
          maxLength={255}
        />
        <Button isDisabled={name.trim() === '' || make.pending} onPress={create}>
          Make
        </Button>
      </div>
      <ErrorNote error={make.error} />
    </div>
  );
}
