import { useState } from 'react';
import type { Plan } from '../../../shared/contract/plans.ts';
import { useCapabilities, useClient } from '../../app/context.ts';
import { Button } from '../../components/Button.tsx';
import { Check } from '../../components/Choices.tsx';
import { Dialog } from '../../components/Dialog.tsx';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { Field } from '../../components/Field.tsx';
import { useAction } from '../../lib/use-action.ts';
import { typedSecret } from './typed-secret.ts';

/** Asks for the passphrase (or the recovery words) of a destination whose key is not at hand. */
export function UnlockDialog({ plan, onClose }: { readonly plan: Plan; readonly onClose: () => void }) {
  const client = useClient();
  const capabilities = useCapabilities();
  const [passphrase, setPassphrase] = useState('');
  const [remember, setRemember] = useState(true);
  const unlock = useAction();
  const canRemember = capabilities?.keychain === 'available';
  const submit = (): void => {
    if (passphrase === '') return;
    void unlock
      .run(() =>
        client.plans.unlock({
          planId: plan.id,
          passphrase: typedSecret(passphrase),
          remember: canRemember && remember,
        }),
      )
      .then((done) => {
        if (done) onClose();
      });
  };
  return (
    <Dialog
      title={`Unlock ${plan.destination.name}`}
      width="narrow"
      onClose={onClose}
      actions={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button tone="primary" isDisabled={passphrase === '' || unlock.pending} onPress={submit}>
            Unlock
          </Button>
        </>
      }
    >
      <Field
        label="Passphrase or recovery words"
        type="password"
        autoComplete="current-password"
        value={passphrase}
        onChange={setPassphrase}
        onEnter={submit}
        autoFocus
        maxLength={1024}
      />
      {canRemember ? (
        <Check isSelected={remember} onChange={setRemember}>
          Keep it in {capabilities.keychainName}
        </Check>
      ) : null}
      <ErrorNote error={unlock.error} />
    </Dialog>
  );
}
