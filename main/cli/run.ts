import { AppError, errorFacts } from '../../shared/errors.ts';
import { errorText, exitCodeOf, exitCodes } from './exit-codes.ts';
import { globalOptions } from './global-options.ts';
import { overviewText, verbText } from './help.ts';
import { Output } from './io.ts';
import type { Io } from './io.ts';
import { findVerb, parseOptions } from './options.ts';
import { aliases, verbs } from './verbs.ts';
import type { VerbEntry } from './verbs.ts';

export interface RunInput {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly io: Io;
  readonly signal: AbortSignal;
}

/** The reason of an abort when whoever read the output has gone: that is no failure and needs no message. */
export const outputClosed = Symbol('output closed');

interface ChosenVerb {
  readonly name: string;
  readonly entry: VerbEntry;
  readonly rest: string[];
}

function choose(args: readonly string[]): ChosenVerb | { readonly overview: string | undefined } {
  const position = findVerb(args, globalOptions, 2);
  const [first = 'help', second] = position.words;
  if (first === 'help') {
    const rest = position.words.length < 2 ? [] : [...position.without(1), '--help'];
    return rest.length === 0 ? { overview: undefined } : choose(rest);
  }
  for (const [name, words] of [[`${first} ${second ?? ''}`, 2], [aliases[first] ?? first, 1]] as const) {
    const entry = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
    if (entry !== undefined) return { name, entry, rest: position.without(words) };
  }
  if (Object.keys(verbs).some((name) => name.startsWith(`${first} `))) {
    if (second === undefined || second === 'help') return { overview: first };
    throw new AppError('invalid-input', `There is no ‘${first} ${second}’.`, { hint: `See: tidemark help ${first}` });
  }
  throw new AppError('invalid-input', `There is no verb ‘${first}’.`, { hint: 'See: tidemark help' });
}

async function runVerb(input: RunInput, chosen: ChosenVerb): Promise<number> {
  const { verb } = await chosen.entry.load();
  const { values, positionals } = parseOptions(chosen.rest, { ...globalOptions, ...verb.options });
  const output = new Output(input.io, { json: values.json, quiet: values.quiet, verbosity: values.verbose });
  if (values.help) {
    output.line(verbText(chosen.name, verb));
    return exitCodes.done;
  }
  return await verb.run({
    options: values,
    global: values,
    args: positionals,
    output,
    env: input.env,
    signal: input.signal,
  });
}

function report(input: RunInput, error: unknown): number {
  const isInterrupted = input.signal.aborted;
  const code = isInterrupted ? exitCodes.interrupted : exitCodeOf(error);
  const message = isInterrupted ? 'Interrupted. Nothing that was stored before is affected.' : errorText(error);
  const details = isInterrupted ? {} : { error: { code: errorFacts(error).code } };
  const text = input.args.includes('--json') ? JSON.stringify({ message_type: 'exit_error', code, message, ...details }) : message;
  if (input.signal.reason !== outputClosed) input.io.stderr.write(`${text}\n`);
  return code;
}

/** Runs one command line to its exit code; never throws. */
export async function run(input: RunInput): Promise<number> {
  try {
    const chosen = choose(input.args);
    if ('overview' in chosen) {
      input.io.stdout.write(`${overviewText(chosen.overview)}\n`);
      return exitCodes.done;
    }
    return await runVerb(input, chosen);
  } catch (error) {
    return report(input, error);
  }
}
