import { FileArchive, FolderInput, RotateCcw } from 'lucide-react';
import { formatCount, plural } from '../../../shared/format/plural.ts';
import { Button } from '../../components/Button.tsx';
import { useMedia } from '../../lib/use-media.ts';

export interface ActionBarProps {
  readonly places: readonly string[];
  /** The folder on screen, which the buttons mean when nothing is chosen; undefined at the top. */
  readonly folderPlace: string | undefined;
  readonly folderName: string;
  readonly onRestore: (places: readonly string[]) => void;
  readonly onRestoreTo: (places: readonly string[]) => void;
  readonly onArchive: (places: readonly string[]) => void;
}

const most = 10_000;

/** What can be done with the chosen rows, and how to do it without a mouse. */
export function ActionBar({ places, folderPlace, folderName, onRestore, onRestoreTo, onArchive }: ActionBarProps) {
  const wide = useMedia('(width >= 900px)');
  const chosen = places.length > 0 ? places : folderPlace === undefined ? [] : [folderPlace];
  const tooMany = places.length > most;
  const disabled = chosen.length === 0 || tooMany;
  const name =
    places.length > 0 ? plural(places.length, 'item') : folderPlace === undefined ? '' : `the folder “${folderName}”`;
  return (
    <div className="action-bar" role="toolbar" aria-label="Restore">
      <p className="muted small action-hint">
        {tooMany ? (
          `More than ${formatCount(most)} items are chosen: restore the folder itself instead.`
        ) : (
          <>
            {wide ? 'Drag to the right to bring it back · ' : ''}
            <kbd>Space</kbd> to look · <kbd>Enter</kbd> to restore · <kbd>[</kbd> <kbd>]</kbd> to move in time ·{' '}
            <kbd>/</kbd> to search
          </>
        )}
      </p>
      <div className="row push">
        <Button icon={FileArchive} isDisabled={disabled} onPress={() => onArchive(chosen)}>
          Save as archive
        </Button>
        <Button icon={FolderInput} isDisabled={disabled} onPress={() => onRestoreTo(chosen)}>
          Restore to…
        </Button>
        <Button tone="primary" icon={RotateCcw} isDisabled={disabled} onPress={() => onRestore(chosen)}>
          {name === '' ? 'Restore' : `Restore ${name}`}
        </Button>
      </div>
    </div>
  );
}
