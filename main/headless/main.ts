import { parseArgs } from 'node:util';
import { errorFacts } from '../../shared/errors.ts';
import { serveUntilStopped } from './serve.ts';

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

try {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '0' },
      profile: { type: 'string' },
      'no-open': { type: 'boolean', default: false },
    },
  });
  process.exitCode = await serveUntilStopped(
    {
      port: Number(values.port),
      open: !values['no-open'],
      ...(values.profile === undefined ? {} : { profile: values.profile }),
    },
    print,
  );
} catch (error) {
  const { message, hint } = errorFacts(error);
  process.stderr.write(`${message} ${hint}\n`);
  process.exitCode = 1;
}
