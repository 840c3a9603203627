import { useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { useCapabilities, useClient } from '../../app/context.ts';
import { FolderDialog } from './FolderDialog.tsx';

export interface PickedFolder {
  readonly token: string;
  readonly path: string;
}

export type FolderPurpose = 'source' | 'destination' | 'restore' | 'archive';

export interface FolderPicker {
  /** Asks for a folder; null when the person thought better of it. */
  readonly pick: (purpose: FolderPurpose) => Promise<PickedFolder | null>;
  /** To be drawn by the caller: the dialog while it is open. */
  readonly dialog: ReactNode;
}

/** The system's folder dialog where the shell has one, else the page's own. */
export function usePickFolder(): FolderPicker {
  const client = useClient();
  const native = useCapabilities()?.nativeDialogs ?? false;
  const [purpose, setPurpose] = useState<FolderPurpose | null>(null);
  const answer = useRef<((folder: PickedFolder | null) => void) | null>(null);
  const finish = (folder: PickedFolder | null): void => {
    setPurpose(null);
    answer.current?.(folder);
    answer.current = null;
  };
  const pick = async (wanted: FolderPurpose): Promise<PickedFolder | null> => {
    if (native) {
      const { token, path } = await client.folders.pick({ purpose: wanted });
      return token === null ? null : { token, path };
    }
    setPurpose(wanted);
    return new Promise((resolve) => {
      answer.current = resolve;
    });
  };
  const dialog =
    purpose === null ? null : <FolderDialog purpose={purpose} onPick={finish} onClose={() => finish(null)} />;
  return { pick, dialog };
}
