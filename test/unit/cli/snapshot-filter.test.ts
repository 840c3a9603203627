import { expect, test } from 'vitest';
import { snapshotFilter } from '../../../main/cli/snapshot-filter.ts';

test.each([
  ['none named', [], {}, []],
  ['the host of the environment', [], { RESTIC_HOST: 'a' }, ['a']],
  ['our own variable before restic\'s', [], { RESTIC_HOST: 'a', TIDEMARK_HOST: 'b' }, ['b']],
  ['the option before both', ['c', 'd'], { RESTIC_HOST: 'a', TIDEMARK_HOST: 'b' }, ['c', 'd']],
  ['an empty option for any host', [''], { RESTIC_HOST: 'a' }, []],
])('%s', (_, host, env, hosts) => {
  expect(snapshotFilter({ host, tag: [], path: [] }, env).hosts).toEqual(hosts);
});
