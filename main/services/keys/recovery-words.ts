import { entropyToMnemonic, validateMnemonic } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import type { RandomSource } from '../../engine/platform/random.ts';

const entropyBytes = 16;

/** Twelve fresh words (128 bits and a checksum). Joined by single spaces they are a password any restic client takes. */
export function createRecoveryWords(random: RandomSource): readonly string[] {
  return entropyToMnemonic(random.bytes(entropyBytes), wordlist).split(' ');
}

/** The password that words stand for. */
export function recoveryPassword(words: readonly string[]): string {
  return words.join(' ');
}

/**
 * What to try when somebody typed `text`: the text itself, and when it reads as recovery words (any case, any spacing,
 * numbered as in the kit) the password these stand for.
 */
export function passwordCandidates(text: string): readonly string[] {
  const words = text.normalize('NFKD').toLowerCase().replaceAll(/\d+[.)]?\s*/g, ' ').trim().split(/[\s,;]+/);
  const password = recoveryPassword(words);
  return password !== text && validateMnemonic(password, wordlist) ? [text, password] : [text];
}
