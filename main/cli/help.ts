import { globalOptions } from './global-options.ts';
import type { OptionTable } from './options.ts';
import type { Verb } from './verb.ts';
import { verbs } from './verbs.ts';

function optionLines(table: OptionTable): string[] {
  const rows = Object.entries(table).map(([name, spec]) => {
    const short = spec.short === undefined ? '    ' : `-${spec.short}, `;
    return { left: `  ${short}--${name}${spec.value === undefined ? '' : ` ${spec.value}`}`, help: spec.help };
  });
  const width = Math.max(...rows.map(({ left }) => left.length)) + 2;
  return rows.map(({ left, help }) => `${left.padEnd(width)}${help}`);
}

/** Help for all of the program, or for the words that begin verbs (`key`). */
export function overviewText(prefix?: string): string {
  const names = Object.keys(verbs).filter((name) => prefix === undefined || name.startsWith(`${prefix} `));
  const width = Math.max(...names.map((name) => name.length)) + 2;
  return [
    `Usage: tidemark [options] ${prefix === undefined ? '<verb>' : `${prefix} <verb>`} [arguments]`,
    '',
    ...names.map((name) => `  ${name.padEnd(width)}${verbs[name]?.summary ?? ''}`),
    '',
    'Options of every verb:',
    ...optionLines(globalOptions),
    '',
    'tidemark <verb> --help shows the options of a verb.',
    'Exit codes: 0 done, 1 failed, 3 some files could not be read, 10 no repository there, 11 locked, 12 wrong password, 130 interrupted.',
  ].join('\n');
}

export function verbText(name: string, verb: Verb): string {
  const own = Object.keys(verb.options).length === 0 ? [] : ['', 'Options:', ...optionLines(verb.options)];
  const usage = `tidemark ${name}${verb.usage === '' ? '' : ` ${verb.usage}`}`;
  return [`Usage: ${usage}`, '', verb.about, ...own, '', 'Options of every verb:', ...optionLines(globalOptions)].join('\n');
}
