/** What {@link runeAt} returns for a byte that does not start a valid sequence. */
export const invalidByte = -1;

/**
 * The code point that starts at `index`, or {@link invalidByte}. Valid as Go sees it: shortest form, no surrogates, at
 * most U+10FFFF; anything else makes just this one byte invalid. Its length follows from {@link runeLength}.
 */
export function runeAt(bytes: Uint8Array, index: number): number {
  const first = bytes[index] ?? 0;
  if (first < 0x80) {
    return first;
  }
  if (first < 0xc2 || first > 0xf4) {
    return invalidByte;
  }
  const second = continuation(bytes, index + 1);
  if (first < 0xe0) {
    return second < 0 ? invalidByte : ((first & 0x1f) << 6) | second;
  }
  const third = continuation(bytes, index + 2);
  if (second < 0 || third < 0) {
    return invalidByte;
  }
  if (first < 0xf0) {
    const rune = ((first & 0x0f) << 12) | (second << 6) | third;
    return rune < 0x800 || (rune >= 0xd800 && rune <= 0xdfff) ? invalidByte : rune;
  }
  const fourth = continuation(bytes, index + 3);
  const rune = ((first & 0x07) << 18) | (second << 12) | (third << 6) | fourth;
  return fourth < 0 || rune < 0x1_0000 || rune > 0x10_ffff ? invalidByte : rune;
}

/** How many bytes a code point takes in UTF-8; an invalid byte takes one. */
export function runeLength(rune: number): number {
  if (rune < 0x80) {
    return 1;
  }
  if (rune < 0x800) {
    return 2;
  }
  return rune < 0x1_0000 ? 3 : 4;
}

function continuation(bytes: Uint8Array, index: number): number {
  const byte = bytes[index] ?? 0;
  return (byte & 0xc0) === 0x80 ? byte & 0x3f : -1;
}
