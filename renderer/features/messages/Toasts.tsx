import { CircleAlert, CircleCheck, TriangleAlert, X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { useApp, useMessages } from '../../app/context.ts';
import { Button, IconButton } from '../../components/Button.tsx';
import type { Toast } from './messages-store.ts';

const icons = { safe: CircleCheck, attention: TriangleAlert, risk: CircleAlert } as const;
const shownFor = 12_000;

/** Messages about what just ended, and the page's one live region. */
export function Toasts() {
  const { toasts, announcement } = useStore(useApp().stores.messages);
  return (
    <>
      <section className="toasts" aria-label="Messages" data-react-aria-top-layer="true">
        {toasts.map((toast) => (
          <ToastCard key={toast.id} toast={toast} />
        ))}
      </section>
      <div className="hidden-text" role="status" aria-live="polite">
        <span key={announcement.number}>{announcement.text}</span>
      </div>
    </>
  );
}

function ToastCard({ toast }: { readonly toast: Toast }) {
  const { dismiss } = useMessages();
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (held) return undefined;
    const timer = setTimeout(() => dismiss(toast.id), shownFor);
    return () => clearTimeout(timer);
  }, [dismiss, held, toast.id]);
  const Icon = icons[toast.tone];
  const { action } = toast;
  return (
    <div
      className="toast"
      role={toast.tone === 'risk' ? 'alert' : 'status'}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <span className={`state state-${toast.tone}`}>
        <Icon size={16} aria-hidden />
      </span>
      <span>{toast.text}</span>
      {action === undefined ? null : (
        <Button
          tone="quiet"
          onPress={() => {
            dismiss(toast.id);
            action.perform();
          }}
        >
          {action.label}
        </Button>
      )}
      <IconButton icon={X} label="Close this message" onPress={() => dismiss(toast.id)} />
    </div>
  );
}
