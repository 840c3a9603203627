import path from 'node:path';

const slash = 0x2f;

/** The bytes of a path given as text. */
export function pathBytes(text: string): Buffer {
  return Buffer.from(text, 'utf8');
}

/** A path as a person reads it; bytes that are no text appear as U+FFFD. */
export function pathText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

/** The text of a path when it stands for exactly these bytes, else undefined. */
export function exactText(bytes: Uint8Array): string | undefined {
  const text = pathText(bytes);
  return pathBytes(text).equals(bytes) ? text : undefined;
}

/** The names of a slash-separated path, without empty ones. */
export function splitPath(bytes: Uint8Array): Buffer[] {
  const buffer = Buffer.from(bytes);
  const names: Buffer[] = [];
  let start = 0;
  for (let at = 0; at <= buffer.length; at += 1) {
    if (at < buffer.length && buffer[at] !== slash) continue;
    if (at > start) names.push(buffer.subarray(start, at));
    start = at + 1;
  }
  return names;
}

/** `/` and the names joined by `/`. */
export function joinNames(names: readonly Uint8Array[]): Buffer {
  if (names.length === 0) return Buffer.from('/');
  return Buffer.concat(names.flatMap((name) => [Buffer.from('/'), name]));
}

/** Folder and name joined as this system does. */
export function joinPath(folder: Uint8Array, name: Uint8Array): Buffer {
  const separator = Buffer.from(path.sep);
  const ends = folder.at(-1) === separator[0] || folder.at(-1) === slash;
  return Buffer.concat(ends ? [folder, name] : [folder, separator, name]);
}

/** The last name of a path; the path itself for a root. */
export function baseName(bytes: Uint8Array): Buffer {
  const names = process.platform === 'win32' ? splitPath(pathBytes(pathText(bytes).replaceAll('\\', '/'))) : splitPath(bytes);
  return names.at(-1) ?? Buffer.from(bytes);
}

/** The folder a path is in; the path itself for a root. */
export function parentPath(bytes: Uint8Array): Buffer {
  if (process.platform === 'win32') return pathBytes(path.win32.dirname(pathText(bytes)));
  const names = splitPath(bytes);
  return joinNames(names.slice(0, -1));
}

/** Whether `inner` is `outer` or lies below it, by name only. Absolute paths of this system, as text. */
export function isInside(inner: string, outer: string): boolean {
  const relative = path.relative(outer, inner);
  return relative === '' || (relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative));
}

/** An absolute path of this system as names in the history: `C:\a` becomes `C`, `a`. */
export function historyNames(bytes: Uint8Array): Buffer[] {
  if (process.platform !== 'win32') return splitPath(bytes);
  const text = pathText(bytes).replaceAll('\\', '/').replace(/^([A-Za-z]):/, '$1');
  return splitPath(pathBytes(text));
}

/** The other way: names in the history as an absolute path of this system. */
export function systemPath(names: readonly Uint8Array[]): Buffer {
  if (process.platform !== 'win32') return joinNames(names);
  const [drive, ...rest] = names.map(pathText);
  return pathBytes(`${drive ?? ''}:\\${rest.join('\\')}`);
}
