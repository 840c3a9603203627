/** Four different positions of `count` words, in order, drawn from `random` (numbers from 0 to below 1). */
export function pickPositions(count: number, random: () => number): readonly number[] {
  const positions = new Set<number>();
  const wanted = Math.min(4, count);
  while (positions.size < wanted) positions.add(Math.floor(random() * count));
  return [...positions].sort((a, b) => a - b);
}

/** The command that brings everything back without Tidemark. */
export function restoreCommand(location: string): string {
  return `restic -r ${quote(location)} restore latest --target ./restored`;
}

function quote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
