import { createOsKeychain } from '../../main/services/keychain/os-keychain.ts';
import { errorFacts } from '../../shared/errors.ts';

const keychain = createOsKeychain({ platform: process.platform, timeout: 10_000 });

async function perform(step: string): Promise<string> {
  const [action, account = '', secret = ''] = step.split(':');
  if (action === 'state') return await keychain.state();
  if (action === 'get') return await keychain.get(account);
  if (action === 'set') await keychain.set(account, secret);
  else await keychain.delete(account);
  return 'ok';
}

for (const step of process.argv.slice(2)) {
  console.log(await perform(step).catch((error: unknown) => errorFacts(error).code));
}
