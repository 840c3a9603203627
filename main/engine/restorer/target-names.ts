import { civilFromDays, localZone, parseTime } from '../snapshot/time.ts';
import { nodeNameProblem } from '../snapshot/tree-codec.ts';

const reservedOnWindows = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?$/i;
// oxlint-disable-next-line no-control-regex -- these are the characters Windows forbids
const forbiddenOnWindows = /[<>:"|?*\u0000-\u001f]/;
const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
const longestName = 255;

/** Why a name of a tree cannot be a file name on `platform`, in plain words; undefined when it can. */
export function targetNameProblem(name: Buffer, platform: NodeJS.Platform): string | undefined {
  const problem = nodeNameProblem(name, platform);
  if (problem !== undefined) return problem;
  if (platform !== 'win32') return undefined;
  const text = name.toString('utf8');
  if (!Buffer.from(text).equals(name)) return 'the name is not valid Unicode, which Windows needs';
  if (forbiddenOnWindows.test(text)) return 'the name has a character that Windows does not allow';
  if (reservedOnWindows.test(text)) return 'Windows keeps this name for a device';
  if (/[. ]$/.test(text)) return 'Windows does not allow names that end in a dot or a space';
  return undefined;
}

/** The longest path the system takes, in bytes. */
export function longestPath(platform: NodeJS.Platform): number {
  if (platform === 'linux') return 4095;
  return platform === 'darwin' ? 1023 : 32_000;
}

/** `parent` and `name` joined as bytes. */
export function joinPath(parent: Buffer, name: Buffer): Buffer {
  const endsInSeparator = parent.at(-1) === 0x2f || (process.platform === 'win32' && parent.at(-1) === 0x5c);
  return Buffer.concat(endsInSeparator ? [parent, name] : [parent, separator(), name]);
}

function separator(): Buffer {
  return Buffer.from(process.platform === 'win32' ? '\\' : '/');
}

/** The folder part of an absolute path, as bytes. */
export function parentPath(path: Buffer): Buffer {
  const at = Math.max(path.lastIndexOf(0x2f), process.platform === 'win32' ? path.lastIndexOf(0x5c) : -1);
  return at <= 0 ? path.subarray(0, 1) : path.subarray(0, at);
}

/** How a version is named in the second copy of a file: `3 March 2026 09.12` in local time. */
export function versionLabel(time: string): string {
  const seconds = Number(parseTime(time) / 1_000_000_000n);
  const local = seconds + localZone()(seconds);
  const { year, month, day } = civilFromDays(Math.floor(local / 86_400));
  const minutes = Math.floor((((local % 86_400) + 86_400) % 86_400) / 60);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${day} ${months[month - 1]} ${year} ${two(Math.floor(minutes / 60))}.${two(minutes % 60)}`;
}

/**
 * The name of a second copy: `name (label).ext`, from the second attempt on `name (label) 2.ext`. Shortened between
 * characters so that it stays within 255 bytes.
 */
export function secondName(name: Buffer, label: string, attempt: number): Buffer {
  const dot = name.lastIndexOf(0x2e);
  const extension = dot > 0 && name.length - dot <= 20 ? name.subarray(dot) : Buffer.alloc(0);
  const base = name.subarray(0, name.length - extension.length);
  const suffix = Buffer.from(attempt === 1 ? ` (${label})` : ` (${label}) ${attempt}`);
  let end = Math.min(base.length, longestName - suffix.length - extension.length);
  while (end > 0 && end < base.length && ((base[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return Buffer.concat([base.subarray(0, end), suffix, extension]);
}
