import { readFile } from 'node:fs/promises';
import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';

/** A real photograph, from the seed. */
export const photograph = () => readFile(new URL('../../seed/photos/chelsea.jpg', import.meta.url));

/** A small image of any type, its colour telling it from others. */
export function image(
  format: 'jpeg' | 'png' | 'webp' | 'avif' | 'gif' = 'png',
  background = '#336699',
  width = 32,
  height = 24,
): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background } })
    .toFormat(format)
    .toBuffer();
}

/** A JPEG of exactly so many bytes: a small image, then comment segments that say nothing. */
export async function jpegOfSize(bytes: number): Promise<Buffer> {
  const jpeg = await image('jpeg');
  const parts = [jpeg.subarray(0, 2)];
  for (let missing = bytes - jpeg.length; missing > 0; ) {
    // a segment is a marker, a length of two bytes, and up to 65,533 bytes; never leave fewer than four for the last one
    const size = missing <= 65_537 ? missing : Math.min(65_537, missing - 4);
    const segment = Buffer.alloc(size, 'x');
    segment.writeUInt16BE(0xfffe, 0);
    segment.writeUInt16BE(size - 2, 2);
    parts.push(segment);
    missing -= size;
  }
  return Buffer.concat([...parts, jpeg.subarray(2)]);
}

/** A PNG whose pixels, all alike, take next to no bytes: `png(16_000, 16_000)` is 31 kB and a gigabyte when decoded. */
export function explodingPng(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const frame = Buffer.alloc(8);
    frame.writeUInt32BE(data.length, 0);
    frame.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([1, 0, 0, 0, 0], 8); // 1 bit of grey a pixel
  const rows = deflateSync(Buffer.alloc((Math.ceil(width / 8) + 1) * height), { level: 9 });
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', rows),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}
