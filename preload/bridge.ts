import { contextBridge, ipcRenderer, webUtils } from 'electron';
import { bridgeChannels, bridgeName } from '../shared/rpc/bridge.ts';
import type { TidemarkBridge } from '../shared/rpc/bridge.ts';

let port: MessagePort | undefined;
let unsent: string[] = [];
let onMessage: ((text: string) => void) | undefined;
let onClose: (() => void) | undefined;

ipcRenderer.on(bridgeChannels.line, ({ ports: [fresh] }) => {
  if (fresh === undefined) return;
  port?.close();
  port = fresh;
  fresh.addEventListener('message', ({ data }) => onMessage?.(String(data)));
  fresh.addEventListener('close', () => {
    if (port === fresh) onClose?.();
  });
  fresh.start();
  for (const text of unsent) fresh.postMessage(text);
  unsent = [];
});

function giveUp(): void {
  port?.close();
  port = undefined;
  unsent = [];
}

const bridge: TidemarkBridge = {
  shell: 'electron',
  open: () => {
    giveUp();
    ipcRenderer.send(bridgeChannels.open);
  },
  close: giveUp,
  post: (text) => {
    if (port === undefined) unsent.push(text);
    else port.postMessage(text);
  },
  onMessage: (listener) => {
    onMessage = listener;
  },
  onClose: (listener) => {
    onClose = listener;
  },
  tokenForFile: async (file) => {
    const path = webUtils.getPathForFile(file);
    return path === '' ? null : ((await ipcRenderer.invoke(bridgeChannels.dropped, path)) as string | null);
  },
};

contextBridge.exposeInMainWorld(bridgeName, Object.freeze(bridge));
