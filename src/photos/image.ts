import { createHash } from 'node:crypto';
import type { Metadata as Header, Sharp, SharpOptions } from 'sharp';
import { Problem } from '../shared/errors.ts';
import { slots } from '../shared/slots.ts';
import { imageType } from './image-type.ts';
import type { Measured } from './photo.ts';

export interface ImageLimits {
  pixels: number;
  /** For what must be decoded whole before a line of it is known: interlaced PNG, progressive JPEG, AVIF, GIF. */
  progressivePixels: number;
  /** Decoders at work at once. */
  decodes: number;
}

const LOADERS = ['Jpeg', 'Png', 'Webp', 'Heif', 'Nsgif'].map((name) => `VipsForeignLoad${name}`);
/** Enough to make every decoder read its file to the end. */
const SMALL = 8;

type OpenImage = (bytes: Buffer, options: SharpOptions) => Sharp;

/** sharp, loaded when first needed (it costs a cold start 70 ms), with every decoder off but those for the types we take. */
async function loadSharp(): Promise<OpenImage> {
  const { default: sharp } = await import('sharp');
  sharp.cache(false);
  sharp.concurrency(1); // one thread a decoder: `decodes` says how many there are
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({ operation: LOADERS });
  return sharp;
}

const unprocessable = (detail: string, cause?: unknown) => new Problem('unprocessable-photo', detail, { cause });

/** Decoded whole, whatever size is asked for; AVIF takes 17 bytes a pixel for it, so a file of 1 kB can cost 400 MB. */
const WHOLE = new Set(['heif', 'gif']);

/** Refuses by the header alone, before anything is decoded: a PNG of 31 kB can claim 256 million pixels. */
function checkPixels({ width, height, isProgressive, format }: Header, limits: ImageLimits): void {
  const isWhole = isProgressive || WHOLE.has(format ?? '');
  const max = isWhole ? limits.progressivePixels : limits.pixels;
  if (width * height <= max) return;
  const which = isWhole ? 'progressive or interlaced ones, AVIF and GIF' : 'photos';
  throw unprocessable(`The photo has ${width} × ${height} pixels; ${which} may have ${max / 1e6} million.`);
}

export type MeasureImage = (bytes: Buffer) => Promise<Measured>;

/**
 * A function that finds out what an image is: its type by its bytes, its size by its header, and that it decodes by decoding it small.
 * @throws `unsupported-media-type`, `unprocessable-photo`, or `unavailable` when too many are at it.
 */
export function imageMeasurer(limits: ImageLimits): MeasureImage {
  const busy = 'Too many photos are being checked at once; try again.';
  const inSlot = slots(limits.decodes, busy);
  const inAvifSlot = slots(1, busy);
  let loaded: Promise<OpenImage> | undefined;
  return async (bytes) => {
    const { contentType, format } = await imageType(bytes);
    loaded ??= loadSharp();
    const open = await loaded;
    const image = open(bytes, { failOn: 'truncated', limitInputPixels: limits.pixels });
    const undecodable = (error: unknown) => {
      throw unprocessable(`The file says that it is ${contentType}, but it does not decode: it is broken or cut off.`, error);
    };
    // the limit above would end in the decoder's words: ask for the header without it
    const header = await open(bytes, { limitInputPixels: false }).metadata().catch(undecodable);
    checkPixels(header, limits);
    if (header.format !== format) return undecodable(`found ${header.format}`);
    const decode = () => image.resize(SMALL, SMALL, { fit: 'inside' }).raw().toBuffer().catch(undecodable);
    await (format === 'heif' ? inAvifSlot(() => inSlot(decode)) : inSlot(decode));
    return {
      contentType,
      bytes: bytes.length,
      width: header.autoOrient.width,
      height: header.autoOrient.height,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    };
  };
}
