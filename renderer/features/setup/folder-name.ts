/** The last part of a path of any system, for showing. */
export function folderName(path: string): string {
  const parts = path.split(/[/\\]/).filter((part) => part !== '');
  return parts.at(-1) ?? path;
}
