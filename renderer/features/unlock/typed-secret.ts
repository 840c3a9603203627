/**
 * A password as it was typed; only what looks like recovery words (at least twelve plain words) is tidied, since
 * words from paper come with capitals, line breaks and double spaces, while in a password each of them counts.
 */
export function typedSecret(text: string): string {
  const words = text.trim().split(/\s+/);
  return words.length >= 12 && words.every((word) => /^[a-z]+$/i.test(word)) ? words.join(' ').toLowerCase() : text;
}
