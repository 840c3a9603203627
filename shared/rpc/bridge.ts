import { Inbox } from './transport.ts';
import type { Transport } from './transport.ts';

/** The one frozen object that the desktop shell puts on the page's `window`; absent in a browser. */
export interface TidemarkBridge {
  readonly shell: 'electron';
  /** Asks main for a fresh line (at load, and again after `onClose`); the previous one is closed. */
  readonly open: () => void;
  readonly post: (text: string) => void;
  /** Gives the line up; main stops what was asked for over it. */
  readonly close: () => void;
  readonly onMessage: (listener: (text: string) => void) => void;
  readonly onClose: (listener: () => void) => void;
  /** The token for a file or folder that was dropped from the system; null if it is not on a disk. */
  readonly tokenForFile: (file: File) => Promise<string | null>;
}

/** The property of `window` that holds the bridge. */
export const bridgeName = 'tidemark';

/** Between preload and main: the page asks for a line, main hands over its port, a dropped path becomes a token. */
export const bridgeChannels = { open: 'tidemark:open', line: 'tidemark:line', dropped: 'tidemark:dropped' } as const;

/** A transport over the desktop shell's bridge. One at a time: opening another closes this one. */
export function bridgeTransport(bridge: TidemarkBridge): Transport {
  const inbox = new Inbox();
  bridge.onMessage((text) => inbox.push(text));
  bridge.onClose(() => inbox.close());
  bridge.open();
  return {
    send: (text) => {
      if (!inbox.closed) bridge.post(text);
    },
    onMessage: (listener) => inbox.listen(listener),
    onClose: (listener) => inbox.onClose(listener),
    close: () => {
      bridge.close();
      inbox.close();
    },
  };
}
