import type { Metadata as Header, Sharp, SharpOptions } from 'sharp';
import { Problem } from '../shared/errors.ts';
import { slots } from '../shared/slots.ts';
import { imageType } from './image-type.ts';

export interface ImageLimits {
  pixels: number;
  /** For what must be decoded whole before a line of it is known: interlaced PNG, progressive JPEG, AVIF, GIF. */
  progressivePixels: number;
  /** Decoders at work at once. */
  decodes: number;
}

const LOADERS = ['Jpeg', 'Png', 'Webp', 'Heif', 'Nsgif'].map((name) => `VipsForeignLoad${name}`);

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

/** An image that was decoded within the limits. */
export interface Decoded<T> {
  contentType: string;
  header: Header;
  result: T;
}

/**
 * The one way to sharp: within the limits, and with all that decode under one bound.
 * @param waitMs how long a decode waits for its turn.
 */
export function imageDecoder(limits: ImageLimits, waitMs?: number) {
  const busy = 'Too many photos are being checked at once; try again.';
  const inSlot = slots(limits.decodes, busy, waitMs);
  const inAvifSlot = slots(1, busy, waitMs);
  let loaded: Promise<OpenImage> | undefined;
  const load = () => {
    loaded ??= loadSharp();
    return loaded;
  };
  // the decoder's own limit would end in its words: ask for the header without it
  const readHeader = (open: OpenImage, bytes: Buffer) => open(bytes, { limitInputPixels: false }).metadata();

  return {
    /**
     * The type of a file, by its beginning alone.
     * @throws `unsupported-media-type`; `unprocessable-photo` when the beginning tells already that there are too many pixels.
     */
    async look(head: Buffer): Promise<string> {
      const { contentType } = await imageType(head);
      const open = await load();
      // cut off as it is, it need not tell the size; then `decode` will
      const header = await readHeader(open, head).catch(() => undefined);
      if (header) checkPixels(header, limits);
      return contentType;
    },

    /**
     * Does `work` with an image that is what it says and not too large.
     * @throws `unsupported-media-type`, `unprocessable-photo`, or `unavailable` when too many are at it.
     */
    async decode<T>(bytes: Buffer, work: (image: Sharp) => Promise<T>): Promise<Decoded<T>> {
      const { contentType, format } = await imageType(bytes);
      const open = await load();
      const undecodable = (error: unknown) => {
        throw unprocessable(`The file says that it is ${contentType}, but it does not decode: it is broken or cut off.`, error);
      };
      const header = await readHeader(open, bytes).catch(undecodable);
      checkPixels(header, limits);
      if (header.format !== format) return undecodable(`found ${header.format}`);
      const decode = () => work(open(bytes, { failOn: 'truncated', limitInputPixels: limits.pixels })).catch(undecodable);
      return { contentType, header, result: await (format === 'heif' ? inAvifSlot(() => inSlot(decode)) : inSlot(decode)) };
    },
  };
}
