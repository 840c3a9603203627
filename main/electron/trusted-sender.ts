import type { IpcMainEvent, IpcMainInvokeEvent } from 'electron';
import { pageOrigin } from './page-address.ts';

/** Whether a message comes from the top frame of our own window showing our own page. */
export function isTrustedSender(
  { sender, senderFrame }: Pick<IpcMainEvent | IpcMainInvokeEvent, 'sender' | 'senderFrame'>,
  trustedId: number | undefined,
): boolean {
  return (
    senderFrame !== null &&
    sender.id === trustedId &&
    senderFrame.parent === null &&
    senderFrame === sender.mainFrame &&
    senderFrame.origin === pageOrigin
  );
}
