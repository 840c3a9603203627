import { CircleAlert, Info, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';

const icons = { info: Info, attention: TriangleAlert, risk: CircleAlert } as const;
const words = { info: 'Note', attention: 'Attention', risk: 'At risk' } as const;

/** A framed remark; the glyph is named so that the tone is not only a colour. */
export function Note({
  tone = 'info',
  children,
}: {
  readonly tone?: keyof typeof icons;
  readonly children: ReactNode;
}) {
  const Icon = icons[tone];
  return (
    <div className={`note note-${tone}`}>
      <Icon size={16} role="img" aria-label={words[tone]} />
      <div className="note-text">{children}</div>
    </div>
  );
}
