import { createHash } from 'node:crypto';
import { type ImageLimits, imageDecoder } from './image.ts';
import { type Measured, THUMBNAIL_TYPE, type Thumbnail } from './photo.ts';

/** Enough to make every decoder read its file to the end. */
const SMALL = 8;
/** The longest side of a thumbnail. */
export const THUMBNAIL_SIDE = 320;

/** What is to be said of a thumbnail, and its bytes, if it could be made. */
export interface MadeThumbnail {
  about: Thumbnail;
  bytes?: Buffer;
}

/** What is done with images. All of it decodes under one bound, and throws as `imageDecoder` says. */
export interface Images {
  /** The type of a file, by its beginning alone. */
  look(head: Buffer): Promise<string>;
  /** Finds out what an image is: its type by its bytes, its size by its header, and that it decodes by decoding it small. */
  measure(bytes: Buffer): Promise<Measured>;
  /** A WebP that fits a square of 320 pixels, never larger than the image, upright, and without its EXIF: nothing in it says where it was taken. */
  makeThumbnail(bytes: Buffer): Promise<MadeThumbnail>;
}

/** @param waitMs how long a decode waits for its turn: a second when not said, Infinity where nobody waits for it. */
export function images(limits: ImageLimits, waitMs?: number): Images {
  const { look, decode } = imageDecoder(limits, waitMs);
  return {
    look,

    async measure(bytes) {
      const { contentType, header } = await decode(bytes, (image) => image.resize(SMALL, SMALL, { fit: 'inside' }).raw().toBuffer());
      return {
        contentType,
        bytes: bytes.length,
        width: header.autoOrient.width,
        height: header.autoOrient.height,
        sha256: createHash('sha256').update(bytes).digest('hex'),
      };
    },

    async makeThumbnail(bytes) {
      const { result } = await decode(bytes, (image) =>
        image
          .autoOrient()
          .resize(THUMBNAIL_SIDE, THUMBNAIL_SIDE, { fit: 'inside', withoutEnlargement: true })
          .webp() // sharp keeps no metadata unless told to
          .toBuffer({ resolveWithObject: true }),
      );
      const { width, height } = result.info;
      return { about: { status: 'ready', contentType: THUMBNAIL_TYPE, width, height, bytes: result.data.length }, bytes: result.data };
    },
  };
}
