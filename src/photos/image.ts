import { createHash } from 'node:crypto';
import type { Metadata as Header, Sharp, SharpOptions } from 'sharp';
import { Problem, unavailable } from '../shared/errors.ts';
import { imageType } from './image-type.ts';
import type { Measured } from './photo.ts';

export interface ImageLimits {
  pixels: number;
  /** For interlaced PNG and progressive JPEG, which must be decoded whole before a line of them is known. */
  progressivePixels: number;
  /** Decoders at work at once. */
  decodes: number;
}

const LOADERS = ['Jpeg', 'Png', 'Webp', 'Heif', 'Nsgif'].map((name) => `VipsForeignLoad${name}`);
const WAIT_MS = 1_000;
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

/** Lets `size` in at once; the others wait up to a second. */
function slots(size: number) {
  let free = size;
  const waiting = new Set<() => void>();
  const enter = () =>
    new Promise<void>((resolve, reject) => {
      if (free > 0) {
        free -= 1;
        return resolve();
      }
      const admitted = () => {
        clearTimeout(timer);
        waiting.delete(admitted);
        resolve();
      };
      const timer = setTimeout(() => {
        waiting.delete(admitted);
        reject(unavailable('Too many photos are being checked at once; try again.'));
      }, WAIT_MS);
      waiting.add(admitted);
    });
  const leave = () => {
    const [next] = waiting;
    if (next) next();
    else free += 1;
  };
  return async <T>(work: () => Promise<T>): Promise<T> => {
    await enter();
    return work().finally(leave);
  };
}

const unprocessable = (detail: string, cause?: unknown) => new Problem('unprocessable-photo', detail, { cause });

/** Refuses by the header alone, before anything is decoded: a PNG of 31 kB can claim 256 million pixels. */
function checkPixels({ width, height, isProgressive }: Header, limits: ImageLimits): void {
  const max = isProgressive ? limits.progressivePixels : limits.pixels;
  if (width * height > max) {
    throw unprocessable(
      `The photo has ${width} × ${height} pixels; ${isProgressive ? 'progressive or interlaced ones' : 'photos'} may have ${max / 1e6} million.`,
    );
  }
}

export type MeasureImage = (bytes: Buffer) => Promise<Measured>;

/**
 * A function that finds out what an image is: its type by its bytes, its size by its header, and that it decodes by decoding it small.
 * @throws `unsupported-media-type`, `unprocessable-photo`, or `unavailable` when too many are at it.
 */
export function imageMeasurer(limits: ImageLimits): MeasureImage {
  const inSlot = slots(limits.decodes);
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
    await inSlot(() => image.resize(SMALL, SMALL, { fit: 'inside' }).raw().toBuffer()).catch((error) =>
      error instanceof Problem ? Promise.reject(error) : undecodable(error),
    );
    return {
      contentType,
      bytes: bytes.length,
      width: header.autoOrient.width,
      height: header.autoOrient.height,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    };
  };
}
