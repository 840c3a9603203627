/**
 * File names and paths are bytes. Inside the archiver they travel as *byte strings*: one character (U+0000 to U+00FF) a
 * byte, so that they can be keys, be cut and joined, and sort by plain comparison in the order the format wants.
 */
export type ByteString = string;

/** The bytes of a byte string. */
export function toBytes(text: ByteString): Buffer<ArrayBuffer> {
  return Buffer.from(text, 'latin1');
}

/** The byte string of bytes. */
export function fromBytes(bytes: Uint8Array): ByteString {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}

/** The byte string of text (its UTF-8 bytes). */
export function fromText(text: string): ByteString {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** Text for people; bytes that are not UTF-8 become U+FFFD. */
export function toText(bytes: ByteString): string {
  return toBytes(bytes).toString('utf8');
}

/** A path below a directory. */
export function joinPath(directory: ByteString, name: ByteString): ByteString {
  return directory.endsWith('/') ? directory + name : `${directory}/${name}`;
}
