import { useState } from 'react';
import { useClient, useMessages } from '../../app/context.ts';
import { Button } from '../../components/Button.tsx';
import { Dialog } from '../../components/Dialog.tsx';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { Field } from '../../components/Field.tsx';
import { useAction } from '../../lib/use-action.ts';
import { pickPositions } from './kit-words.ts';

export interface KitProofProps {
  readonly planId: string;
  readonly count: number;
  readonly onBack: () => void;
  readonly onClose: () => void;
}

/** Four words by their number: a proof that the kit was really saved. */
export function KitProof({ planId, count, onBack, onClose }: KitProofProps) {
  const client = useClient();
  const { show } = useMessages();
  const [positions] = useState(() => pickPositions(count, randomShare));
  const [words, setWords] = useState<readonly string[]>(['', '', '', '']);
  const confirm = useAction();
  const ready = words.every((word) => word.trim() !== '');
  const submit = (): void => {
    if (!ready) return;
    const answers = positions.map((position, index) => ({
      position,
      word: (words[index] ?? '').trim().toLowerCase(),
    }));
    void confirm
      .run(() => client.plans.confirmRecoveryKit({ planId, words: answers }))
      .then((done) => {
        if (!done) return;
        show({ tone: 'safe', text: 'The recovery kit is saved. Any computer can open the backup with it.' });
        onClose();
      });
  };
  return (
    <Dialog
      title="Type four of the words"
      width="narrow"
      onClose={onClose}
      actions={
        <>
          <Button onPress={onBack}>Show the words again</Button>
          <Button tone="primary" isDisabled={!ready || confirm.pending} onPress={submit}>
            Confirm
          </Button>
        </>
      }
    >
      <p className="muted">From your paper or your copy, so that you know it works.</p>
      <div className="two-fields">
        {positions.map((position, index) => (
          <Field
            key={position}
            label={`Word ${position + 1}`}
            value={words[index] ?? ''}
            onChange={(word) => setWords((before) => before.map((other, at) => (at === index ? word : other)))}
            onEnter={submit}
            autoFocus={index === 0}
            maxLength={40}
          />
        ))}
      </div>
      <ErrorNote error={confirm.error} />
    </Dialog>
  );
}

function randomShare(): number {
  return (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) / 2 ** 32;
}
