import { EventEmitter } from 'node:events';
import type { BrowserWindow, IpcMainEvent, MessagePortMain, WebFrameMain } from 'electron';

/** An emitter that counts as an Electron object with the given parts. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller says what it stands in for
export function standIn<T>(parts: object = {}): T & EventEmitter {
  return Object.assign(new EventEmitter(), parts) as unknown as T & EventEmitter;
}

/** A port of the main process whose other end is `peer`. */
export class FakePort extends EventEmitter {
  peer: FakePort | undefined;
  closed = false;
  postMessage(data: unknown): void {
    queueMicrotask(() => this.peer?.emit('message', { data, ports: [] }));
  }
  start(): void {}
  close(): void {
    if (this.closed) return;
    this.closed = true;
    queueMicrotask(() => this.peer?.emit('close'));
  }
}

export function fakeChannel(): { port1: MessagePortMain; port2: MessagePortMain } {
  const [port1, port2] = [new FakePort(), new FakePort()];
  port1.peer = port2;
  port2.peer = port1;
  return { port1, port2 };
}

/** A message as it comes from a frame. */
export function messageFrom({
  id = 7,
  origin = 'app://tidemark',
  isTop = true,
  frame = true,
}: { id?: number; origin?: string; isTop?: boolean; frame?: boolean } =
  {}): IpcMainEvent & { posted: MessagePortMain[] } {
  const posted: MessagePortMain[] = [];
  const top = {
    origin,
    parent: null,
    postMessage: (_channel: string, _value: unknown, ports: MessagePortMain[]) => posted.push(...ports),
  } as unknown as WebFrameMain;
  const child = { origin, parent: top } as unknown as WebFrameMain;
  const senderFrame = frame ? (isTop ? top : child) : null;
  return { sender: { id, mainFrame: top }, senderFrame, posted } as unknown as IpcMainEvent & {
    posted: MessagePortMain[];
  };
}

export interface FakeWindow extends BrowserWindow {
  calls: string[];
}

export function fakeWindow(): FakeWindow {
  const calls: string[] = [];
  const note = (name: string) => (): void => void calls.push(name);
  return standIn<FakeWindow>({
    calls,
    isDestroyed: () => false,
    isMinimized: () => calls.includes('minimised'),
    isMaximized: () => false,
    getNormalBounds: () => ({ x: 10, y: 20, width: 900, height: 700 }),
    restore: note('restore'),
    show: note('show'),
    focus: note('focus'),
    hide: note('hide'),
    maximize: note('maximize'),
    loadURL: async (url: string) => void calls.push(url),
    webContents: standIn({ id: 7, reload: note('reload') }),
  });
}
