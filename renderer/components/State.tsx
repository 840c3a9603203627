import { AlarmClock, CircleAlert, CircleCheck, CircleDashed, Clock, RefreshCw, TriangleAlert } from 'lucide-react';
import type { LucideIcon } from 'lucide-react';
import type { Plan } from '../../shared/contract/plans.ts';

export type Health = Plan['health'];

interface Look {
  readonly icon: LucideIcon;
  readonly word: string;
  readonly tone: 'safe' | 'waiting' | 'attention' | 'risk' | 'muted';
}

const looks: Readonly<Record<Health, Look>> = {
  never: { icon: CircleDashed, word: 'Not backed up yet', tone: 'waiting' },
  working: { icon: RefreshCw, word: 'Working', tone: 'waiting' },
  safe: { icon: CircleCheck, word: 'Safe', tone: 'safe' },
  waiting: { icon: Clock, word: 'Waiting', tone: 'waiting' },
  attention: { icon: TriangleAlert, word: 'Needs attention', tone: 'attention' },
  overdue: { icon: AlarmClock, word: 'Overdue', tone: 'attention' },
  risk: { icon: CircleAlert, word: 'At risk', tone: 'risk' },
};

/** A state as glyph and word; colour only repeats what both say. */
export function StateMark({ health, word }: { readonly health: Health; readonly word?: string }) {
  const look = looks[health];
  return (
    <span className={`state state-${look.tone}`}>
      <look.icon size={16} aria-hidden />
      <span>{word ?? look.word}</span>
    </span>
  );
}

/** The glyph alone, beside a sentence that says the same. */
export function StateGlyph({ health, size = 20 }: { readonly health: Health; readonly size?: 16 | 20 }) {
  const look = looks[health];
  return (
    <span className={`state state-${look.tone}`}>
      <look.icon size={size} role="img" aria-label={look.word} />
    </span>
  );
}
