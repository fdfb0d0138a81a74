import sharp from 'sharp';
import { expectRefused, filePart, postJson, postParts } from '../support/forms.ts';
import { explodingPng, image, photograph } from '../support/images.ts';
import { startService, type TestService } from '../support/service.ts';

let service: TestService;
beforeAll(async () => {
  service = await startService({ MAX_PROGRESSIVE_PIXELS: '1000' });
});
afterAll(() => service.close());

const HEIC = Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic\0\0\0\x08mdat', 'latin1');

describe('a file that is no photo', () => {
  const truncated = async () => (await photograph()).subarray(0, 9_000);
  const progressive = (format: 'png' | 'jpeg') => async () =>
    sharp(await image('png', '#fff', 40, 26))
      .toFormat(format, { progressive: true })
      .toBuffer();

  test.each<[string, () => Promise<Buffer> | Buffer, number, string, RegExp]>([
    ['HTML', () => Buffer.from('<!DOCTYPE html><html><script>alert(1)</script>'), 415, 'unsupported-media-type', /HTML/],
    ['SVG', () => Buffer.from('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'), 415, 'unsupported-media-type', /SVG/],
    ['HEIC', () => HEIC, 415, 'unsupported-media-type', /HEIC/],
    ['PDF', () => Buffer.from('%PDF-1.7\n'), 415, 'unsupported-media-type', /application\/pdf/],
    [
      'TIFF',
      async () =>
        sharp(await image())
          .tiff()
          .toBuffer(),
      415,
      'unsupported-media-type',
      /image\/tiff/,
    ],
    ['text', () => Buffer.from('hello'), 415, 'unsupported-media-type', /JPEG, PNG, WebP, AVIF or GIF/],
    ['a truncated JPEG', truncated, 422, 'unprocessable-photo', /image\/jpeg.*cut off/],
    ['a JPEG of three bytes', () => Buffer.from([0xff, 0xd8, 0xff]), 422, 'unprocessable-photo', /decode/],
    [
      'a PNG that says AVIF',
      async () => Buffer.concat([Buffer.from('\0\0\0\x10ftypavif\0\0\0\0', 'latin1'), await image()]),
      422,
      'unprocessable-photo',
      /decode/,
    ],
    ['a PNG of 16,000 × 16,000', () => explodingPng(16_000, 16_000), 422, 'unprocessable-photo', /16000 × 16000/],
    ['an interlaced PNG over its limit', progressive('png'), 422, 'unprocessable-photo', /40 × 26/],
    ['a progressive JPEG over its limit', progressive('jpeg'), 422, 'unprocessable-photo', /40 × 26/],
  ])('when %s is sent as image/jpeg, then it is refused for what it is', async (_what, make, status, code, detail) => {
    const bytes = await make();
    const refusal = { status, code, detail };
    await expectRefused(service, refusal, () => postParts(service, 'faker', [filePart(bytes)]));
    await expectRefused(service, refusal, () =>
      postJson(service, 'faker', { photo: `data:image/jpeg;base64,${bytes.toString('base64')}` }),
    );
  });

  test('when a PNG of 31 kB would decode to a gigabyte, then it is refused before that', async () => {
    const bytes = explodingPng(16_000, 16_000);
    expect(bytes.length).toBeLessThan(32_000);
    const before = process.cpuUsage();
    await postParts(service, 'bomber', [filePart(bytes)]);
    expect(process.cpuUsage(before).user).toBeLessThan(700_000); // decoding it takes a second and more of a core, however busy the machine
  });

  test('when a photo is just within the limit for progressive ones, or over it but not progressive, then it is taken', async () => {
    const interlaced = await sharp(await image('png', '#fff', 40, 25))
      .png({ progressive: true })
      .toBuffer();
    const answers = [
      await postParts(service, 'within', [filePart(interlaced)]),
      await postParts(service, 'within', [filePart(await image('png', '#fff', 40, 26))]),
    ];
    expect(answers.map(({ status }) => status)).toEqual([201, 201]);
  });
});
