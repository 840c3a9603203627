/** Grey lines while something loads; they appear only after a moment, so that fast answers do not flicker. */
export function Skeleton({ label, lines = 3 }: { readonly label: string; readonly lines?: number }) {
  return (
    <div className="skeleton" role="status" aria-label={label}>
      {Array.from({ length: lines }, (_, line) => (
        <span key={line} className="skeleton-line" style={{ width: `${92 - line * 17}%` }} />
      ))}
    </div>
  );
}
