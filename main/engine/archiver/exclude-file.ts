import { AppError } from '../../../shared/errors.ts';

/**
 * The patterns of an exclude file: one a line, trimmed; empty lines and lines that start with `#` do not count; `$NAME`
 * and `${NAME}` are replaced from `environment`, `$$` is a dollar. UTF-8 with or without BOM and UTF-16 with BOM are
 * understood; throws `invalid-input` for anything else.
 */
export function parseExcludeFile(
  bytes: Uint8Array,
  environment: Readonly<Record<string, string | undefined>>,
): string[] {
  return decodeText(bytes)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => expandVariables(line, (name) => (name === '$' ? '$' : (environment[name] ?? ''))));
}

function decodeText(bytes: Uint8Array): string {
  const encoding =
    bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8';
  try {
    return new TextDecoder(encoding, { fatal: encoding !== 'utf-8' }).decode(bytes);
  } catch (error) {
    throw new AppError('invalid-input', 'The exclude file is not readable as text.', {
      hint: 'Save it as UTF-8.',
      cause: error,
    });
  }
}

/** Replaces `$NAME`, `${NAME}` and one-character names such as `$$` as Go's os.Expand does; bad syntax is dropped. */
export function expandVariables(text: string, lookUp: (name: string) => string): string {
  let result = '';
  let at = 0;
  while (at < text.length) {
    const dollar = text.indexOf('$', at);
    if (dollar === -1 || dollar === text.length - 1) return result + text.slice(at);
    result += text.slice(at, dollar);
    const { name, length } = variableAt(text, dollar + 1);
    if (name !== '') result += lookUp(name);
    else if (length === 0) result += '$';
    at = dollar + 1 + length;
  }
  return result;
}

function variableAt(text: string, at: number): { readonly name: string; readonly length: number } {
  if (text[at] === '{') {
    const end = text.indexOf('}', at + 1);
    if (end === -1) return { name: '', length: 1 };
    return { name: text.slice(at + 1, end), length: end + 1 - at };
  }
  if (/[*#$@!?\-0-9]/.test(text[at] ?? '')) return { name: text[at] ?? '', length: 1 };
  const name = /^\w*/.exec(text.slice(at))?.[0] ?? '';
  return { name, length: name.length };
}
