import sharp from 'sharp';
import { addPhoto } from '../support/forms.ts';
import { image } from '../support/images.ts';
import { deliverOriginal, snapshot, thumbnailKey } from '../support/photos.ts';
import { startService, type TestService } from '../support/service.ts';
import { rowOf } from '../support/uploads.ts';

let service: TestService;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.close());

async function thumbnailOf(bytes: Buffer) {
  const photo = await addPhoto(service, 'images', bytes);
  await deliverOriginal(service, photo);
  const made = await service.stored.object(thumbnailKey(photo));
  return { ...made, about: (await rowOf(service, photo))?.thumbnail, header: await sharp(made.bytes).metadata() };
}

/** The colour of one pixel. */
async function colourAt(file: Buffer, left: number, top: number): Promise<number[]> {
  const pixel = await sharp(file).extract({ left, top, width: 1, height: 1 }).removeAlpha().raw().toBuffer();
  return [...pixel];
}

test('when a photo was taken upright and says where, then its thumbnail is upright and says nothing', async () => {
  const bytes = await snapshot();
  const original = await sharp(bytes).metadata();
  // what the thumbnail must not have is there: orientation, camera, and GPS (tag 0x8825)
  expect([original.width, original.height, original.orientation]).toEqual([1_200, 800, 6]);
  expect(original.exif?.includes('Secret Model')).toBe(true);
  expect(original.exif?.includes(Buffer.from([0x25, 0x88]))).toBe(true);

  const { bytes: made, header, about } = await thumbnailOf(bytes);
  expect(about).toEqual({ status: 'ready', contentType: 'image/webp', width: 213, height: 320, bytes: made.length });
  expect(header).toMatchObject({ format: 'webp', width: 213, height: 320 });
  for (const kept of ['orientation', 'exif', 'xmp', 'iptc', 'icc']) expect(header).not.toHaveProperty(kept);
  for (const chunk of ['EXIF', 'XMP ', 'Secret', 'Camera']) expect(made.includes(chunk)).toBe(false);
  // the left half of the pixels, red, is the upper half of what is seen
  const [[red = 0], [, , blue = 0]] = [await colourAt(made, 100, 20), await colourAt(made, 100, 300)];
  expect([red, blue].every((value) => value > 200)).toBe(true);
});

test.each([
  ['landscape', 900, 300, 320, 107],
  ['portrait', 300, 900, 107, 320],
  ['small', 32, 24, 32, 24],
  ['exactly as large', 320, 320, 320, 320],
  ['a line', 1_000, 1, 320, 1],
])('when a photo is %s, then its longest side is 320 at most, and it is never enlarged', async (_what, width, height, ...size) => {
  const { header } = await thumbnailOf(await image('png', '#336699', width, height));
  expect([header.width, header.height]).toEqual(size);
});

test.each(['jpeg', 'png', 'webp', 'avif', 'gif'] as const)('when a photo is %s, then its thumbnail is WebP', async (format) => {
  const { header, contentType } = await thumbnailOf(await image(format, '#cc3322', 400, 200));
  expect([header.format, header.width, contentType]).toEqual(['webp', 320, 'image/webp']);
});

test('when a photo is transparent or in another colour space, then it is seen as it was', async () => {
  const transparent = await sharp({ create: { width: 400, height: 400, channels: 4, background: { r: 255, g: 0, b: 0, alpha: 0 } } })
    .png()
    .toBuffer();
  const cmyk = await sharp({ create: { width: 400, height: 400, channels: 3, background: '#ff0000' } })
    .toColourspace('cmyk')
    .jpeg()
    .toBuffer();
  expect((await thumbnailOf(transparent)).header.hasAlpha).toBe(true);
  const [red = 0, green = 255] = await colourAt((await thumbnailOf(cmyk)).bytes, 100, 100);
  expect([red > 200, green < 80]).toEqual([true, true]);
});
