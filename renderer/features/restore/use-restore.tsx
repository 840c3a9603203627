import { useState } from 'react';
import type { ReactNode } from 'react';
import { errorFacts } from '../../../shared/errors.ts';
import type { RestoreTarget } from '../../../shared/contract/restore.ts';
import { useClient, useMessages } from '../../app/context.ts';
import { usePickFolder } from '../folders/use-pick-folder.tsx';
import { RestoreDialog } from './RestoreDialog.tsx';

/** What someone wants back, before it is planned. */
export interface RestoreRequest {
  readonly versionId: string;
  readonly places: readonly string[];
  /** The items as the dialog names them: “novel”, 3 items. */
  readonly label: string;
  readonly target: RestoreTarget;
}

export interface Restore {
  readonly ask: (request: RestoreRequest) => void;
  /** Asks for a folder first. */
  readonly askFolder: (request: Omit<RestoreRequest, 'target'>) => Promise<void>;
  readonly archive: (request: Pick<RestoreRequest, 'versionId' | 'places'>) => Promise<void>;
  readonly dialog: ReactNode;
}

/** Every way to bring something back goes through here: button, key, drop, menu. */
export function useRestore(planId: string): Restore {
  const client = useClient();
  const { show } = useMessages();
  const picker = usePickFolder();
  const [request, setRequest] = useState<RestoreRequest | null>(null);
  const fail = (error: unknown): void => {
    const { message, hint } = errorFacts(error);
    show({ tone: 'risk', text: hint === '' ? message : `${message} ${hint}` });
  };
  const askFolder = async (wanted: Omit<RestoreRequest, 'target'>): Promise<void> => {
    try {
      const folder = await picker.pick('restore');
      if (folder !== null) setRequest({ ...wanted, target: { kind: 'folder', token: folder.token } });
    } catch (error) {
      fail(error);
    }
  };
  const archive = async ({ versionId, places }: Pick<RestoreRequest, 'versionId' | 'places'>): Promise<void> => {
    try {
      const folder = await picker.pick('archive');
      if (folder === null) return;
      const { path } = await client.restore.saveArchive({
        planId,
        versionId,
        places: [...places],
        folder: folder.token,
      });
      show({ tone: 'safe', text: `Saving to ${path}` });
    } catch (error) {
      fail(error);
    }
  };
  const dialog = (
    <>
      {picker.dialog}
      {request === null ? null : <RestoreDialog planId={planId} request={request} onClose={() => setRequest(null)} />}
    </>
  );
  return { ask: setRequest, askFolder, archive, dialog };
}
