import { CircleAlert, Info, TriangleAlert, Unplug, X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { useApp } from '../../app/context.ts';
import { IconButton } from '../../components/Button.tsx';

const icons = { info: Info, attention: TriangleAlert, risk: CircleAlert } as const;
const words = { info: 'Note', attention: 'Attention', risk: 'At risk' } as const;

/** What the whole application has to say, and whether the line to it holds. */
export function Bars() {
  const { client, stores } = useApp();
  const notices = useStore(stores.notices, (state) => state.value) ?? [];
  const status = useStore(stores.connection, (state) => state.status);
  const late = useLate(status !== 'open');
  if (!late && status !== 'lost' && notices.length === 0) return null;
  return (
    <section className="bars" aria-label="Notices">
      {status === 'lost' ? (
        <div className="bar bar-risk" role="alert">
          <Unplug size={16} aria-hidden />
          <span>
            <strong>Tidemark cannot be reached.</strong> Start Tidemark again to open this page. What was backed up is
            not affected.
          </span>
        </div>
      ) : late ? (
        <div className="bar bar-attention" role="status">
          <Unplug size={16} aria-hidden />
          <span>
            <strong>Connection lost.</strong> Trying again by itself. Backups go on in the background.
          </span>
        </div>
      ) : null}
      {notices.map((notice) => {
        const Icon = icons[notice.severity];
        return (
          <div key={notice.id} className={`bar bar-${notice.severity}`}>
            <Icon size={16} role="img" aria-label={words[notice.severity]} />
            <span>
              <strong>{notice.title}</strong> {notice.detail}
            </span>
            {notice.dismissable ? (
              <span className="push">
                <IconButton
                  icon={X}
                  label={`Close notice: ${notice.title}`}
                  onPress={() => void client.app.dismissNotice({ id: notice.id }).catch(() => undefined)}
                />
              </span>
            ) : null}
          </div>
        );
      })}
    </section>
  );
}

/** Whether something has been so for a second; a line that comes back at once is not worth a word. */
function useLate(broken: boolean): boolean {
  const [late, setLate] = useState(false);
  useEffect(() => {
    if (!broken) return undefined;
    const timer = setTimeout(() => setLate(true), 1_000);
    return () => {
      clearTimeout(timer);
      setLate(false);
    };
  }, [broken]);
  return late;
}
