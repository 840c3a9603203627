import path from 'node:path';
import electronLog from 'electron-log/node.js';
import type { LogFacts, Logger } from '../../ports/logger.ts';
import { redactFacts, redactText } from './redact.ts';

export interface FileLoggerOptions {
  /** Where `tidemark.log` is kept; one older file stays beside it. */
  readonly folder: string;
  /** Whether lines also go to the terminal. */
  readonly console: boolean;
}

const maxBytes = 2 * 1024 * 1024;

/** A logger that appends redacted lines to a file of bounded size. */
export function createFileLogger(options: FileLoggerOptions): Logger {
  const log = electronLog.create({ logId: `tidemark:${options.folder}` });
  log.transports.file.resolvePathFn = () => path.join(options.folder, 'tidemark.log');
  log.transports.file.maxSize = maxBytes;
  log.transports.file.level = 'debug';
  log.transports.file.format = '[{y}-{m}-{d} {h}:{i}:{s}.{ms}] [{level}] {text}';
  log.transports.console.level = options.console ? 'info' : false;
  log.transports.console.format = '[{level}] {text}';
  const line = (message: string, facts: LogFacts | undefined) =>
    facts === undefined ? redactText(message) : `${redactText(message)} ${JSON.stringify(redactFacts(facts))}`;
  return {
    debug: (message, facts) => log.debug(line(message, facts)),
    info: (message, facts) => log.info(line(message, facts)),
    warn: (message, facts) => log.warn(line(message, facts)),
    error: (message, facts) => log.error(line(message, facts)),
  };
}
