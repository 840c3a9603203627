import type { Capabilities } from '../../../shared/contract/app.ts';
import { Field } from '../../components/Field.tsx';
import { passphraseProblem } from './setup-model.ts';

export interface PassphraseValue {
  readonly first: string;
  readonly second: string;
}

export const emptyPassphrase: PassphraseValue = { first: '', second: '' };

export interface PassphraseProps {
  readonly keychain: Capabilities['keychain'];
  readonly keychainName: string;
  readonly value: PassphraseValue;
  readonly onChange: (value: PassphraseValue) => void;
}

/** Asked only where this computer cannot keep the key for the person, and says so. */
export function Passphrase({ keychain, keychainName, value, onChange }: PassphraseProps) {
  const name = `The ${keychainName === '' ? 'keychain' : keychainName} of this computer`;
  return (
    <section className="panel panel-pad stack" aria-label="Passphrase">
      <div className="stack stack-tight">
        <h2 className="h3">Choose a passphrase</h2>
        <p className="muted small">
          {keychain === 'locked'
            ? `${name} is locked, so it cannot keep the key. Unlock it, or choose a passphrase.`
            : `${name} is not available, so nobody but you can keep the key.`}{' '}
          You will be asked for the passphrase after each start.
        </p>
      </div>
      <div className="two-fields">
        <Field
          label="Passphrase"
          type="password"
          autoComplete="new-password"
          value={value.first}
          onChange={(first) => onChange({ ...value, first })}
          maxLength={1024}
        />
        <Field
          label="The same again"
          type="password"
          autoComplete="new-password"
          value={value.second}
          onChange={(second) => onChange({ ...value, second })}
          problem={passphraseProblem(value.first, value.second)}
          maxLength={1024}
        />
      </div>
    </section>
  );
}
