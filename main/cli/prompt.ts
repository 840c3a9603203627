import type { Readable } from 'node:stream';
import { cancelledError } from '../../shared/errors.ts';
import type { Io } from './io.ts';

const keys = { enter: new Set(['\r', '\n', '\u0004']), interrupt: '\u0003', erase: new Set(['\u007f', '\b']), line: '\u0015' };

/** Asks on the terminal without showing what is typed; Ctrl+C throws `cancelled`. */
export async function promptLine(io: Io, question: string): Promise<string> {
  const { stdin, stderr } = io;
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const typed: string[] = [];
  stderr.write(question);
  stdin.setRawMode?.(true);
  stdin.resume();
  const onEnd = (): void => resolve(typed.join(''));
  const onData = (chunk: Buffer): void => {
    for (const character of chunk.toString('utf8')) {
      if (keys.enter.has(character)) return resolve(typed.join(''));
      if (character === keys.interrupt) return reject(cancelledError());
      if (keys.erase.has(character)) typed.pop();
      else if (character === keys.line) typed.length = 0;
      else typed.push(character);
    }
  };
  stdin.on('data', onData);
  stdin.once('end', onEnd);
  try {
    return await promise;
  } finally {
    stdin.off('data', onData);
    stdin.off('end', onEnd);
    stdin.setRawMode?.(false);
    stdin.pause();
    stderr.write('\n');
  }
}

const maximumLine = 64 * 1024;

/** The first line of a stream without its end, or undefined when the stream is empty. */
export async function readLine(stream: Readable): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    chunks.push(Buffer.from(chunk));
    size += chunk.length;
    if (chunk.includes(10) || size > maximumLine) break;
  }
  if (size === 0) return undefined;
  const [line = ''] = Buffer.concat(chunks).toString('utf8').split('\n');
  return line.replace(/\r$/, '');
}
