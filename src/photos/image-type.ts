import { Problem } from '../shared/errors.ts';

/** Image types that are taken, and what sharp calls each. */
const ALLOWED: Record<string, string> = {
  'image/jpeg': 'jpeg',
  'image/png': 'png',
  'image/webp': 'webp',
  'image/avif': 'heif',
  'image/gif': 'gif',
};

/** @throws `unsupported-media-type` for a type that no photo may have. */
export function allowedType(contentType: string): string {
  if (Object.hasOwn(ALLOWED, contentType)) return contentType;
  throw new Problem(
    'unsupported-media-type',
    `Photos are ${Object.keys(ALLOWED).join(', ')}; ${JSON.stringify(contentType)} is none of them.`,
  );
}

/** All allowed types show themselves in far fewer bytes; the bound keeps a crafted file from being searched whole. */
const SNIFFED_BYTES = 4_100;

/** What text files that pose as photos usually are, for the error message alone. */
function textType(head: Buffer): string | undefined {
  const text = head.toString('latin1');
  if (/<svg[\s>]/i.test(text)) return 'an SVG image (image/svg+xml)';
  if (/<(!doctype html|html|head|body|script)[\s>]/i.test(text)) return 'an HTML page';
  return undefined;
}

/**
 * The type of an image, by its bytes alone.
 * @param head its beginning, or all of it.
 * @throws `unsupported-media-type`, saying what was found instead.
 */
export async function imageType(head: Buffer): Promise<{ contentType: string; format: string }> {
  const { fileTypeFromBuffer } = await import('file-type'); // not before it is needed: a cold start is shorter without
  const start = head.subarray(0, SNIFFED_BYTES);
  const mime = (await fileTypeFromBuffer(start))?.mime.replace('image/apng', 'image/png');
  const format = mime && ALLOWED[mime];
  if (mime && format) return { contentType: mime, format };
  const found = textType(start) ?? (mime?.startsWith('image/hei') ? `a HEIC image (${mime})` : mime) ?? 'nothing that is known';
  throw new Problem('unsupported-media-type', `The file is ${found}. Photos are JPEG, PNG, WebP, AVIF or GIF.`);
}
