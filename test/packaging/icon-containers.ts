/** One size of an icon: its PNG file and its pixels (RGBA, rows from the top). */
export interface IconImage {
  readonly size: number;
  readonly png: Buffer;
  readonly pixels: Uint8Array;
}

/** A Windows icon: bitmaps below 256 pixels, which every installer reads, and PNG at 256. */
export function writeIco(images: readonly IconImage[]): Buffer {
  const bodies = images.map((image) => (image.size < 256 ? bitmap(image) : image.png));
  const header = Buffer.alloc(6 + 16 * images.length);
  header.writeUInt16LE(1, 2);
  header.writeUInt16LE(images.length, 4);
  let offset = header.length;
  images.forEach(({ size }, index) => {
    const at = 6 + 16 * index;
    const length = bodies[index]?.length ?? 0;
    header.writeUInt8(size % 256, at);
    header.writeUInt8(size % 256, at + 1);
    header.writeUInt16LE(1, at + 4);
    header.writeUInt16LE(32, at + 6);
    header.writeUInt32LE(length, at + 8);
    header.writeUInt32LE(offset, at + 12);
    offset += length;
  });
  return Buffer.concat([header, ...bodies]);
}

/** A device-independent bitmap as icons hold it: BGRA rows from the bottom, then an empty mask. */
function bitmap({ size, pixels }: IconImage): Buffer {
  const header = Buffer.alloc(40);
  header.writeUInt32LE(40, 0);
  header.writeInt32LE(size, 4);
  header.writeInt32LE(size * 2, 8);
  header.writeUInt16LE(1, 12);
  header.writeUInt16LE(32, 14);
  const colours = Buffer.alloc(size * size * 4);
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) {
      const from = (row * size + column) * 4;
      const to = ((size - 1 - row) * size + column) * 4;
      colours[to] = pixels[from + 2] ?? 0;
      colours[to + 1] = pixels[from + 1] ?? 0;
      colours[to + 2] = pixels[from] ?? 0;
      colours[to + 3] = pixels[from + 3] ?? 0;
    }
  }
  return Buffer.concat([header, colours, Buffer.alloc(Math.ceil(size / 32) * 4 * size)]);
}

/** What macOS calls each size; the doubled ones are the sharp versions of half the size. */
const icnsTypes: readonly (readonly [type: string, size: number])[] = [
  ['ic11', 32],
  ['ic12', 64],
  ['ic07', 128],
  ['ic13', 256],
  ['ic08', 256],
  ['ic14', 512],
  ['ic09', 512],
  ['ic10', 1_024],
];

/** A macOS icon of PNG files. */
export function writeIcns(images: readonly IconImage[]): Buffer {
  const parts = icnsTypes.flatMap(([type, size]) => {
    const png = images.find((image) => image.size === size)?.png;
    return png === undefined ? [] : [part(type, png)];
  });
  return part('icns', Buffer.concat(parts));
}

function part(type: string, body: Buffer): Buffer {
  const header = Buffer.alloc(8);
  header.write(type, 'latin1');
  header.writeUInt32BE(body.length + 8, 4);
  return Buffer.concat([header, body]);
}
