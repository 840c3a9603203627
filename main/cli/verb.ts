import type { GlobalValues } from './global-options.ts';
import type { Output } from './io.ts';
import type { OptionTable, OptionValues } from './options.ts';

/** What a verb gets: its options, its words, the output, the environment and a signal for Ctrl+C. */
export interface VerbContext<T extends OptionTable = OptionTable> {
  readonly options: OptionValues<T>;
  readonly global: GlobalValues;
  readonly args: readonly string[];
  readonly output: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/** One verb of the command line, as its file exports it. */
export interface Verb {
  /** The words after the verb, as shown in the help. */
  readonly usage: string;
  readonly about: string;
  readonly options: OptionTable;
  /** Resolves to the exit code; a thrown error is shown and mapped to one. */
  run(context: VerbContext): Promise<number>;
}

/** Declares a verb whose `run` sees the values of its own table. */
export function defineVerb<const T extends OptionTable>(
  usage: string,
  about: string,
  options: T,
  run: (context: VerbContext<T>) => Promise<number>,
): Verb {
  return { usage, about, options, run: (context) => run(context as unknown as VerbContext<T>) };
}
