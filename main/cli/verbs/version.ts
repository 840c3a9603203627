import { version as programVersion } from '../../ports/shell/version.ts';
import { defineVerb } from '../verb.ts';

export const verb = defineVerb('', 'Shows the version.', {}, async ({ output }) => {
  const facts = { version: programVersion, node: process.version, platform: process.platform, arch: process.arch };
  if (output.json) output.jsonLine({ message_type: 'version', ...facts });
  else output.line(`tidemark ${facts.version} on Node ${facts.node.slice(1)}, ${facts.platform}/${facts.arch}`);
  return 0;
});
