import { describe, expect, it } from 'vitest';
import { createMessages } from '../../../renderer/features/messages/messages-store.ts';
import { mirrorStream } from '../../../renderer/lib/stream-store.ts';
import { AppError } from '../../../shared/errors.ts';
import { Watched } from '../../helpers/watched.ts';

describe('a mirrored stream', () => {
  it('should hold the newest state and stop with its signal', async () => {
    const end = new AbortController();
    const source = new Watched(1);
    const store = mirrorStream((signal) => source.follow(signal), end.signal);
    await settle();
    source.set(2);
    source.set(3);
    await settle();
    expect(store.getState()).toEqual({ value: 3, error: undefined });
    end.abort();
    source.set(4);
    await settle();
    expect(store.getState().value).toBe(3);
  });

  it('should keep the last state over a failure and open again', async () => {
    const end = new AbortController();
    let opened = 0;
    const waits: number[] = [];
    const store = mirrorStream(
      async function* open() {
        opened += 1;
        yield opened;
        if (opened === 1) throw new AppError('busy', 'Not now.', { retry: 'later' });
        await new Promise(() => undefined);
      },
      end.signal,
      async (milliseconds) => {
        waits.push(milliseconds);
        expect(store.getState()).toMatchObject({ value: 1, error: { code: 'busy' } });
      },
    );
    await settle();
    expect(store.getState()).toEqual({ value: 2, error: undefined });
    expect(waits).toHaveLength(1);
    end.abort();
  });
});

describe('messages', () => {
  it('should keep the last three and tell repeated announcements apart', () => {
    const messages = createMessages();
    const { show, dismiss, announce } = messages.getState();
    for (const text of ['a', 'b', 'c', 'd']) show({ tone: 'safe', text });
    expect(messages.getState().toasts.map((toast) => toast.text)).toEqual(['b', 'c', 'd']);
    const [first] = messages.getState().toasts;
    if (first !== undefined) dismiss(first.id);
    expect(messages.getState().toasts.map((toast) => toast.text)).toEqual(['c', 'd']);
    announce('x');
    const before = messages.getState().announcement.number;
    announce('x');
    expect(messages.getState().announcement.number).toBeGreaterThan(before);
  });
});

function settle(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 5);
  });
}
