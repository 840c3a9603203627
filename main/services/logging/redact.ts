import { wordlist } from '@scure/bip39/wordlists/english.js';
import type { LogFacts } from '../../ports/logger.ts';

const secretNames = /pass(word|phrase)|secret|words|mnemonic|private|cookie|authorization|(key|token)$/i;
/** Credentials inside a location. */
const userInfo = /(\/\/[^\s/:@]+):[^\s@/]+@/g;
const longRandom = /(?<![\w-])[\w-]{43}(?![\w-])/g;
const wordRun = /[a-z]{3,8}(?:\s[a-z]{3,8})+/gi;
/** So many words of a recovery key in a row are no sentence. */
const tellingWords = 6;
const keyWords: ReadonlySet<string> = new Set(wordlist);

/** The text with everything removed that looks like a key, a password in a location, or recovery words. */
export function redactText(text: string): string {
  return text
    .replace(userInfo, '$1:***@')
    .replace(wordRun, removeKeyWords)
    .replace(longRandom, (found) => (/^[0-9a-f]+$/.test(found) ? found : '[removed]'));
}

/** The facts with the values of telling names removed and all texts redacted. */
export function redactFacts(facts: LogFacts): LogFacts {
  const clean: Record<string, string | number | boolean | null | undefined> = {};
  for (const [name, value] of Object.entries(facts)) {
    if (secretNames.test(name)) clean[name] = '[removed]';
    else clean[name] = typeof value === 'string' ? redactText(value) : value;
  }
  return clean;
}

function removeKeyWords(text: string): string {
  const kept: string[] = [];
  let run: string[] = [];
  const flush = () => {
    kept.push(...(run.length >= tellingWords ? ['[words removed]'] : run));
    run = [];
  };
  for (const word of text.split(/\s/)) {
    if (keyWords.has(word.toLowerCase())) {
      run.push(word);
    } else {
      flush();
      kept.push(word);
    }
  }
  flush();
  return kept.join(' ');
}
