/** One thing a single character must be: a code point, any character, or one of a set of ranges. */
type Item =
  | { readonly kind: 'char'; readonly code: number }
  | { readonly kind: 'any' }
  | { readonly kind: 'set'; readonly negated: boolean; readonly ranges: readonly (readonly [number, number])[] };

/** A run of items; `star` says that anything may stand before it. */
interface Chunk {
  readonly star: boolean;
  readonly items: readonly Item[];
}

/** A compiled pattern for one path component. */
export type Wildcard = (name: string) => boolean;

const slash = 0x2f;

/**
 * Compiles `*`, `?`, `[a-z]`, `[^a-z]` and `\` escapes as Go's filepath.Match understands them: all of the name must
 * match, `?` is one code point, nothing matches a `/`. Undefined when the pattern is malformed. Matching takes at most
 * pattern length times name length steps. `escapes` is false on Windows, where `\` separates.
 */
export function compileWildcard(pattern: string, escapes = true): Wildcard | undefined {
  const chunks = parse(pattern, escapes);
  if (chunks === undefined) return undefined;
  return (name) => matchChunks(chunks, Array.from(name, (char) => char.codePointAt(0) ?? 0));
}

function parse(pattern: string, escapes: boolean): Chunk[] | undefined {
  const codes = Array.from(pattern, (char) => char.codePointAt(0) ?? 0);
  const chunks: Chunk[] = [];
  let star = false;
  let items: Item[] = [];
  let at = 0;
  const literal = (): number | undefined => {
    if (escapes && codes[at] === 0x5c) at += 1;
    const code = codes[at];
    at += 1;
    return code;
  };
  const parseSet = (): Item | undefined => {
    at += 1;
    const negated = codes[at] === 0x5e;
    if (negated) at += 1;
    const ranges: [number, number][] = [];
    for (;;) {
      if (codes[at] === 0x5d && ranges.length > 0) break;
      if (codes[at] === 0x2d || codes[at] === 0x5d) return undefined;
      const low = literal();
      if (low === undefined) return undefined;
      let high: number | undefined = low;
      if (codes[at] === 0x2d) {
        at += 1;
        if (codes[at] === 0x2d || codes[at] === 0x5d) return undefined;
        high = literal();
        if (high === undefined) return undefined;
      }
      ranges.push([low, high]);
      if (at >= codes.length) return undefined;
    }
    at += 1;
    return { kind: 'set', negated, ranges };
  };
  while (at < codes.length) {
    const code = codes[at];
    if (code === 0x2a) {
      if (items.length > 0 || star) {
        if (items.length > 0) chunks.push({ star, items });
        items = [];
      }
      star = true;
      at += 1;
    } else if (code === 0x3f) {
      items.push({ kind: 'any' });
      at += 1;
    } else if (code === 0x5b) {
      const set = parseSet();
      if (set === undefined) return undefined;
      items.push(set);
    } else {
      const char = literal();
      if (char === undefined) return undefined;
      items.push({ kind: 'char', code: char });
    }
  }
  if (items.length > 0 || star) chunks.push({ star, items });
  return chunks;
}

function matchChunks(chunks: readonly Chunk[], name: readonly number[]): boolean {
  let at = 0;
  for (const [index, chunk] of chunks.entries()) {
    const last = index === chunks.length - 1;
    if (chunk.star && chunk.items.length === 0) return !name.includes(slash, at);
    let start = at;
    let found = -1;
    for (;;) {
      if (matchesAt(chunk.items, name, start) && (!last || start + chunk.items.length === name.length)) {
        found = start;
        break;
      }
      if (!chunk.star || start >= name.length || name[start] === slash) break;
      start += 1;
    }
    if (found === -1) return false;
    at = found + chunk.items.length;
  }
  return at === name.length;
}

function matchesAt(items: readonly Item[], name: readonly number[], start: number): boolean {
  if (start + items.length > name.length) return false;
  return items.every((item, offset) => {
    const code = name[start + offset] ?? 0;
    switch (item.kind) {
      case 'char':
        return item.code === code;
      case 'any':
        return code !== slash;
      case 'set':
        return item.ranges.some(([low, high]) => low <= code && code <= high) !== item.negated;
    }
  });
}
