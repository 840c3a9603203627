import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createFileLogger } from '../../../../main/services/logging/file-logger.ts';
import { redactFacts, redactText } from '../../../../main/services/logging/redact.ts';
import { tempDir } from '../../../helpers/temp-dir.ts';

const words = `${'abandon '.repeat(11)}about`;
const deviceKey = 'Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyYm-';
const id = 'ac08ce34ba4f8123618661bef2425f7028ffb9ac740578a3ee88684d2523fee8';

test('keys, words and passwords in addresses never reach the log; ids do', () => {
  expect(redactText(`opened with ${words} at s3`)).toBe('opened with [words removed] at s3');
  expect(redactText(`key ${deviceKey}`)).toBe('key [removed]');
  expect(redactText('rest:https://ann:hunter2@host/x')).toBe('rest:https://ann:***@host/x');
  expect(redactText(`snapshot ${id}`)).toBe(`snapshot ${id}`);
  expect(redactFacts({ password: 'a', passphrase: 'b', recoveryWords: 'c', apiToken: 'd', path: '/x', n: 1 }))
    .toEqual({ password: '[removed]', passphrase: '[removed]', recoveryWords: '[removed]', apiToken: '[removed]', path: '/x', n: 1 });
});

test('the file holds redacted lines', async () => {
  const folder = tempDir();
  const logger = createFileLogger({ folder, console: false });
  logger.info('started', { version: '1', secret: words });
  logger.error(`lost ${deviceKey}`);
  const text = await readFile(join(folder, 'tidemark.log'), 'utf8');
  expect(text).toMatch(/\[info\]\s+started \{"version":"1","secret":"\[removed\]"\}/);
  expect(text).toMatch(/\[error\]\s+lost \[removed\]/);
});
