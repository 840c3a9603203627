import { CircleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import type { ErrorFacts } from '../../shared/errors.ts';

/** What went wrong, and the one thing to do about it. */
export function ErrorNote({
  error,
  children,
}: {
  readonly error: ErrorFacts | undefined;
  readonly children?: ReactNode;
}) {
  if (error === undefined) return null;
  return (
    <div className="note note-risk" role="alert">
      <CircleAlert size={16} aria-hidden />
      <div>
        <p>{error.message}</p>
        {error.hint === '' ? null : <p className="muted">{error.hint}</p>}
      </div>
      {children}
    </div>
  );
}
