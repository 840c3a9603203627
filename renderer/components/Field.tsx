import { ChevronDown } from 'lucide-react';
import { useState } from 'react';
import {
  Button as AriaButton,
  FieldError,
  Input,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  Select,
  SelectValue,
  Text,
  TextField,
} from 'react-aria-components';

export interface FieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly type?: 'text' | 'password' | 'number';
  readonly help?: string;
  readonly problem?: string;
  readonly autoFocus?: boolean;
  readonly autoComplete?: string;
  readonly onEnter?: () => void;
  readonly onBlur?: () => void;
  readonly maxLength?: number;
}

export function Field(props: FieldProps) {
  const { label, value, onChange, type = 'text', help, problem = '', autoFocus = false, onEnter, onBlur } = props;
  return (
    <TextField
      className="field"
      value={value}
      onChange={onChange}
      type={type}
      isInvalid={problem !== ''}
      autoFocus={autoFocus}
      autoComplete={props.autoComplete ?? 'off'}
      {...(props.maxLength === undefined ? {} : { maxLength: props.maxLength })}
      {...(onBlur === undefined ? {} : { onBlur })}
      onKeyDown={(event) => {
        if (event.key === 'Enter') onEnter?.();
        else event.continuePropagation();
      }}
    >
      <Label className="field-label">{label}</Label>
      <Input className="input" spellCheck={false} />
      {help === undefined ? null : (
        <Text slot="description" className="field-help">
          {help}
        </Text>
      )}
      <FieldError className="field-problem">{problem}</FieldError>
    </TextField>
  );
}

/** A field whose value counts once it was left or Enter was pressed. */
export function CommitField(
  props: Omit<FieldProps, 'onChange' | 'onEnter' | 'onBlur'> & { readonly onCommit: (value: string) => void },
) {
  const { value, onCommit, ...rest } = props;
  const [draft, setDraft] = useState<string | undefined>(undefined);
  const commit = (): void => {
    if (draft !== undefined && draft !== value) onCommit(draft);
    setDraft(undefined);
  };
  return <Field {...rest} value={draft ?? value} onChange={setDraft} onEnter={commit} onBlur={commit} />;
}

export interface Option {
  readonly value: string;
  readonly label: string;
}

export interface SelectFieldProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly Option[];
  readonly onChange: (value: string) => void;
  readonly help?: string;
  readonly hideLabel?: boolean;
}

export function SelectField({ label, value, options, onChange, help, hideLabel = false }: SelectFieldProps) {
  return (
    <Select
      className="field"
      value={value}
      onChange={(key) => {
        if (key !== null) onChange(String(key));
      }}
      {...(hideLabel ? { 'aria-label': label } : {})}
    >
      {hideLabel ? null : <Label className="field-label">{label}</Label>}
      <AriaButton className="select-button">
        <SelectValue />
        <ChevronDown size={16} aria-hidden />
      </AriaButton>
      {help === undefined ? null : (
        <Text slot="description" className="field-help">
          {help}
        </Text>
      )}
      <Popover className="popover">
        <ListBox className="menu" items={options}>
          {(option) => (
            <ListBoxItem id={option.value} textValue={option.label} className="menu-item">
              {option.label}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </Select>
  );
}
