/** The text of a file: UTF-8 with or without mark, or UTF-16 with mark. */
export function decodeText(content: Buffer): string {
  if (content[0] === 0xff && content[1] === 0xfe) return content.subarray(2).toString('utf16le');
  if (content[0] === 0xfe && content[1] === 0xff) {
    return Buffer.from(content.subarray(2, content.length - (content.length % 2))).swap16().toString('utf16le');
  }
  return content.toString('utf8').replace(/^\ufeff/, '');
}
