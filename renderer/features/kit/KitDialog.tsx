import { Copy, Printer } from 'lucide-react';
import { useState } from 'react';
import type { Plan } from '../../../shared/contract/plans.ts';
import { formatExact } from '../../../shared/format/time.ts';
import { useClient, useMessages } from '../../app/context.ts';
import { Button } from '../../components/Button.tsx';
import { Dialog } from '../../components/Dialog.tsx';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { QrCode } from '../../components/QrCode.tsx';
import { Skeleton } from '../../components/Skeleton.tsx';
import { useLoaded } from '../../lib/use-loaded.ts';
import { KitProof } from './KitProof.tsx';
import { restoreCommand } from './kit-words.ts';

/** Shows the words once, to be printed or written down; a typed proof ends the warning. */
export function KitDialog({ plan, onClose }: { readonly plan: Plan; readonly onClose: () => void }) {
  const client = useClient();
  const { announce } = useMessages();
  const [proving, setProving] = useState(false);
  const kit = useLoaded(plan.kit === 'unconfirmed' ? plan.id : null, (signal) =>
    client.plans.recoveryKit({ planId: plan.id }, signal),
  );
  if (plan.kit !== 'unconfirmed') {
    return (
      <Dialog title="Recovery kit" width="narrow" onClose={onClose} actions={<Button onPress={onClose}>Close</Button>}>
        <p>
          {plan.kit === 'confirmed'
            ? 'The recovery kit of this backup is saved. Its words are shown only once; keep the paper.'
            : 'This backup is opened with its own password, so there is no recovery kit.'}
        </p>
      </Dialog>
    );
  }
  const { value } = kit;
  if (proving && value !== undefined) {
    return <KitProof planId={plan.id} count={value.words.length} onBack={() => setProving(false)} onClose={onClose} />;
  }
  const copy = (words: readonly string[]): void => {
    navigator.clipboard.writeText(words.join(' ')).then(
      () => announce('The words are copied.'),
      () => announce('The words could not be copied.'),
    );
  };
  return (
    <Dialog
      title="Recovery kit"
      width="wide"
      className="kit-modal"
      onClose={onClose}
      actions={
        value === undefined ? undefined : (
          <>
            <Button icon={Copy} onPress={() => copy(value.words)}>
              Copy the words
            </Button>
            <Button icon={Printer} onPress={() => window.print()}>
              Print
            </Button>
            <Button tone="primary" onPress={() => setProving(true)}>
              I have saved it
            </Button>
          </>
        )
      }
    >
      <ErrorNote error={kit.error} />
      {value === undefined && kit.error === undefined ? <Skeleton label="Reading the recovery kit" /> : null}
      {value === undefined ? null : (
        <div className="kit">
          <p>
            These words open the backup on any computer. Print them or write them down, and keep them away from this
            computer. Whoever has the words and the drive can read the backup.
          </p>
          <div className="kit-sheet">
            <ol className="kit-words" aria-label="Recovery words">
              {value.words.map((word, index) => (
                // A word may occur twice, so its place is its identity.
                <li key={index}>
                  <span className="muted figures">{index + 1}</span> <span className="kit-word">{word}</span>
                </li>
              ))}
            </ol>
            <QrCode text={value.words.join(' ')} label="The recovery words as a QR code" />
          </div>
          <dl className="kit-facts">
            <dt>Where the backup is</dt>
            <dd className="path">{value.location}</dd>
            <dt>Made</dt>
            <dd>{formatExact(value.created)}</dd>
            <dt>Its number</dt>
            <dd className="path">
              <code>{value.repositoryId}</code>
            </dd>
          </dl>
          <div className="stack stack-tight">
            <h3>To get everything back without Tidemark</h3>
            <p className="small">
              Install restic from restic.net, run this, and type the words with single spaces when it asks for the
              password:
            </p>
            <code className="kit-command">{restoreCommand(value.location)}</code>
          </div>
        </div>
      )}
    </Dialog>
  );
}
