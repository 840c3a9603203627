import { useId } from 'react';
import type { ReactNode } from 'react';
import { Button } from '../../components/Button.tsx';

export interface SetupLineProps {
  readonly name: string;
  readonly lead?: string;
  readonly text: string;
  readonly detail: string;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
  readonly children: ReactNode;
}

/** One part of the sentence, and its editor right below it. */
export function SetupLine({ name, lead, text, detail, isOpen, onToggle, children }: SetupLineProps) {
  const body = useId();
  return (
    <section className="setup-line" aria-label={name}>
      <div className="setup-line-head">
        <p className="setup-line-text">
          {lead === undefined ? null : <span className="muted">{lead} </span>}
          <span className="strong">{text}</span>
          {detail === '' ? null : <span className="muted figures"> · {detail}</span>}
        </p>
        <Button
          aria-label={`${isOpen ? 'Done' : 'Change'}: ${name}`}
          aria-expanded={isOpen}
          aria-controls={body}
          onPress={onToggle}
        >
          {isOpen ? 'Done' : 'Change'}
        </Button>
      </div>
      <div id={body} hidden={!isOpen} className="setup-line-body">
        {isOpen ? children : null}
      </div>
    </section>
  );
}
