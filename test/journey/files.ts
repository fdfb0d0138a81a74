import { createHash, randomBytes } from 'node:crypto';
import sharp from 'sharp';

export const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** A JPEG that is like no other. */
export function newPhoto(width = 640, height = 480): Promise<Buffer> {
  const [r = 0, g = 0, b = 0] = randomBytes(3);
  return sharp({ create: { width, height, channels: 3, background: { r, g, b } } })
    .jpeg()
    .toBuffer();
}

/** A PNG of noise, of a little over 6 MB: a multipart upload of it has two parts. */
export function largePhoto(): Promise<Buffer> {
  const [width, height] = [1_500, 1_400];
  return sharp(randomBytes(width * height * 3), { raw: { width, height, channels: 3 } })
    .png({ compressionLevel: 0 })
    .toBuffer();
}
