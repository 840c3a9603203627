import { Check as Tick, Minus } from 'lucide-react';
import type { ReactNode } from 'react';
import { Checkbox, Radio, RadioGroup, Switch } from 'react-aria-components';

export interface CheckProps {
  readonly isSelected: boolean;
  readonly onChange: (selected: boolean) => void;
  readonly children: ReactNode;
  readonly isDisabled?: boolean;
}

export function Check({ children, isDisabled = false, ...props }: CheckProps) {
  return (
    <Checkbox {...props} isDisabled={isDisabled} className="check">
      {({ isSelected, isIndeterminate }) => (
        <>
          <span className="check-box" aria-hidden>
            {isIndeterminate ? <Minus size={12} /> : isSelected ? <Tick size={12} /> : null}
          </span>
          <span className="check-label">{children}</span>
        </>
      )}
    </Checkbox>
  );
}

export function Toggle({ children, isDisabled = false, ...props }: CheckProps) {
  return (
    <Switch {...props} isDisabled={isDisabled} className="toggle">
      <span className="toggle-track" aria-hidden>
        <span className="toggle-knob" />
      </span>
      <span className="check-label">{children}</span>
    </Switch>
  );
}

export interface Choice {
  readonly value: string;
  readonly label: ReactNode;
  readonly detail?: ReactNode;
  readonly isDisabled?: boolean;
}

export interface ChoicesProps {
  readonly label: string;
  readonly hideLabel?: boolean;
  readonly value: string | null;
  readonly onChange: (value: string) => void;
  readonly choices: readonly Choice[];
  readonly inline?: boolean;
}

export function Choices({ label, hideLabel = false, value, onChange, choices, inline = false }: ChoicesProps) {
  return (
    <RadioGroup
      aria-label={label}
      value={value}
      onChange={onChange}
      className={`choices${inline ? ' choices-inline' : ''}`}
    >
      {hideLabel ? null : (
        <span className="field-label" aria-hidden>
          {label}
        </span>
      )}
      {choices.map((choice) => (
        <Radio key={choice.value} value={choice.value} isDisabled={choice.isDisabled ?? false} className="choice">
          <span className="choice-dot" aria-hidden />
          <span className="choice-text">
            <span>{choice.label}</span>
            {choice.detail === undefined ? null : <span className="muted small">{choice.detail}</span>}
          </span>
        </Radio>
      ))}
    </RadioGroup>
  );
}
