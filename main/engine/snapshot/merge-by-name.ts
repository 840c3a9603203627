/** One name with what each of two folders has under it; at least one is there. */
export interface NamePair<A, B> {
  readonly name: Buffer;
  readonly before: A | undefined;
  readonly after: B | undefined;
}

/** Walks two lists sorted by name bytes in lockstep. */
export function* mergeByName<A extends { readonly name: Buffer }, B extends { readonly name: Buffer }>(
  before: readonly A[], after: readonly B[],
): Generator<NamePair<A, B>> {
  let [i, j] = [0, 0];
  for (;;) {
    const [a, b] = [before[i], after[j]];
    if (a === undefined || b === undefined) {
      if (a === undefined && b === undefined) {
        return;
      }
      yield { name: (a ?? b)?.name ?? Buffer.alloc(0), before: a, after: b };
      [i, j] = [i + 1, j + 1];
      continue;
    }
    const order = Buffer.compare(a.name, b.name);
    yield { name: order <= 0 ? a.name : b.name, before: order <= 0 ? a : undefined, after: order >= 0 ? b : undefined };
    i += order <= 0 ? 1 : 0;
    j += order >= 0 ? 1 : 0;
  }
}
