/** Longer than any file system allows for one name. */
const maximumNameLength = 4096;
const windowsDevice = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)/i;
const windowsForbidden = /[\\/:*?"<>|]/;
const slash = 0x2f;

/**
 * Why a name must not be restored on `platform` (it is empty, '.' or '..', has a separator or a NUL, is absurdly long;
 * on Windows also what that system cannot hold or would understand differently), or undefined when it may.
 */
export function nodeNameProblem(name: Uint8Array, platform?: NodeJS.Platform): string | undefined {
  if (name.length === 0) {
    return 'The name is empty.';
  }
  if (name.length > maximumNameLength) {
    return 'The name is too long.';
  }
  if (name[0] === 0x2e && (name.length === 1 || (name.length === 2 && name[1] === 0x2e))) {
    return 'The name means a folder that exists everywhere ("." or "..").';
  }
  for (const byte of name) {
    if (byte === slash) {
      return 'The name contains a slash.';
    }
    if (byte === 0) {
      return 'The name contains a zero byte.';
    }
  }
  return platform === 'win32' ? windowsNameProblem(Buffer.from(name).toString('utf8')) : undefined;
}

function windowsNameProblem(name: string): string | undefined {
  if (windowsForbidden.test(name) || Array.from(name).some((character) => character < ' ')) {
    return 'The name contains a character that Windows does not allow.';
  }
  if (name.endsWith('.') || name.endsWith(' ')) {
    return 'The name ends with a dot or a space, which Windows drops.';
  }
  return windowsDevice.test(name) ? 'The name means a device on Windows.' : undefined;
}
