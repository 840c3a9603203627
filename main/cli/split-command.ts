import { AppError } from '../../shared/errors.ts';

/**
 * Splits a command line into words as a shell would, without running one: white space separates, single and double
 * quotes group, a backslash takes the next character as it is (outside of single quotes; on Windows never).
 */
export function splitCommand(command: string, platform: NodeJS.Platform = process.platform): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote: string | undefined;
  for (let at = 0; at < command.length; at += 1) {
    const character = command[at] ?? '';
    if (character === '\\' && quote !== "'" && platform !== 'win32' && at + 1 < command.length) {
      at += 1;
      word = (word ?? '') + command[at];
    } else if (quote !== undefined) {
      if (character === quote) quote = undefined;
      else word += character;
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= '';
    } else if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? '') + character;
    }
  }
  if (quote !== undefined) throw new AppError('invalid-input', 'A quote in the command is not closed.');
  if (word !== undefined) words.push(word);
  return words;
}
