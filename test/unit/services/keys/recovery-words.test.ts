import { expect, test } from 'vitest';
import { systemRandom } from '../../../../main/engine/platform/random.ts';
import { createDeviceKey } from '../../../../main/services/keys/device-key.ts';
import { createRecoveryWords, passwordCandidates, recoveryPassword } from '../../../../main/services/keys/recovery-words.ts';

test('twelve words from 128 random bits', () => {
  const words = createRecoveryWords({ bytes: (n) => Buffer.alloc(n) });
  expect(recoveryPassword(words)).toBe(`${'abandon '.repeat(11)}about`);
  expect(createRecoveryWords(systemRandom)).toHaveLength(12);
  expect(createDeviceKey(systemRandom)).toMatch(/^[\w-]{43}$/);
});

test('words are recognised however they are typed, anything else stays as it is', () => {
  const password = `${'abandon '.repeat(11)}about`;
  const numbered = password.split(' ').map((word, at) => `${at + 1}. ${word}`).join('\n');
  for (const typed of [password.toUpperCase(), `  ${password.replaceAll(' ', '\n')} `, numbered, password.replaceAll(' ', ', ')]) {
    expect(passwordCandidates(typed)).toEqual([typed, password]);
  }
  expect(passwordCandidates(password)).toEqual([password]);
  expect(passwordCandidates('correct Horse ')).toEqual(['correct Horse ']);
  expect(passwordCandidates('abandon '.repeat(12).trim())).toHaveLength(1);
});
