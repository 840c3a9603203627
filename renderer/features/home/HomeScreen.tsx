import { History, Printer } from 'lucide-react';
import type { Plan } from '../../../shared/contract/plans.ts';
import { listNames } from '../../../shared/format/plural.ts';
import { usePlans, useRuns } from '../../app/context.ts';
import { navigate, useTitle } from '../../app/use-route.ts';
import { Button } from '../../components/Button.tsx';
import { When } from '../../components/When.tsx';
import { StateGlyph } from '../../components/State.tsx';
import { useNow } from '../../lib/use-now.ts';
import { KitDialog } from '../kit/KitDialog.tsx';
import { DayStrip } from './DayStrip.tsx';
import { PlanCard } from './PlanCard.tsx';
import { nextRun, worstPlan } from './home-model.ts';

/** Answers "am I safe?" before anything else. `kit` is the plan whose recovery kit is open. */
export function HomeScreen({ kit }: { readonly kit: string | undefined }) {
  const plans = usePlans();
  const runs = useRuns();
  const now = useNow();
  const worst = worstPlan(plans);
  const open = plans.find((plan) => plan.id === kit);
  useTitle(open === undefined ? 'Home' : 'Recovery kit');
  if (worst === undefined) return null;
  return (
    <div className="screen home">
      <section className="home-sentence" aria-label="State">
        <div className="home-sentence-line">
          <StateGlyph health={worst.health} />
          <h1 tabIndex={-1}>{worst.sentence}</h1>
        </div>
        <p className="muted">
          {worst.lastVersion === null ? null : (
            <>
              Last backup <When instant={worst.lastVersion} now={now} age />
            </>
          )}
          {worst.lastVersion !== null && nextRun(worst, now) !== '' ? ' · ' : ''}
          {nextRun(worst, now)}
        </p>
        {worst.reason === '' || worst.reason === worst.sentence ? null : <p>{worst.reason}</p>}
      </section>
      {plans.map((plan) => (
        <section key={plan.id} className="stack" aria-label={planName(plan)}>
          {plan.versions > 0 ? <DayStrip plan={plan} runs={runs} now={now} /> : null}
          <PlanCard plan={plan} name={planName(plan)} now={now} />
        </section>
      ))}
      {plans
        .filter((plan) => plan.kit === 'unconfirmed')
        .map((plan) => (
          <KitCard key={plan.id} plan={plan} />
        ))}
      {plans.some((plan) => plan.versions > 0) ? (
        <div className="row home-hint">
          <History size={16} aria-hidden />
          <p className="muted">Try it: walk back through your folders and bring one file back. It takes ten seconds.</p>
          <Button tone="quiet" onPress={() => navigate({ screen: 'back' })}>
            Go back in time
          </Button>
        </div>
      ) : null}
      {open === undefined ? null : <KitDialog plan={open} onClose={() => navigate({ screen: 'home' })} />}
    </div>
  );
}

function KitCard({ plan }: { readonly plan: Plan }) {
  return (
    <section className="kit-card" aria-label="Recovery kit">
      <Printer size={20} aria-hidden />
      <div className="grow">
        <h2 className="h3">Only this computer can open the backup</h2>
        <p className="muted small">
          Save the recovery kit of “{planName(plan)}”: with its words any computer can, even if this one is gone.
        </p>
      </div>
      <Button onPress={() => navigate({ screen: 'kit', planId: plan.id })}>Save the recovery kit</Button>
    </section>
  );
}

/** The plan's name as given, else its folders. */
export function planName(plan: Plan): string {
  return plan.name === '' ? listNames(plan.sources.map((source) => source.name)) : plan.name;
}
