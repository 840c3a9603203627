import { AppError } from '../../../shared/errors.ts';
import { withRepository } from '../open-repository.ts';
import { pruneOptionsOf, pruneOptionTable, runPrune } from '../prune-run.ts';
import { defineVerb } from '../verb.ts';

export const verb = defineVerb(
  '',
  'Removes data that no snapshot needs. Every step leaves the repository complete, also when it is interrupted.',
  { ...pruneOptionTable, 'dry-run': { kind: 'flag', short: 'n', help: 'change nothing, show what would be done' } },
  async (context) => {
    if (context.args.length > 0) throw new AppError('invalid-input', 'prune takes no arguments.');
    const options = pruneOptionsOf(context.options, context);
    const dryRun = context.options['dry-run'];
    const kind = dryRun && context.global['no-lock'] ? 'read' : 'exclusive';
    await withRepository(context, kind, (work) => runPrune(work, context, options, dryRun));
    return 0;
  },
);
