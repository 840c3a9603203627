import { AppError } from '../../../shared/errors.ts';
import { parseCount } from '../sizes.ts';
import { defineVerb } from '../verb.ts';

export const verb = defineVerb(
  '',
  'Runs Tidemark on this computer with its page in the browser, until Ctrl+C.',
  {
    port: { kind: 'text', value: 'n', help: 'port on 127.0.0.1 (default: a free one)' },
    'no-open': { kind: 'flag', help: 'do not open the browser, only print the address' },
  },
  async ({ options, args, output }) => {
    if (args.length > 0) throw new AppError('invalid-input', 'serve takes no arguments.');
    const { serveUntilStopped } = await import('../../headless/serve.ts');
    const port = options.port === undefined ? {} : { port: parseCount(options.port, '--port', 0, 65_535) };
    return await serveUntilStopped({ open: !options['no-open'], ...port }, (line) => output.line(line));
  },
);
