import { createStore } from 'zustand';
import type { StoreApi } from 'zustand';

/** A short message about something that just ended, with at most one thing to do about it. */
export interface Toast {
  readonly id: number;
  readonly tone: 'safe' | 'attention' | 'risk';
  readonly text: string;
  readonly action?: { readonly label: string; readonly perform: () => void };
}

export interface Messages {
  readonly toasts: readonly Toast[];
  /** What a screen reader says next, politely. The number makes a repeated text a new one. */
  readonly announcement: { readonly text: string; readonly number: number };
  readonly show: (toast: Omit<Toast, 'id'>) => void;
  readonly dismiss: (id: number) => void;
  readonly announce: (text: string) => void;
}

const mostToasts = 3;

export function createMessages(): StoreApi<Messages> {
  return createStore<Messages>((set) => ({
    toasts: [],
    announcement: { text: '', number: 0 },
    show: (toast) =>
      set(({ toasts, announcement }) => {
        const id = announcement.number + 1;
        return {
          toasts: [...toasts, { ...toast, id }].slice(-mostToasts),
          announcement: { text: announcement.text, number: id },
        };
      }),
    dismiss: (id) => set(({ toasts }) => ({ toasts: toasts.filter((toast) => toast.id !== id) })),
    announce: (text) => set(({ announcement }) => ({ announcement: { text, number: announcement.number + 1 } })),
  }));
}
